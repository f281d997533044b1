#!/usr/bin/env bash
# usage: adapter.sh WHENCE_INFERENCE ATTRIBUTION_BENCH FOLDER
# The demo's rows: 58 of each topic are learned from, the 8 after them are asked about. What is in FOLDER is not made again.
set -euo pipefail
inference=$1 bench=$2 folder=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$folder"
: > "$folder/rows.jsonl"
: > "$folder/queries.jsonl"
for topic in search durability json; do
  head -n 58 "$root/localnet/data/$topic.jsonl" >> "$folder/rows.jsonl"
  tail -n +59 "$root/localnet/data/$topic.jsonl" >> "$folder/queries.jsonl"
done
"$inference" retrain --rows "$folder/rows.jsonl" --queries "$folder/queries.jsonl" \
  --config "$root/inference/evaluation/adapter.json" --subsets "${SUBSETS:-24}" --seed 1 --out "$folder/runs"
"$bench" adapter --from "$folder/runs" --setting smollm2 --out "$root/docs/figures/attribution.json"
"$bench" table --write "$root/docs/attribution.md"

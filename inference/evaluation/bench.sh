#!/usr/bin/env bash
# Runs one part of the harness with its options, or every part; figures go to docs/figures/attribution.json.
# usage: bench.sh ATTRIBUTION-BENCH [PART [OPTION...]]
set -euo pipefail
bench=$1; shift
cd "$(dirname "$0")/../.."
if [ $# -gt 0 ]; then
  exec "$bench" "$@"
fi
parts=$("$bench" --help | awk '/^  [a-z-]+ / && $1 != "help" && $1 != "table" {print $1}')
for part in $parts; do
  echo "== $part"
  "$bench" "$part" --out docs/figures/attribution.json
done

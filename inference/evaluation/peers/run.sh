#!/usr/bin/env bash
# Measures ours, exports what it was measured on, and lets the packages score the same.
# usage: run.sh ATTRIBUTION-BENCH CACHE
set -euo pipefail
bench=$1 cache=$2
here=$(cd "$(dirname "$0")" && pwd)
figures="$here/../../../docs/figures/attribution.json"
rm -rf "$cache/attribution-exports"
"$bench" lds --folder "$cache/attribution" --export "$cache/attribution-exports" --out "$figures"
"$cache/venv-peers/bin/python" "$here/compare.py" --figures "$figures" "$cache/attribution-exports"/*

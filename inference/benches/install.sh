#!/usr/bin/env bash
# Installs torch, transformers, PEFT, gguf and llama.cpp's bindings, pinned, into a venv outside the clone:
# what peer_bench.py runs beside, and what makes the sidecar's fixtures.
# usage: install.sh [FOLDER]
set -euo pipefail
out=${1:-${CACHE:-$HOME/.cache/whence}/venv-torch}
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/venv.sh" "$out" "$here/torch.txt" "$here/requirements.txt"

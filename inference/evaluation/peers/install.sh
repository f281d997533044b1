#!/usr/bin/env bash
# Installs the packages that the harness compares itself with, pinned, into a venv outside the clone.
# usage: install.sh [FOLDER]
set -euo pipefail
out=${1:-${CACHE:-$HOME/.cache/whence}/venv-peers}
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../../benches/venv.sh" "$out" "$here/../../benches/torch.txt" "$here/requirements.txt"

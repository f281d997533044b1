#!/usr/bin/env bash
# Installs the foreign clients that tests and demo use, pinned, into a folder outside the clone.
# usage: install.sh FOLDER
set -euo pipefail
out=$1
here=$(cd "$(dirname "$0")" && pwd)
stamp="$out/$(cat "$here/requirements.txt" "$here/package.json" | sha256sum | cut -c1-16).stamp"
[ -f "$stamp" ] && exit 0
echo "installing the clients: openai and cosmpy (PyPI), CosmJS (npm)"
mkdir -p "$out"
python3 -m venv "$out/venv"
"$out/venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
cp "$here/package.json" "$out/package.json"
(cd "$out" && npm install --silent --no-audit --no-fund)
rm -f "$out"/*.stamp
touch "$stamp"

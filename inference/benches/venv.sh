#!/usr/bin/env bash
# Makes a venv of exactly the packages listed, and does nothing where it is there already.
# usage: venv.sh FOLDER REQUIREMENTS...
# The lists name every package that is used, so nothing else is resolved: torch's wheel for Linux asks for
# compilers of GPU code too, which a run on the CPU never loads.
set -euo pipefail
out=$1; shift
stamp="$out/$(cat "$@" | sha256sum | cut -c1-16).stamp"
[ -f "$stamp" ] && exit 0
echo "installing into $out (torch and the GPU libraries that its wheel is linked with: 4 GB)"
python3 -m venv --clear "$out"
for list in "$@"; do
  "$out/bin/pip" install --quiet --no-deps --requirement "$list"
done
touch "$stamp"

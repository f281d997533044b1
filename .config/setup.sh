#!/usr/bin/env bash
# Installs what is missing and nothing else; a second run takes a second. Needs root only for apt packages.
set -euo pipefail
cache=${CACHE:-$HOME/.cache/whence}
mkdir -p "$cache"
here=$(cd "$(dirname "$0")/.." && pwd)

packages=()
need() { command -v "$1" >/dev/null 2>&1 || packages+=("$2"); }
need cc build-essential
need curl curl
need unzip unzip
need python3 python3
need column bsdextrautils
need node nodejs
need npm npm
python3 -c 'import ensurepip' >/dev/null 2>&1 || packages+=(python3-venv)
python3 -m pip --version >/dev/null 2>&1 || packages+=(python3-pip)
# What bindgen looks for; `libclang-cpp.so`, which LLVM's own packages bring, is another library.
compgen -G '/usr/lib/llvm-*/lib/libclang[.-][s0-9]*' >/dev/null || packages+=(libclang-dev)
if [ ${#packages[@]} -gt 0 ]; then
  sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
  echo "installing ${packages[*]}"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "${packages[@]}" >/dev/null
fi

command -v cargo >/dev/null || { echo "cargo is missing: install Rust 1.95 or newer (rustup)"; exit 1; }
command -v go >/dev/null || { echo "go is missing: install Go 1.23 or newer"; exit 1; }

# CometBFT, the consensus engine that whenced supervises.
if ! command -v cometbft >/dev/null; then
  echo "building CometBFT v0.38.25"
  go install github.com/cometbft/cometbft/cmd/cometbft@v0.38.25
fi

# RocksDB, compiled once for every profile and target folder.
"$here/app/store/build-rocksdb.sh" "$cache/rocksdb" 0.25.0

# The base model, checked by its digest.
"$here/inference/fetch-model.sh" "$cache/models"

# Foreign clients of the tests and the demo: the OpenAI client and cosmpy (PyPI), CosmJS (npm).
"$here/localnet/clients/install.sh" "$cache/clients"

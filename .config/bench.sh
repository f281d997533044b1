#!/usr/bin/env bash
# The benches that take minutes. Each prints its figures and keeps them in docs/figures/<bench>.json.
set -euo pipefail
cache=${CACHE:-$HOME/.cache/whence}
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
echo "== blocks per second, empty (abci)"
CARGO_TARGET_DIR="$cache/target" cargo run --release --locked -p whence-app --bin abci-bench -- --out docs/figures/abci.json
echo "== blocks of sends beside the Cosmos SDK's application"
(cd localnet/peers/sdkbench && go build -o "$cache/peers/sdkbench" .)
CARGO_TARGET_DIR="$cache/target" cargo build --release --locked -p whence-app --bin blocks-bench
python3 localnet/peers/blocks.py "$cache/target/release/blocks-bench" "$cache/peers/sdkbench" 100000 docs/figures/blocks.json
echo "== sends that one validator holds per second, beside simd"
(cd localnet/peers/sdkbench && go build -o "$cache/peers/simd" ./simd)
(cd localnet/peers/chainload && go build -o "$cache/peers/chainload" .)
python3 localnet/peers/sustained.py "$cache/target/release/whenced" "$cache/peers/simd" "$cache/peers/chainload" \
  4000 6 docs/figures/sustained.json
echo "== store beside the jmt crate"
CARGO_TARGET_DIR="$cache/target" cargo bench --locked -p whence-store
echo "== sidecar beside transformers and PEFT"
inference/benches/install.sh "$cache/venv-torch"
"$cache/venv-torch/bin/python" inference/benches/peer_bench.py "$cache/sidecar/release/whence-inference" 3

#!/usr/bin/env bash
# The benches that take minutes. Each prints its figures and keeps them in docs/figures/<bench>.json.
# usage: bench.sh [abci | blocks | sustained | store | inference | demo]...; all of them where none is named
set -euo pipefail
cache=${CACHE:-$HOME/.cache/whence}
cd "$(dirname "$0")/.."
bin="$cache/target/release"
peer() { (cd "localnet/peers/$1" && go build -o "$cache/peers/$2" "$3"); }

abci() {
  echo "== empty blocks per second beside CometBFT's own kvstore"
  "$bin/abci-bench" --out docs/figures/abci.json
}
blocks() {
  echo "== blocks of sends beside the Cosmos SDK's application"
  peer sdkbench sdkbench .
  python3 localnet/peers/blocks.py "$bin/blocks-bench" "$cache/peers/sdkbench" 100000 docs/figures/blocks.json
}
sustained() {
  echo "== sends that one validator holds per second, beside simd"
  peer sdkbench simd ./simd
  peer chainload chainload .
  python3 localnet/peers/sustained.py "$bin/whenced" "$cache/peers/simd" "$cache/peers/chainload" 4000 6 \
    docs/figures/sustained.json
}
store() {
  echo "== store beside the jmt crate"
  CARGO_TARGET_DIR="$cache/target" cargo bench --locked --workspace --exclude whence-inference --bench store
}
inference() {
  echo "== sidecar beside transformers and PEFT"
  inference/benches/install.sh "$cache/venv-torch"
  "$cache/venv-torch/bin/python" inference/benches/peer_bench.py "$cache/sidecar/release/whence-inference" 3
}
demo() {
  echo "== the demo, from proposal to claim"
  local start=$SECONDS
  "$bin/whence-demo" once
  printf '[\n  {"id": "demo.whole", "what": "%s", "unit": "s", "ours": %d, "peer": null, "ratio": null, "command": "%s"}\n]\n' \
    "make demo after a warm build, at most 600" "$((SECONDS - start))" "make bench PART=demo" > docs/figures/demo.json
}

parts=(abci blocks sustained store inference demo)
for part in "${@:-${parts[@]}}"; do
  case " ${parts[*]} " in
    *" $part "*) "$part" ;;
    *) echo "no bench is called '$part': one of ${parts[*]}" >&2; exit 2 ;;
  esac
done

#!/usr/bin/env bash
# The tests that CI runs, cheapest first; the first red stage stops the rest. Ends with one summary line.
# Lints are `make check`: they compile every dependency a second time. The demo told twice is `make demo-test`.
set -uo pipefail
cache=${CACHE:-$HOME/.cache/whence}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

summary() {
  local passed failed
  passed=$(grep -E '^test result:' "$log" | sed -E 's/.* ([0-9]+) passed.*/\1/' | awk '{s+=$1} END {print s+0}')
  failed=$(grep -E '^test result:' "$log" | sed -E 's/.* ([0-9]+) failed.*/\1/' | awk '{s+=$1} END {print s+0}')
  echo "$passed passed, $failed failed"
}
stage() {
  local name=$1 start=$SECONDS; shift
  echo "== $name"
  if ! "$@" 2>&1 | tee -a "$log"; then
    echo "stage '$name' failed after $((SECONDS - start)) s"
    summary
    exit 1
  fi
  echo "== $name took $((SECONDS - start)) s"
}
# The same packages in every command, as in the Makefile, so that every dependency is compiled once.
node=(env "CARGO_TARGET_DIR=$cache/target" cargo test --release --locked --workspace --exclude whence-inference)
sidecar=(env "CARGO_TARGET_DIR=$cache/sidecar" cargo test --release --locked -p whence-inference)

stage format cargo fmt --all --check
stage tidy "${node[@]}" --test tidy -- --nocapture
# Single nodes that live for seconds are started here (app/tests), what takes minutes is ignored. The programs that
# are started below are built here too.
stage unit "${node[@]}" --lib --bins --tests
stage sidecar "${sidecar[@]}" --lib --bins --tests
end_to_end=(--test clients --test proofs --test replay --test kill --test determinism --test exactly_once)
stage end-to-end "${node[@]}" "${end_to_end[@]}" -- --ignored --test-threads 1
summary

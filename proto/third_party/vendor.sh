#!/usr/bin/env bash
# Fetches the foreign .proto files that our imports and server reflection need, from package registries.
# Run by hand when a version below moves; what it writes is committed (see README.md beside it).
set -euo pipefail
cd "$(dirname "$0")"

SDK=github.com/cosmos/cosmos-sdk@v0.53.4
GOGO=github.com/cosmos/gogoproto@v1.7.0
COSMOS_PROTO=github.com/cosmos/cosmos-proto@v1.0.0-beta.5
COMET=github.com/cometbft/cometbft@v0.38.25
GOOGLE=googleapis-common-protos==1.70.0

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
module() { go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }

pool="$tmp/pool"
mkdir -p "$pool"
# Of files with one path, the first that is taken stays.
pip download -q --no-deps -d "$tmp" "$GOOGLE"
(cd "$tmp" && python3 -m zipfile -e ./*.whl wheel)
take() { # directory, folders of it
  local from=$1; shift
  (cd "$from" && find "$@" -name '*.proto') | while read -r f; do
    [ -e "$pool/$f" ] || { mkdir -p "$pool/$(dirname "$f")"; install -m 644 "$from/$f" "$pool/$f"; }
  done
}
take "$(module $COMET)/proto" tendermint
take "$(module $GOGO)" gogoproto
take "$(module $COSMOS_PROTO)/proto" cosmos_proto
take "$tmp/wheel" google/api
take "$(module $SDK)/proto" cosmos amino

# The packages that clients ask a node for. What these import comes along; the rest stays away.
roots="amino cosmos/auth/v1beta1 cosmos/authz/v1beta1 cosmos/autocli/v1 cosmos/bank/v1beta1 cosmos/base
  cosmos/consensus/v1 cosmos/crypto cosmos/distribution/v1beta1 cosmos/evidence/v1beta1
  cosmos/feegrant/v1beta1 cosmos/genutil/v1beta1 cosmos/gov/v1 cosmos/gov/v1beta1 cosmos/mint/v1beta1
  cosmos/msg/v1 cosmos/query/v1 cosmos/reflection/v1 cosmos/slashing/v1beta1 cosmos/staking/v1beta1
  cosmos/tx cosmos/upgrade/v1beta1 cosmos/vesting/v1beta1 cosmos_proto gogoproto
  google/api/annotations.proto google/api/http.proto tendermint/abci tendermint/types"

todo=$(cd "$pool" && find $roots -name '*.proto')
find . -mindepth 1 -type d -exec rm -rf {} + 2>/dev/null || true
while [ -n "$todo" ]; do
  next=
  for f in $todo; do
    [ -e "$f" ] && continue
    mkdir -p "$(dirname "$f")"
    cp "$pool/$f" "$f"
    for i in $(sed -n 's/^import \(public \)\?"\(.*\)";.*/\2/p' "$f"); do
      case $i in google/protobuf/*) ;; *) [ -e "$i" ] || next="$next $i" ;; esac
    done
  done
  todo=$next
done
find . -name '*.proto' | wc -l

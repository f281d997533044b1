#!/usr/bin/env bash
# Compiles librocksdb.a once, with the crate's own build script, into a folder that every cargo profile
# and target folder then links: ROCKSDB_LIB_DIR=<folder> ROCKSDB_STATIC=1. It takes 13 minutes on two
# cores, so it must never be repeated because a feature, flag or profile of ours changed.
#
# usage: build-rocksdb.sh FOLDER VERSION-OF-CRATE-rocksdb
set -euo pipefail
out=$1 version=$2
stamp="$out/rocksdb-$version.stamp"
[ -f "$stamp" ] && exit 0
mkdir -p "$out"
crate=$(mktemp -d)
trap 'rm -rf "$crate"' EXIT
mkdir "$crate/src"
: > "$crate/src/lib.rs"
cat > "$crate/Cargo.toml" <<TOML
[package]
name = "rocksdb-lib"
version = "0.0.0"
edition = "2024"
[dependencies]
rocksdb = { version = "=$version", default-features = false, features = ["lz4", "bindgen-runtime"] }
[profile.release.package.librocksdb-sys]
opt-level = 2
TOML
echo "compiling RocksDB once into $out (about 13 minutes on two cores)"
(cd "$crate" && env -u ROCKSDB_LIB_DIR -u ROCKSDB_STATIC CARGO_TARGET_DIR="$crate/target" cargo build --release --quiet)
cp "$(find "$crate/target/release/build" -name librocksdb.a | head -n 1)" "$out/librocksdb.a"
touch "$stamp"

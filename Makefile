# Whence. `make help` lists the targets. Build output and fetched tools live in $(CACHE), outside the clone.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export CACHE ?= $(HOME)/.cache/whence
# The node and the sidecar have a target folder each, so that burn is never rebuilt for the node's features.
NODE := CARGO_TARGET_DIR=$(CACHE)/target
SIDECAR := CARGO_TARGET_DIR=$(CACHE)/sidecar
# One set of packages in every command, and a test in every build: cargo would otherwise pick other features of
# dependencies for product and tests, and compile them all again.
NODE_CRATES := --release --locked --workspace --exclude whence-inference
SIDECAR_CRATES := --release --locked -p whence-inference
# The harness of attribution too: it shares no dependency worth keeping with either.
HARNESS := CARGO_TARGET_DIR=$(CACHE)/influence
# Planted faults: unoptimised builds of the crates whose mistakes cost most, one after the other. Only the store
# has tests inside; elsewhere `--lib` would compile a crate twice for nothing. That a property fails is enough: no
# smaller example is looked for.
MUTANTS := CARGO_TARGET_DIR=$(CACHE)/mutants/target PROPTEST_MAX_SHRINK_ITERS=0
CRATES ?= whence-reward whence-bank whence-attribution whence-store
MORE ?= --timeout 90
export ROCKSDB_LIB_DIR := $(CACHE)/rocksdb
export ROCKSDB_STATIC := 1
export PATH := $(HOME)/.cargo/bin:$(HOME)/go/bin:/usr/local/go/bin:$(PATH)
export WHENCE_BIN := $(CACHE)/target/release
export WHENCE_SIDECAR_BIN := $(CACHE)/sidecar/release

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

.PHONY: setup
setup: ## install what a bare machine lacks: packages, CometBFT, RocksDB, the base model, client libraries
	@.config/setup.sh

.PHONY: build
build: setup ## the binaries: whenced, whence, whence-inference, whence-demo
	@$(NODE) cargo build $(NODE_CRATES) --bins --test tidy
	@$(SIDECAR) cargo build $(SIDECAR_CRATES) --bins --test device

.PHONY: run
run: build ## a model's whole life on a local chain, then the chain stays up for use
	@$(WHENCE_BIN)/whence-demo run

.PHONY: demo
demo: build ## the same on a net of its own, then stops it and exits 0
	@$(WHENCE_BIN)/whence-demo once

.PHONY: stop
stop: ## end what `make run` left running
	@$(WHENCE_BIN)/whence-demo stop

.PHONY: clean-net
clean-net: stop ## forget the local chain and the sidecar's data
	@$(WHENCE_BIN)/whence-demo forget

.PHONY: test
test: setup ## set up and run every test that CI runs
	@.config/test.sh

.PHONY: unit
unit: setup ## tables, models, properties, and single nodes that live for seconds
	@$(NODE) cargo test $(NODE_CRATES) --lib --bins --tests

.PHONY: demo-test
demo-test: build ## the demo told twice with the topics swapped: pay follows the rows
	@$(NODE) cargo test $(NODE_CRATES) --test demo -- --ignored --nocapture

.PHONY: once-test
once-test: build ## kills at each step of an answer's payment: it is paid exactly once
	@$(NODE) cargo test $(NODE_CRATES) --test exactly_once -- --ignored --nocapture

.PHONY: check
check: setup ## format, lints, tidiness
	@cargo fmt --all --check
	@$(NODE) cargo clippy $(NODE_CRATES) --lib --bins -- -D warnings
	@$(SIDECAR) cargo clippy $(SIDECAR_CRATES) --lib --bins -- -D warnings
	@$(NODE) cargo test $(NODE_CRATES) --test tidy

.PHONY: proto
proto: ## regenerate the wire's types after a change of proto/whence
	@$(NODE) cargo run --release --locked -p whence-proto --bin whence-proto-regenerate --features codegen

.PHONY: bench
bench: build ## the benches that take minutes, or one PART of them; figures go to docs/figures
	@.config/bench.sh $(PART)

.PHONY: attribution-bench
attribution-bench: ## attribution against retraining: PART is one part with its options, or all of them
	@$(HARNESS) cargo build --release --locked -p whence-evaluation --bin attribution-bench
	@inference/evaluation/bench.sh $(CACHE)/influence/release/attribution-bench $(PART)

.PHONY: attribution-adapter
attribution-adapter: ## an adapter of the base model tuned again on halves of real rows (an hour or two; goes on where it was)
	@inference/fetch-model.sh $(CACHE)/models
	@$(SIDECAR) cargo build --release --locked -p whence-inference --bin whence-inference
	@$(HARNESS) cargo build --release --locked -p whence-evaluation --bin attribution-bench
	@inference/evaluation/adapter.sh $(CACHE)/sidecar/release/whence-inference \
	  $(CACHE)/influence/release/attribution-bench $(CACHE)/attribution/smollm2

.PHONY: attribution-peers
attribution-peers: ## dattri, kronfluence and traker on the subsets that ours is measured on
	@$(HARNESS) cargo build --release --locked -p whence-evaluation --bin attribution-bench
	@inference/evaluation/peers/install.sh $(CACHE)/venv-peers
	@inference/evaluation/peers/run.sh $(CACHE)/influence/release/attribution-bench $(CACHE)

.PHONY: attribution-fixtures
attribution-fixtures: ## make the sidecar's fixtures again by torch and llama.cpp, and compare
	@inference/fetch-model.sh $(CACHE)/models
	@inference/benches/install.sh $(CACHE)/venv-torch
	@inference/fixtures/make.sh $(CACHE)/venv-torch/bin/python $(CACHE)/models

.PHONY: mutants
mutants: setup ## faults planted in CRATES one by one: do a crate's own tests see them? (hours; not in CI)
	@command -v cargo-mutants >/dev/null || cargo install cargo-mutants --locked
	@mkdir -p $(CACHE)/mutants
	@for crate in $(CRATES); do \
	  unit=; [ $$crate != whence-store ] || unit=--lib; \
	  $(MUTANTS) cargo mutants --package $$crate --profile mutants --output $(CACHE)/mutants/$$crate \
	    $(MORE) -- --locked $$unit --test '*' || case $$? in 2|3) ;; *) exit 1 ;; esac; \
	done

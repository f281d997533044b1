//! Blocks of sends through CheckTx, FinalizeBlock and Commit, without CometBFT, and its parts.
//!
//! As the peer: every tx is another signer's, recipients are drawn from all accounts, each tx
//! goes through CheckTx before its block. Prints one JSON object: microseconds a tx, medians.
#![allow(
    clippy::disallowed_methods,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a bench has a clock, and its figures are no state"
)]

use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use bytes::Bytes;
use clap::Parser;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tendermint_proto::google::protobuf::Timestamp;
use tendermint_proto::v0_38::abci::{RequestCheckTx, RequestFinalizeBlock, RequestInitChain};
use tendermint_proto::v0_38::types::{BlockParams, ConsensusParams};
use whence_app::abci::{check_tx, commit, finalize_block, init_chain};
use whence_app::ante::signature::Remembered;
use whence_app::app::{App, Settings};
use whence_app::client::tx::{SignWith, pack, sign};
use whence_app::client::{AccountNumbers, Key, TxRequest};
use whence_app::exec::block::Machine;
use whence_app::testkit::{CHAIN_ID, Genesis};
use whence_base::ctx::Block;
use whence_base::state::Changes;
use whence_base::{Address, Coin, Coins, NATIVE_DENOM};
use whence_proto::cosmos::bank::v1beta1::MsgSend;
use whence_proto::cosmos::tx::v1beta1::Fee;
use whence_store::Options;

/// Header time of block 1.
const GENESIS_SECONDS: i64 = 1_767_225_600;
const GAS: u64 = 200_000;
const FEE: u128 = 200;

#[derive(Parser)]
struct Args {
    /// Accounts with coins.
    #[arg(long, default_value_t = 100_000)]
    accounts: usize,
    /// Sends of each block, each by a signer of its own.
    #[arg(long, default_value_t = 1_000)]
    txs: usize,
    /// Measured blocks.
    #[arg(long, default_value_t = 8)]
    blocks: u64,
}

/// Microseconds a tx of one block, in the order of `NAMES`.
type Row = [f64; 7];
const NAMES: [&str; 7] =
    ["check_tx", "finalize_block", "commit", "signature", "execution", "tree", "write"];

struct Bench {
    app: App,
    keys: Vec<Key>,
    addresses: Vec<Address>,
    random: rand::rngs::StdRng,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let dir = std::env::temp_dir().join(format!("blocks-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let rows = run(&args, &dir);
    std::fs::remove_dir_all(&dir).context("the bench's directory")?;
    let rows = rows?;
    let mut told = json!({ "accounts": args.accounts, "txs": args.txs, "blocks": args.blocks });
    for (place, name) in NAMES.iter().enumerate() {
        let mut all: Vec<f64> = rows.iter().filter_map(|row| row.get(place).copied()).collect();
        all.sort_by(f64::total_cmp);
        let median = all.get(all.len() / 2).copied().context("no block")?;
        let object = told.as_object_mut().context("an object")?;
        object.insert((*name).to_owned(), json!((median * 10.0).round() / 10.0));
    }
    println!("{told}");
    Ok(())
}

fn run(args: &Args, dir: &Path) -> anyhow::Result<Vec<Row>> {
    let mut bench = start(args, dir)?;
    (0..args.blocks).map(|number| bench.block(number)).collect()
}

fn start(args: &Args, dir: &Path) -> anyhow::Result<Bench> {
    let key = |number: u32| {
        let mut secret = [1; 32];
        secret[..4].copy_from_slice(&number.to_be_bytes());
        Key::from_bytes(&secret)
    };
    let keys: Vec<Key> = (1..=u32::try_from(args.txs)?).map(key).collect::<Result<_, _>>()?;
    let mut random = rand::rngs::StdRng::seed_from_u64(1);
    let mut addresses: Vec<Address> = keys.iter().map(Key::address).collect();
    while addresses.len() < args.accounts {
        addresses.push(Address::new(random.r#gen::<[u8; 20]>())?);
    }
    let app = App::open(dir, Options::default(), Settings::default())?;
    let mut bench = Bench { app, keys, addresses, random };
    bench.genesis()?;
    Ok(bench)
}

impl Bench {
    fn genesis(&mut self) -> anyhow::Result<()> {
        let validator = Key::from_bytes(&[7; 32])?;
        let coins = Coins::of(&Coin::new(NATIVE_DENOM, 1_000_000_000));
        let mut genesis = Genesis::new()?.account(&validator.address(), &coins)?;
        genesis = genesis.validator(&validator, 1_000_000)?;
        let each = json!([{ "denom": NATIVE_DENOM, "amount": "1000000000" }]);
        let total = 1_000_000_000 * (self.addresses.len() as u128 + 1);
        let mut section = |name: &str, key: &str| -> anyhow::Result<Vec<Value>> {
            let list = genesis.state.get_mut(name).and_then(|s| s.get_mut(key));
            let list = list.and_then(Value::as_array_mut).context("a list of the genesis")?;
            Ok(std::mem::take(list))
        };
        let (mut accounts, mut balances) =
            (section("auth", "accounts")?, section("bank", "balances")?);
        for address in &self.addresses {
            accounts.push(json!({
                "@type": "/cosmos.auth.v1beta1.BaseAccount", "address": address.to_string(),
                "pub_key": null, "account_number": accounts.len().to_string(), "sequence": "0",
            }));
            balances.push(json!({ "address": address.to_string(), "coins": each }));
        }
        let mut put = |name: &str, key: &str, value: Value| {
            if let Some(section) = genesis.state.get_mut(name).and_then(Value::as_object_mut) {
                section.insert(key.to_owned(), value);
            }
        };
        put("auth", "accounts", Value::Array(accounts));
        put("bank", "balances", Value::Array(balances));
        put("bank", "supply", json!([{ "denom": NATIVE_DENOM, "amount": total.to_string() }]));
        let block = BlockParams { max_bytes: 100_000_000, max_gas: -1 };
        let request = RequestInitChain {
            time: Some(Timestamp { seconds: GENESIS_SECONDS, nanos: 0 }),
            chain_id: CHAIN_ID.to_owned(),
            consensus_params: Some(ConsensusParams { block: Some(block), ..Default::default() }),
            app_state_bytes: serde_json::to_vec(&genesis.state)?.into(),
            initial_height: 1,
            ..RequestInitChain::default()
        };
        init_chain::init_chain(&self.app, request)?;
        finalize_block::finalize_block(&self.app, finalize(1, Vec::new()))?;
        commit::commit(&self.app)?;
        Ok(())
    }

    fn txs(&mut self, sequence: u64) -> anyhow::Result<Vec<Bytes>> {
        let mut txs = Vec::with_capacity(self.keys.len());
        for (place, key) in self.keys.iter().enumerate() {
            let to = self.random.gen_range(0..self.addresses.len());
            let to = self.addresses.get(to).context("a recipient")?;
            let message = MsgSend {
                from_address: key.address().to_string(),
                to_address: to.to_string(),
                amount: vec![Coin::new(NATIVE_DENOM, 1).to_proto()],
            };
            // The validator has number 0.
            let account = AccountNumbers { number: place as u64 + 1, sequence };
            let amount = Coins::of(&Coin::new(NATIVE_DENOM, FEE)).to_proto();
            let fee = Fee { amount, gas_limit: GAS, ..Fee::default() };
            let with = SignWith { chain_id: CHAIN_ID.to_owned(), account, fee };
            txs.push(sign(key, &TxRequest::of(vec![pack(&message)]), with).into());
        }
        Ok(txs)
    }

    fn block(&mut self, number: u64) -> anyhow::Result<Row> {
        let txs = self.txs(number)?;
        let micros = |start: Instant| start.elapsed().as_secs_f64() * 1e6 / txs.len() as f64;
        let (signature, execution, tree) = self.parts(&txs, micros)?;

        let start = Instant::now();
        for tx in &txs {
            let answer =
                check_tx::check_tx(&self.app, &RequestCheckTx { tx: tx.clone(), r#type: 0 });
            anyhow::ensure!(answer.code == 0, "CheckTx: {}", answer.log);
        }
        let checked = micros(start);
        let start = Instant::now();
        let height = i64::try_from(number)? + 2;
        let answer = finalize_block::finalize_block(&self.app, finalize(height, txs.clone()))?;
        let finalized = micros(start);
        let failed = answer.tx_results.iter().find(|result| result.code != 0);
        anyhow::ensure!(failed.is_none(), "FinalizeBlock: {failed:?}");
        let start = Instant::now();
        commit::commit(&self.app)?;
        let committed = micros(start);
        Ok([checked, finalized, committed, signature, execution, tree, committed])
    }

    /// The parts of a block, without writing it: decoding and verifying signatures nobody checked
    /// before; decoding and executing when they are known; the tree's new root.
    fn parts(
        &self,
        txs: &[Bytes],
        micros: impl Fn(Instant) -> f64,
    ) -> anyhow::Result<(f64, f64, f64)> {
        let (base, last) = self.app.committed(None)?;
        let remembered = Remembered::default();
        let machine = Machine { modules: self.app.modules(), base: &base, remembered: &remembered };
        let start = Instant::now();
        let candidates = machine.prepare(CHAIN_ID, txs);
        let signature = micros(start);
        anyhow::ensure!(candidates.iter().all(Result::is_ok), "a tx does not decode");
        let block = Block { height: last.height + 1, ..last };
        let start = Instant::now();
        let executed = machine.execute(&block, txs, Changes::default())?;
        let execution = micros(start);
        let start = Instant::now();
        drop(self.app.store().stage(block.height, executed.changes.0)?);
        Ok((signature, execution, micros(start)))
    }
}

fn finalize(height: i64, txs: Vec<Bytes>) -> RequestFinalizeBlock {
    RequestFinalizeBlock {
        txs,
        height,
        time: Some(Timestamp { seconds: GENESIS_SECONDS + height, nanos: 0 }),
        ..RequestFinalizeBlock::default()
    }
}

//! `genesis`: accounts, gentxs, and whether it is right.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use serde_json::{Value, json};
use whence_base::{Address, Coins};

use super::amounts;
use super::comet::{node_id, validator_key};
use super::doc::Doc;
use super::flags::KeyringFlags;
use super::home::Home;
use crate::client::Key;
use crate::consensus;
use crate::exec::{genesis, genesis_edit};
use crate::modules::Modules;
use base64::Engine;

/// Most gentxs that are collected.
const GENTXS_MAX: usize = 1000;

/// `genesis` and its commands.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: GenesisCommand,
}

#[derive(Debug, Subcommand)]
enum GenesisCommand {
    /// Give an account coins at genesis.
    AddGenesisAccount {
        /// Its address, or the name of a key.
        account: String,
        /// Coins, such as 1000000uwhn.
        coins: String,
        #[command(flatten)]
        keyring: KeyringFlags,
    },
    /// Sign the transaction that makes this node a validator at genesis.
    Gentx(Box<GentxArgs>),
    /// Put all gentxs of config/gentx into the genesis.
    CollectGentxs {
        /// Where they are.
        #[arg(long)]
        gentx_dir: Option<PathBuf>,
    },
    /// Check the genesis.
    #[command(alias = "validate-genesis")]
    Validate {
        /// The file; the home's when not given.
        file: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
struct GentxArgs {
    /// Name of the operator's key.
    key: String,
    /// Self-delegation, such as 1000000uwhn.
    amount: String,
    /// Chain id; the genesis' when not given.
    #[arg(long)]
    chain_id: Option<String>,
    /// Name of the validator; the node's when not given.
    #[arg(long)]
    moniker: Option<String>,
    /// Commission.
    #[arg(long, default_value = "0.1")]
    commission_rate: String,
    /// Highest commission.
    #[arg(long, default_value = "0.2")]
    commission_max_rate: String,
    /// Most change of the commission in a day.
    #[arg(long, default_value = "0.01")]
    commission_max_change_rate: String,
    /// Least self-delegation.
    #[arg(long, default_value = "1")]
    min_self_delegation: String,
    /// Host that peers see.
    #[arg(long, default_value = "127.0.0.1")]
    ip: String,
    /// Fee; taken for compatibility: genesis takes none.
    #[arg(long)]
    fees: Option<String>,
    /// Price of gas; taken for compatibility.
    #[arg(long)]
    gas_prices: Option<String>,
    /// Where to write it.
    #[arg(long)]
    output_document: Option<PathBuf>,
    #[command(flatten)]
    keyring: KeyringFlags,
}

/// Runs a command.
pub fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    match args.command {
        GenesisCommand::AddGenesisAccount { account, coins, keyring } => {
            let address = match Address::parse(&account) {
                Ok(address) => address,
                Err(_) => keyring.open(home).find(&account)?.1.address(),
            };
            add_account(home, &address, &amounts::coins(&coins)?)
        }
        GenesisCommand::Gentx(args) => gentx(home, &args),
        GenesisCommand::CollectGentxs { gentx_dir } => {
            collect(home, &gentx_dir.unwrap_or_else(|| home.config("gentx")))
        }
        GenesisCommand::Validate { file } => validate(home, file),
    }
}

fn add_account(home: &Home, address: &Address, coins: &Coins) -> anyhow::Result<()> {
    let mut doc = Doc::read(home)?;
    let mut state = doc.app_state()?;
    genesis_edit::add_account(&mut state, address, coins)?;
    doc.set_app_state(&state)?;
    doc.write(home)
}

fn gentx(home: &Home, args: &GentxArgs) -> anyhow::Result<()> {
    let doc = Doc::read(home)?;
    let (_, key) = args.keyring.open(home).find(&args.key)?;
    let amount = amounts::coin(&args.amount)?;
    let id = node_id(home)?;
    let message = create_validator(home, args, &key, &amount)?;
    let any = super::message::from_json(&message)?;
    let chain_id = match &args.chain_id {
        Some(chain_id) => chain_id.clone(),
        None => doc.chain_id()?.to_owned(),
    };
    let memo = format!("{id}@{}:26656", args.ip);
    let json = genesis_edit::gentx(&key, &chain_id, any, memo)?;

    let path = match &args.output_document {
        Some(path) => path.clone(),
        None => home.config("gentx").join(format!("gentx-{id}.json")),
    };
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir)?;
    }
    std::fs::write(&path, format!("{json}\n")).with_context(|| path.display().to_string())?;
    eprintln!("Genesis transaction written to {:?}", path.display().to_string());
    Ok(())
}

fn create_validator(
    home: &Home,
    args: &GentxArgs,
    key: &Key,
    amount: &whence_base::Coin,
) -> anyhow::Result<Value> {
    let configured = super::config::Config::read(home, "config.toml")?.get("moniker");
    let moniker = args.moniker.clone().or(configured).unwrap_or_default();
    let pubkey = base64::engine::general_purpose::STANDARD.encode(validator_key(home)?);
    Ok(json!({
        "@type": "/cosmos.staking.v1beta1.MsgCreateValidator",
        "description": { "moniker": moniker },
        "commission": {
            "rate": args.commission_rate,
            "max_rate": args.commission_max_rate,
            "max_change_rate": args.commission_max_change_rate,
        },
        "min_self_delegation": args.min_self_delegation,
        "delegator_address": "",
        "validator_address": key.address().to_validator_string(),
        "pubkey": { "@type": "/cosmos.crypto.ed25519.PubKey", "key": pubkey },
        "value": { "denom": amount.denom, "amount": amount.amount.to_string() },
    }))
}

fn collect(home: &Home, dir: &std::path::Path) -> anyhow::Result<()> {
    let mut doc = Doc::read(home)?;
    let mut state = doc.app_state()?;
    let entries = std::fs::read_dir(dir).with_context(|| dir.display().to_string())?;
    let mut files: Vec<PathBuf> =
        entries.take(GENTXS_MAX).map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.sort();
    let own = node_id(home)?;
    let (mut gentxs, mut peers) = (Vec::new(), Vec::new());
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "json")) {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let gentx: Value =
            serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        let memo = gentx["body"]["memo"].as_str().unwrap_or_default().to_owned();
        if memo.contains('@') && !memo.starts_with(&own) {
            peers.push(memo);
        }
        gentxs.push(gentx);
    }
    genesis_edit::set_gentxs(&mut state, &gentxs);
    doc.set_app_state(&state)?;
    doc.write(home)?;

    let mut config = super::config::Config::read(home, "config.toml")?;
    config.set("p2p.persistent_peers", &peers.join(","));
    config.write(&home.config("config.toml"))?;
    eprintln!("{}", json!({ "gentxs": gentxs.len(), "node_id": own }));
    Ok(())
}

fn validate(home: &Home, file: Option<PathBuf>) -> anyhow::Result<()> {
    let doc = match file {
        None => Doc::read(home)?,
        Some(file) => Doc::read_file(&file)?,
    };
    doc.chain_id()?;
    genesis::validate(Modules::get(), &doc.app_state()?)?;
    consensus::validate(&doc.consensus_params()?)?;
    println!("genesis is valid");
    Ok(())
}

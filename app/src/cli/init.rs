//! `whenced init`: config files, keys and a genesis.

use std::process::{Command, Stdio};

use anyhow::Context;
use serde_json::json;

use super::comet::{binary, node_id};
use super::config::{APP_TOML, CLIENT_TOML, Config};
use super::doc::Doc;
use super::home::Home;
use crate::exec::genesis;
use crate::modules::Modules;

/// Flags of `init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the node.
    moniker: String,
    /// Chain id; one is made up when it is not given.
    #[arg(long)]
    chain_id: Option<String>,
    /// Replace a genesis that is there.
    #[arg(long, short)]
    overwrite: bool,
    /// First height of the chain.
    #[arg(long, default_value_t = 1)]
    initial_height: u64,
    /// Denomination of stake; this chain has one.
    #[arg(long, default_value = whence_base::NATIVE_DENOM)]
    default_denom: String,
    /// Path of the cometbft binary; looked for on PATH and in GOPATH/bin otherwise.
    #[arg(long)]
    cometbft: Option<std::path::PathBuf>,
}

/// Makes a home.
pub fn run(home: &Home, args: &Args) -> anyhow::Result<()> {
    anyhow::ensure!(
        args.default_denom == whence_base::NATIVE_DENOM,
        "the denomination of stake is {}",
        whence_base::NATIVE_DENOM
    );
    let path = home.genesis();
    anyhow::ensure!(
        args.overwrite || !path.exists(),
        "{} is there already; --overwrite replaces it",
        path.display()
    );
    let chain_id = match &args.chain_id {
        Some(chain_id) => chain_id.clone(),
        None => format!("whence-{}", rand::random::<u32>()),
    };
    make_comet_files(home, args)?;
    make_our_files(home, &chain_id)?;

    let state = genesis::default_state(Modules::get())?;
    Doc::new(&chain_id, args.initial_height, &state)?.write(home)?;
    let said = json!({
        "moniker": args.moniker,
        "chain_id": chain_id,
        "node_id": node_id(home)?,
        "gentxs_dir": "",
        "app_message": state,
    });
    eprintln!("{said}");
    Ok(())
}

/// CometBFT writes its own config and keys; we set the name and what differs.
fn make_comet_files(home: &Home, args: &Args) -> anyhow::Result<()> {
    let binary = binary(args.cometbft.as_deref())?;
    let output = Command::new(&binary)
        .args(["init", "validator", "--home"])
        .arg(home.dir())
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", binary.display()))?;
    anyhow::ensure!(
        output.status.success(),
        "cometbft init failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut config = Config::read(home, "config.toml")?;
    config.set("moniker", &args.moniker);
    config.set("consensus.timeout_commit", "1s");
    config.set("tx_index.indexer", "kv");
    config.write(&home.config("config.toml"))
}

fn make_our_files(home: &Home, chain_id: &str) -> anyhow::Result<()> {
    let app = home.config("app.toml");
    if !app.exists() {
        std::fs::write(&app, APP_TOML).with_context(|| app.display().to_string())?;
    }
    let client = home.config("client.toml");
    if !client.exists() {
        std::fs::write(&client, CLIENT_TOML).with_context(|| client.display().to_string())?;
    }
    let mut config = Config::read(home, "client.toml")?;
    config.set("chain-id", chain_id);
    config.write(&client)
}

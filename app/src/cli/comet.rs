//! `whenced comet`: CometBFT's own commands, and where its binary is.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use base64::Engine;
use clap::Subcommand;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use whence_base::address::consensus_string;

use super::home::Home;

/// `comet` and its commands.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Path of the cometbft binary.
    #[arg(long, global = true)]
    cometbft: Option<PathBuf>,
    #[command(subcommand)]
    command: CometCommand,
}

#[derive(Debug, Subcommand)]
enum CometCommand {
    /// Print the node's id.
    ShowNodeId,
    /// Print the validator's public key.
    ShowValidator,
    /// Print the validator's consensus address.
    ShowAddress,
    /// Forget all blocks and state and reset the validator's signing state. Never on a live
    /// validator.
    UnsafeResetAll,
    /// Forget all blocks and state, and keep the validator's signing state.
    ResetState,
    /// Print CometBFT's version.
    Version,
}

/// Runs a command.
pub fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    match args.command {
        CometCommand::ShowNodeId => println!("{}", node_id(home)?),
        CometCommand::ShowValidator => {
            let key = base64::engine::general_purpose::STANDARD.encode(validator_key(home)?);
            println!("{}", json!({ "@type": "/cosmos.crypto.ed25519.PubKey", "key": key }));
        }
        CometCommand::ShowAddress => {
            let hash = Sha256::digest(validator_key(home)?);
            println!("{}", consensus_string(hash.get(..20).unwrap_or_default()));
        }
        CometCommand::UnsafeResetAll => pass(home, args.cometbft.as_deref(), "unsafe-reset-all")?,
        CometCommand::ResetState => {
            let data = home.database();
            if data.exists() {
                std::fs::remove_dir_all(&data).with_context(|| data.display().to_string())?;
            }
            pass(home, args.cometbft.as_deref(), "reset-state")?;
        }
        CometCommand::Version => pass(home, args.cometbft.as_deref(), "version")?,
    }
    Ok(())
}

/// The cometbft binary: the one that is given, or on PATH, or where `go install` puts it.
pub fn binary(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(path) = given {
        anyhow::ensure!(path.is_file(), "{} is no file", path.display());
        return Ok(path.to_owned());
    }
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let mut dirs: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|all| std::env::split_paths(&all).collect())
        .unwrap_or_default();
    dirs.extend(var("GOBIN"));
    dirs.extend(var("GOPATH").map(|dir| dir.join("bin")));
    dirs.extend(var("HOME").map(|dir| dir.join("go").join("bin")));
    dirs.into_iter().map(|dir| dir.join("cometbft")).find(|path| path.is_file()).context(
        "cometbft was not found on PATH or in GOPATH/bin; `go install \
         github.com/cometbft/cometbft/cmd/cometbft@v0.38.25` makes it, --cometbft names it",
    )
}

/// The node's id: the first 20 bytes of SHA-256 of its public key.
pub fn node_id(home: &Home) -> anyhow::Result<String> {
    let key = read_key(home, "node_key.json", |key| &key["priv_key"]["value"])?;
    let public = key.get(32..).context("node_key.json: the key is too short")?;
    Ok(hex::encode(Sha256::digest(public).get(..20).unwrap_or_default()))
}

/// The validator's ed25519 public key.
pub fn validator_key(home: &Home) -> anyhow::Result<Vec<u8>> {
    read_key(home, "priv_validator_key.json", |key| &key["pub_key"]["value"])
}

fn read_key(home: &Home, file: &str, field: fn(&Value) -> &Value) -> anyhow::Result<Vec<u8>> {
    let path = home.config(file);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let key: Value = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    let text = field(&key).as_str().with_context(|| format!("{file}: the key is missing"))?;
    Ok(base64::engine::general_purpose::STANDARD.decode(text)?)
}

fn pass(home: &Home, given: Option<&Path>, command: &str) -> anyhow::Result<()> {
    let status =
        Command::new(binary(given)?).arg(command).arg("--home").arg(home.dir()).status()?;
    anyhow::ensure!(status.success(), "cometbft {command} failed");
    Ok(())
}

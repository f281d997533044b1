//! How many empty blocks a second CometBFT makes with our node, with `timeout_commit = 0`, and with
//! its own kvstore, which lives in CometBFT's process and writes no tree.
//!
//! It makes a home with one validator for each, runs them one after the other for ten seconds and
//! counts the blocks that were committed. Writes `docs/figures/abci.json` when `--out` names it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use serde_json::{Value, json};
use whence_app::cli::doc::Doc;
use whence_app::cli::home::Home;
use whence_app::serve::comet::Comet;

/// How long blocks are counted.
const COUNT_TIME: Duration = Duration::from_secs(10);
/// Longest wait for the first block.
const START_TIME_MAX: Duration = Duration::from_secs(30);

#[derive(Parser)]
struct Args {
    /// The whenced binary; the one beside this program when not given.
    #[arg(long)]
    whenced: Option<PathBuf>,
    /// The CometBFT binary.
    #[arg(long, default_value = "cometbft")]
    cometbft: PathBuf,
    /// Where to write the figures.
    #[arg(long)]
    out: Option<PathBuf>,
    /// First of five free ports: ours for p2p, RPC and gRPC, the kvstore's for p2p and RPC.
    #[arg(long, default_value_t = 46650)]
    port: u16,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let beside = std::env::current_exe()?.with_file_name("whenced");
    let whenced = args.whenced.clone().unwrap_or(beside);
    let dir = std::env::temp_dir().join(format!("abci-bench-{}", std::process::id()));
    let result = bench(&args, &whenced, &dir);
    std::fs::remove_dir_all(&dir).context("the bench's home")?;
    let (ours, peer) = result?;
    println!("empty blocks a second: {ours}; with CometBFT's own kvstore: {peer}");
    if let Some(out) = &args.out {
        std::fs::write(out, format!("{:#}\n", figures(ours, peer)))?;
    }
    Ok(())
}

/// Blocks a second of ours and of the kvstore.
fn bench(args: &Args, whenced: &Path, dir: &Path) -> anyhow::Result<(u64, u64)> {
    let (ours, peer) = (dir.join("ours"), dir.join("kvstore"));
    make_home(whenced, &ours)?;
    let [p2p, rpc, grpc, their_p2p, their_rpc] =
        [0, 1, 2, 3, 4].map(|place: u16| args.port.saturating_add(place));
    let node = Command::new(whenced)
        .args(["start", "--log_level=error", "--comet.set", "consensus.timeout_commit=0s"])
        .arg("--comet.set=consensus.create_empty_blocks=true")
        .arg(format!("--home={}", ours.display()))
        .arg(format!("--p2p.laddr=tcp://127.0.0.1:{p2p}"))
        .arg(format!("--rpc.laddr=tcp://127.0.0.1:{rpc}"))
        .arg(format!("--grpc.address=127.0.0.1:{grpc}"))
        .stdout(Stdio::null())
        .spawn()?;
    let counted = count(node, rpc)?;
    succeed(Command::new(&args.cometbft).arg("init").arg(format!("--home={}", peer.display())))?;
    let node = Command::new(&args.cometbft)
        .args(["start", "--proxy_app=kvstore", "--log_level=error"])
        .env("CMT_CONSENSUS_TIMEOUT_COMMIT", "0s")
        .arg(format!("--home={}", peer.display()))
        .arg(format!("--p2p.laddr=tcp://127.0.0.1:{their_p2p}"))
        .arg(format!("--rpc.laddr=tcp://127.0.0.1:{their_rpc}"))
        .stdout(Stdio::null())
        .spawn()?;
    Ok((counted, count(node, their_rpc)?))
}

/// Blocks a second of a node that was just started; ends it.
fn count(mut node: Child, rpc: u16) -> anyhow::Result<u64> {
    let counted = tokio::runtime::Runtime::new()?.block_on(blocks(rpc));
    node.kill()?;
    node.wait()?;
    counted
}

async fn blocks(rpc: u16) -> anyhow::Result<u64> {
    let comet = Comet::new(&format!("tcp://127.0.0.1:{rpc}"))?;
    let first = tokio::time::timeout(START_TIME_MAX, async {
        loop {
            match height(&comet).await {
                Ok(height) if height > 0 => return height,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    });
    let first = first.await.context("no block came")?;
    tokio::time::sleep(COUNT_TIME).await;
    let blocks = height(&comet).await?.saturating_sub(first);
    Ok(blocks.div_euclid(COUNT_TIME.as_secs()))
}

async fn height(comet: &Comet) -> anyhow::Result<u64> {
    Ok(comet.status().await?.sync_info.latest_block_height.value())
}

fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output()?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// A home whose validator is in the genesis itself.
fn make_home(whenced: &Path, dir: &Path) -> anyhow::Result<()> {
    succeed(
        Command::new(whenced)
            .args(["init", "bench", "--chain-id", "whence-bench-1"])
            .arg(format!("--home={}", dir.display())),
    )?;
    let home = Home::or_default(Some(dir.to_owned()))?;
    let key: Value =
        serde_json::from_slice(&std::fs::read(home.config("priv_validator_key.json"))?)?;
    let field = |name: &str| key.get(name).cloned().unwrap_or_default();
    let mut doc = Doc::read(&home)?;
    doc.set_validators(&json!([{
        "address": field("address"), "pub_key": field("pub_key"), "power": "10", "name": "bench",
    }]));
    doc.write(&home)
}

#[allow(clippy::float_arithmetic, reason = "a bench's figure, not the state machine")]
fn figures(ours: u64, peer: u64) -> Value {
    let hundredths = ours.saturating_mul(100).checked_div(peer);
    let ratio =
        hundredths.and_then(|number| u32::try_from(number).ok()).map(|n| f64::from(n) / 100.0);
    json!([{
        "id": "abci.empty_blocks_per_second",
        "what": "empty blocks with timeout_commit = 0, one validator, at least 200; peer: \
            CometBFT's built-in kvstore, in its own process, without a tree",
        "unit": "blocks/s",
        "ours": ours,
        "peer": peer,
        "ratio": ratio,
        "command": "make bench PART=abci",
    }])
}

//! How many empty blocks a second CometBFT makes with our ABCI loop, with `timeout_commit = 0`.
//!
//! It makes a home with one validator, runs `whenced` on it for ten seconds and counts the blocks
//! that were committed. Writes `docs/figures/abci.json` when `--out` names it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use serde_json::{Value, json};
use whence_app::cli::doc::Doc;
use whence_app::cli::home::Home;
use whence_app::client::Client;
use whence_proto::cosmos::base::tendermint::v1beta1::{
    GetLatestBlockRequest, GetLatestBlockResponse,
};

/// How long blocks are counted.
const COUNT_TIME: Duration = Duration::from_secs(10);
/// Longest wait for the first block.
const START_TIME_MAX: Duration = Duration::from_secs(30);

#[derive(Parser)]
struct Args {
    /// The whenced binary; the one beside this program when not given.
    #[arg(long)]
    whenced: Option<PathBuf>,
    /// Where to write the figures.
    #[arg(long)]
    out: Option<PathBuf>,
    /// First of three free ports: p2p, RPC, gRPC.
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
    let per_second = result?;
    println!("empty blocks a second: {per_second}");
    if let Some(out) = &args.out {
        std::fs::write(out, format!("{:#}\n", figures(per_second)))?;
    }
    Ok(())
}

fn bench(args: &Args, whenced: &Path, dir: &Path) -> anyhow::Result<u64> {
    make_home(whenced, dir)?;
    let [p2p, rpc, grpc] = [0, 1, 2].map(|place: u16| args.port.saturating_add(place));
    let mut node = Command::new(whenced)
        .args(["start", "--log_level=error", "--comet.set", "consensus.timeout_commit=0s"])
        .arg("--comet.set=consensus.create_empty_blocks=true")
        .arg(format!("--home={}", dir.display()))
        .arg(format!("--p2p.laddr=tcp://127.0.0.1:{p2p}"))
        .arg(format!("--rpc.laddr=tcp://127.0.0.1:{rpc}"))
        .arg(format!("--grpc.address=127.0.0.1:{grpc}"))
        .stdout(Stdio::null())
        .spawn()?;
    let counted = tokio::runtime::Runtime::new()?.block_on(count(grpc));
    node.kill()?;
    node.wait()?;
    counted
}

async fn count(port: u16) -> anyhow::Result<u64> {
    let client = Client::grpc(&format!("127.0.0.1:{port}"))?;
    let first = tokio::time::timeout(START_TIME_MAX, async {
        loop {
            match height(&client).await {
                Ok(height) if height > 0 => return height,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    });
    let first = first.await.context("no block came")?;
    tokio::time::sleep(COUNT_TIME).await;
    let blocks = height(&client).await?.saturating_sub(first);
    Ok(blocks.div_euclid(COUNT_TIME.as_secs()))
}

async fn height(client: &Client) -> anyhow::Result<u64> {
    let path = "/cosmos.base.tendermint.v1beta1.Service/GetLatestBlock";
    let answer: GetLatestBlockResponse = client.call(path, &GetLatestBlockRequest {}).await?;
    let header = answer.sdk_block.and_then(|block| block.header).unwrap_or_default();
    Ok(u64::try_from(header.height)?)
}

/// A home whose validator is in the genesis itself.
fn make_home(whenced: &Path, dir: &Path) -> anyhow::Result<()> {
    let run = |args: &[&str]| -> anyhow::Result<()> {
        let output =
            Command::new(whenced).args(args).arg(format!("--home={}", dir.display())).output()?;
        anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    };
    run(&["init", "bench", "--chain-id", "whence-bench-1"])?;
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

fn figures(per_second: u64) -> Value {
    json!([{
        "id": "abci.empty_blocks_per_second",
        "what": "empty blocks with timeout_commit = 0, one validator, ours against a least of 200",
        "unit": "blocks/s",
        "ours": per_second,
        "peer": 200,
        "ratio": format!("{}.{:02}", per_second / 200, per_second % 200 / 2),
        "command": "make bench",
    }])
}

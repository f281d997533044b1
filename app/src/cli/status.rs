//! `status`: CometBFT's status, as it is.

use tendermint_rpc::client::CompatMode;
use tendermint_rpc::{Client, HttpClient, HttpClientUrl};

use super::flags::NodeFlags;
use super::home::Home;
use super::print;

/// Flags of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    node: NodeFlags,
}

/// Prints node_info, sync_info and validator_info.
pub async fn run(home: &Home, args: &Args) -> anyhow::Result<()> {
    let address = args.node.rpc(home)?.replacen("tcp://", "http://", 1);
    let url: HttpClientUrl = address.parse()?;
    let client = HttpClient::builder(url).compat_mode(CompatMode::V0_38).build()?;
    let status = client.status().await?;
    print::answer(&serde_json::to_value(status)?, args.node.output(home)?);
    Ok(())
}

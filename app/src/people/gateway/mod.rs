//! `gateway`: beside a caller, so that a plain OpenAI client pays: it asks for the price, signs a
//! voucher for each request and passes the request on, byte for byte.

pub mod chain;
pub mod error;
pub mod fee;
pub mod forward;
pub mod ledger;
pub mod payer;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anyhow::{Context, ensure};
use clap::Subcommand;
use serde_json::json;
use whence_proto::whence::attribution::v1::{
    Escrow, Provider, QueryProviderRequest, QueryProviderResponse,
};

use self::chain::Chain;
use self::forward::{Gateway, router};
use self::ledger::Ledger;
use self::payer::Payer;
use super::desk::{coin_of, coin_text};
use super::session::SessionKey;
use super::{Desk, Flags, escrow};
use crate::cli::amounts;
use crate::cli::home::Home;

/// `gateway` and its commands.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    flags: Flags,
    /// The escrow that pays.
    #[arg(long, global = true)]
    escrow: Option<u64>,
    /// The most that may ever be spent from it, such as 50000uwhn; all that is in it when not
    /// given.
    #[arg(long, global = true)]
    limit: Option<String>,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What was spent and what is left.
    Spent,
}

/// Runs `gateway`.
pub async fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    let escrow_id =
        args.escrow.context("--escrow is missing: the id that `escrow fund` printed")?;
    let desk = Desk::open(home, &args.flags).await?;
    let escrow = escrow::read(&desk, escrow_id).await?;
    match args.command {
        Some(Command::Spent) => spent(&desk, &escrow, args.limit.as_deref()),
        None => serve(&desk, &escrow, &args).await,
    }
}

/// The limit in base units of the escrow's denomination.
fn limit_of(escrow: &Escrow, text: Option<&str>) -> anyhow::Result<Option<u128>> {
    let denom = coin_of(escrow.balance.as_ref(), "the escrow's balance")?.denom;
    let Some(text) = text else { return Ok(None) };
    let limit = amounts::coin(text).context("--limit")?;
    ensure!(limit.denom == denom, "--limit {text}: expected an amount of {denom}");
    Ok(Some(limit.amount))
}

fn spent(desk: &Desk, escrow: &Escrow, limit: Option<&str>) -> anyhow::Result<()> {
    let limit = limit_of(escrow, limit)?;
    let state = Ledger::read(&Ledger::path(desk.home.dir(), &desk.chain_id, escrow.id))?;
    let balance = coin_of(escrow.balance.as_ref(), "balance")?;
    let reported = coin_of(escrow.reported.as_ref(), "reported")?;
    let withdrawing = escrow.withdrawing.as_ref().and_then(|coin| coin.amount.parse().ok());
    let free = balance.amount.saturating_sub(withdrawing.unwrap_or(0));
    let funded = reported.amount.saturating_add(free);
    let most = limit.map_or(funded, |limit| limit.min(funded));
    let left = most.saturating_sub(state.at_most().max(reported.amount));
    let (spent, denom) = (state.spent, &balance.denom);
    let unknown = state.at_most().saturating_sub(spent);
    let line = format!(
        "escrow {}: {spent}{denom} spent on {} answers, {unknown}{denom} promised and not known \
         yet, \
         {left}{denom} left; {} reported on the chain",
        escrow.id,
        state.answered,
        coin_text(escrow.reported.as_ref()),
    );
    let object = json!({
        "escrow_id": escrow.id.to_string(),
        "denom": denom,
        "spent": spent.to_string(),
        "unknown": unknown.to_string(),
        "left": left.to_string(),
        "reported": reported.amount.to_string(),
        "answered": state.answered,
        "last_sequence": state.last,
    });
    desk.say(&line, &object);
    Ok(())
}

async fn serve(desk: &Desk, escrow: &Escrow, args: &Args) -> anyhow::Result<()> {
    let provider = provider(desk, escrow.provider_id).await?;
    let path = Ledger::path(desk.home.dir(), &desk.chain_id, escrow.id);
    let payer = Payer {
        chain_id: desk.chain_id.clone(),
        escrow_id: escrow.id,
        provider_id: escrow.provider_id,
        denom: coin_of(escrow.balance.as_ref(), "the escrow's balance")?.denom,
        limit: limit_of(escrow, args.limit.as_deref())?,
        key: SessionKey::find(desk.home.dir(), &escrow.session_key)?,
        ledger: Mutex::new(Ledger::open(&path)?),
    };
    let chain = Chain {
        client: desk.client.clone(),
        escrow_id: escrow.id,
        provider_id: escrow.provider_id,
    };
    chain.reconcile(&payer).await?;
    let endpoint = provider.endpoint.trim_end_matches('/').to_owned();
    let listener = tokio::net::TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("--listen {}", args.listen))?;
    let at = listener.local_addr()?;
    let line = format!(
        "escrow {} pays provider {} at {endpoint}; OpenAI clients use http://{at}/v1",
        escrow.id, provider.id
    );
    let object = json!({
        "listen": at.to_string(),
        "base_url": format!("http://{at}/v1"),
        "escrow_id": escrow.id.to_string(),
        "provider_id": provider.id.to_string(),
        "endpoint": endpoint,
    });
    desk.say(&line, &object);
    let gateway = Gateway { payer, books: Box::new(chain), endpoint, http: forward::http()? };
    let stop = async {
        // Without a signal to wait for it serves on.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    axum::serve(listener, router(Arc::new(gateway))).with_graceful_shutdown(stop).await?;
    Ok(())
}

async fn provider(desk: &Desk, provider_id: u64) -> anyhow::Result<Provider> {
    let path = "/whence.attribution.v1.Query/Provider";
    let request = QueryProviderRequest { provider_id };
    let answer: QueryProviderResponse = desk.ask(path, &request).await?;
    answer.provider.context("the node's answer has no provider")
}

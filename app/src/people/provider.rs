//! `provider`: answer queries for pay, with a bond behind every report.

use anyhow::ensure;
use clap::Subcommand;
use serde_json::json;
use whence_proto::json as proto_json;
use whence_proto::whence::attribution::v1::{
    MsgRegisterProvider, MsgRegisterProviderResponse, Price, QueryProviderRequest,
    QueryProviderResponse,
};

use super::{Desk, Flags};
use crate::cli::amounts;
use crate::cli::home::Home;

/// `provider` and its commands.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Register as a provider.
    Register(Register),
    /// Show a provider.
    Show {
        /// Its id.
        provider: u64,
    },
}

#[derive(Debug, clap::Args)]
struct Register {
    /// The account that signs reports: what `whence-inference report-key` prints.
    #[arg(long)]
    reporter: String,
    /// Where it answers, such as http://127.0.0.1:8080.
    #[arg(long)]
    endpoint: String,
    /// Price of 1,000 tokens of a prompt, such as 100uwhn.
    #[arg(long)]
    prompt_price: String,
    /// Price of 1,000 tokens of an answer.
    #[arg(long)]
    completion_price: String,
    /// Least fee of a request.
    #[arg(long)]
    min_fee: String,
    /// The bond.
    #[arg(long)]
    bond: String,
}

/// Runs `provider`.
pub async fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    let desk = Desk::open(home, &args.flags).await?;
    match args.command {
        Command::Register(args) => register(&desk, args).await,
        Command::Show { provider } => show(&desk, provider).await,
    }
}

async fn register(desk: &Desk, args: Register) -> anyhow::Result<()> {
    let key = desk.key()?;
    let plain = args.endpoint.starts_with("http://") || args.endpoint.starts_with("https://");
    ensure!(plain, "--endpoint {:?}: expected http://… or https://…", args.endpoint);
    let coin = |text: &str| amounts::coin(text).map(|coin| Some(coin.to_proto()));
    let message = MsgRegisterProvider {
        operator: key.address().to_string(),
        reporter: desk.address(&args.reporter)?.to_string(),
        endpoint: args.endpoint,
        price: Some(Price {
            per_1k_prompt_tokens: coin(&args.prompt_price)?,
            per_1k_completion_tokens: coin(&args.completion_price)?,
            min_fee: coin(&args.min_fee)?,
        }),
        bond: coin(&args.bond)?,
    };
    let sent = desk.send::<_, MsgRegisterProviderResponse>(&key, &message).await?;
    let id = sent.response.provider_id;
    let line =
        format!("provider {id} is registered with a bond of {} ({})", args.bond, sent.place());
    desk.say(&line, &sent.json(json!({ "provider_id": id.to_string() })));
    Ok(())
}

async fn show(desk: &Desk, provider_id: u64) -> anyhow::Result<()> {
    let path = "/whence.attribution.v1.Query/Provider";
    let request = QueryProviderRequest { provider_id };
    let answer: QueryProviderResponse = desk.ask(path, &request).await?;
    let shown = proto_json::encode(&answer.provider.unwrap_or_default())?;
    desk.say(&format!("{shown:#}"), &shown);
    Ok(())
}

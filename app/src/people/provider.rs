//! `provider`: answer queries for pay, with a bond behind every report.

use anyhow::ensure;
use clap::Subcommand;
use serde_json::json;
use whence_base::Address;
use whence_proto::json as proto_json;
use whence_proto::whence::attribution::v1::{
    MsgRegisterProvider, MsgRegisterProviderResponse, MsgUnbondProvider, MsgUnbondProviderResponse,
    MsgUpdateProvider, MsgUpdateProviderResponse, Price, QueryProviderRequest,
    QueryProviderResponse,
};

use super::desk::Names;
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
    /// Change a provider's report key, endpoint or prices, or add to its bond.
    Update(Update),
    /// Give notice: the bond comes back after the last open window.
    Unbond {
        /// The provider's id.
        provider: u64,
    },
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

/// What changes of a provider; the rest stays as it is.
#[derive(Debug, clap::Args)]
pub struct Update {
    /// The provider's id.
    provider: u64,
    /// The account that signs reports.
    #[arg(long)]
    reporter: Option<String>,
    /// Where it answers.
    #[arg(long)]
    endpoint: Option<String>,
    /// Price of 1,000 tokens of a prompt.
    #[arg(long, requires_all = ["completion_price", "min_fee"])]
    prompt_price: Option<String>,
    /// Price of 1,000 tokens of an answer.
    #[arg(long, requires_all = ["prompt_price", "min_fee"])]
    completion_price: Option<String>,
    /// Least fee of a request.
    #[arg(long, requires_all = ["prompt_price", "completion_price"])]
    min_fee: Option<String>,
    /// What is added to the bond.
    #[arg(long)]
    add_bond: Option<String>,
}

impl Update {
    /// The operator's message.
    pub fn message(
        &self,
        operator: &Address,
        names: &Names<'_>,
    ) -> anyhow::Result<MsgUpdateProvider> {
        let prices = (&self.prompt_price, &self.completion_price, &self.min_fee);
        let price = match prices {
            (Some(prompt), Some(completion), Some(least)) => {
                Some(price(prompt, completion, least)?)
            }
            _ => None,
        };
        let endpoint = self.endpoint.as_deref().map(endpoint).transpose()?;
        let add_bond = self.add_bond.as_deref().map(amounts::coin).transpose()?;
        let reporter = self.reporter.as_deref().map(names).transpose()?;
        let message = MsgUpdateProvider {
            operator: operator.to_string(),
            provider_id: self.provider,
            reporter: reporter.map(|who| who.to_string()).unwrap_or_default(),
            endpoint: endpoint.unwrap_or_default(),
            price,
            add_bond: add_bond.map(|coin| coin.to_proto()),
        };
        let same = MsgUpdateProvider {
            operator: message.operator.clone(),
            provider_id: message.provider_id,
            ..MsgUpdateProvider::default()
        };
        ensure!(message != same, "nothing is to change");
        Ok(message)
    }
}

/// An endpoint that can be asked over HTTP.
fn endpoint(text: &str) -> anyhow::Result<String> {
    let plain = text.starts_with("http://") || text.starts_with("https://");
    ensure!(plain, "--endpoint {text:?}: expected http://… or https://…");
    Ok(text.to_owned())
}

fn price(prompt: &str, completion: &str, min_fee: &str) -> anyhow::Result<Price> {
    let coin = |text: &str| amounts::coin(text).map(|coin| Some(coin.to_proto()));
    Ok(Price {
        per_1k_prompt_tokens: coin(prompt)?,
        per_1k_completion_tokens: coin(completion)?,
        min_fee: coin(min_fee)?,
    })
}

/// Runs `provider`.
pub async fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    let desk = Desk::open(home, &args.flags).await?;
    match args.command {
        Command::Register(args) => register(&desk, args).await,
        Command::Update(args) => update(&desk, args).await,
        Command::Unbond { provider } => unbond(&desk, provider).await,
        Command::Show { provider } => show(&desk, provider).await,
    }
}

async fn register(desk: &Desk, args: Register) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = MsgRegisterProvider {
        operator: key.address().to_string(),
        reporter: desk.address(&args.reporter)?.to_string(),
        endpoint: endpoint(&args.endpoint)?,
        price: Some(price(&args.prompt_price, &args.completion_price, &args.min_fee)?),
        bond: Some(amounts::coin(&args.bond)?.to_proto()),
    };
    let sent = desk.send::<_, MsgRegisterProviderResponse>(&key, &message).await?;
    let id = sent.response.provider_id;
    let line =
        format!("provider {id} is registered with a bond of {} ({})", args.bond, sent.place());
    desk.say(&line, &sent.json(json!({ "provider_id": id.to_string() })));
    Ok(())
}

async fn update(desk: &Desk, args: Update) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = args.message(&key.address(), &|who| desk.address(who))?;
    let sent = desk.send::<_, MsgUpdateProviderResponse>(&key, &message).await?;
    let id = args.provider;
    let line = format!("provider {id} is changed ({})", sent.place());
    desk.say(&line, &sent.json(json!({ "provider_id": id.to_string() })));
    Ok(())
}

async fn unbond(desk: &Desk, provider_id: u64) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = MsgUnbondProvider { operator: key.address().to_string(), provider_id };
    let sent = desk.send::<_, MsgUnbondProviderResponse>(&key, &message).await?;
    let back = sent.response.unbonding_height;
    let place = sent.place();
    let line = format!("provider {provider_id}: its bond comes back at height {back} ({place})");
    let fields = json!({
        "provider_id": provider_id.to_string(),
        "unbonding_height": back.to_string(),
    });
    desk.say(&line, &sent.json(fields));
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

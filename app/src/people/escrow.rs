//! `escrow`: money set aside for one provider, which vouchers then pay out of.

use clap::Subcommand;
use serde_json::json;
use whence_proto::json as proto_json;
use whence_proto::whence::attribution::v1::{
    Escrow, MsgCompleteWithdrawal, MsgCompleteWithdrawalResponse, MsgFundEscrow,
    MsgFundEscrowResponse, MsgRequestWithdrawal, MsgRequestWithdrawalResponse, QueryEscrowRequest,
    QueryEscrowResponse,
};

use super::desk::coin_text;
use super::session::SessionKey;
use super::{Desk, Flags};
use crate::cli::amounts;
use crate::cli::home::Home;

/// `escrow` and its commands.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set money aside for a provider; makes a session key when it opens an escrow.
    Fund {
        /// The provider's id.
        provider: u64,
        /// How much, such as 1000000uwhn.
        amount: String,
        /// Add to this escrow instead of opening one.
        #[arg(long, default_value_t = 0)]
        escrow: u64,
    },
    /// Show an escrow.
    Show {
        /// Its id.
        escrow: u64,
    },
    /// Take money back, which takes a while: requests that were answered are paid first.
    Withdraw {
        #[command(subcommand)]
        step: Withdraw,
    },
}

#[derive(Debug, Subcommand)]
enum Withdraw {
    /// Ask for it.
    Request {
        /// The escrow's id.
        escrow: u64,
        /// How much.
        amount: String,
    },
    /// Take what was asked for, once its time has come.
    Complete {
        /// The escrow's id.
        escrow: u64,
    },
}

/// Runs `escrow`.
pub async fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    let desk = Desk::open(home, &args.flags).await?;
    match args.command {
        Command::Fund { provider, amount, escrow } => fund(&desk, provider, &amount, escrow).await,
        Command::Show { escrow } => show(&desk, escrow).await,
        Command::Withdraw { step: Withdraw::Request { escrow, amount } } => {
            request(&desk, escrow, &amount).await
        }
        Command::Withdraw { step: Withdraw::Complete { escrow } } => complete(&desk, escrow).await,
    }
}

async fn fund(desk: &Desk, provider_id: u64, amount: &str, escrow: u64) -> anyhow::Result<()> {
    let key = desk.key()?;
    let amount = amounts::coin(amount)?;
    let session_key = match escrow {
        0 => SessionKey::create(desk.home.dir())?.public(),
        _ => Vec::new(),
    };
    let message = MsgFundEscrow {
        caller: key.address().to_string(),
        provider_id,
        escrow_id: escrow,
        amount: Some(amount.to_proto()),
        session_key: session_key.clone(),
    };
    let sent = desk.send::<_, MsgFundEscrowResponse>(&key, &message).await?;
    let id = sent.response.escrow_id;
    let line =
        format!("escrow {id} for provider {provider_id} was given {amount} ({})", sent.place());
    let fields = json!({
        "escrow_id": id.to_string(),
        "provider_id": provider_id.to_string(),
        "amount": amount.to_string(),
        "session_key": hex::encode(session_key),
    });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

/// An escrow as the chain has it.
pub async fn read(desk: &Desk, escrow_id: u64) -> anyhow::Result<Escrow> {
    let path = "/whence.attribution.v1.Query/Escrow";
    let answer: QueryEscrowResponse = desk.ask(path, &QueryEscrowRequest { escrow_id }).await?;
    answer.escrow.ok_or_else(|| anyhow::anyhow!("the node's answer has no escrow"))
}

async fn show(desk: &Desk, escrow_id: u64) -> anyhow::Result<()> {
    let escrow = read(desk, escrow_id).await?;
    let line = format!(
        "escrow {escrow_id} of {} for provider {}: {} in it, {} reported, {} being withdrawn",
        escrow.caller,
        escrow.provider_id,
        coin_text(escrow.balance.as_ref()),
        coin_text(escrow.reported.as_ref()),
        coin_text(escrow.withdrawing.as_ref()),
    );
    desk.say(&line, &proto_json::encode(&escrow)?);
    Ok(())
}

async fn request(desk: &Desk, escrow_id: u64, amount: &str) -> anyhow::Result<()> {
    let key = desk.key()?;
    let amount = amounts::coin(amount)?;
    let caller = key.address().to_string();
    let message = MsgRequestWithdrawal { caller, escrow_id, amount: Some(amount.to_proto()) };
    let sent = desk.send::<_, MsgRequestWithdrawalResponse>(&key, &message).await?;
    let from = sent.response.withdrawal_height;
    let line = format!(
        "{amount} of escrow {escrow_id} can be taken from height {from} on ({})",
        sent.place()
    );
    let fields = json!({
        "escrow_id": escrow_id.to_string(),
        "withdrawal_height": from.to_string(),
        "amount": amount.to_string(),
    });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

async fn complete(desk: &Desk, escrow_id: u64) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = MsgCompleteWithdrawal { caller: key.address().to_string(), escrow_id };
    let sent = desk.send::<_, MsgCompleteWithdrawalResponse>(&key, &message).await?;
    let paid = coin_text(sent.response.paid.as_ref());
    let line = format!("{paid} came back from escrow {escrow_id} ({})", sent.place());
    let fields = json!({ "escrow_id": escrow_id.to_string(), "paid": paid });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

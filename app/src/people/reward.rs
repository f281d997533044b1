//! `reward`: what an account earned, its claim, and where claims go.

use clap::Subcommand;
use serde_json::json;
use whence_base::Coins;
use whence_proto::json as proto_json;
use whence_proto::whence::reward::v1::{
    Beneficiary, MsgClaim, MsgClaimResponse, MsgRotatePayout, MsgRotatePayoutResponse,
    QueryAccruedRequest, QueryAccruedResponse,
};

use super::desk::coins_text;
use super::{Desk, Flags};
use crate::cli::home::Home;

/// `reward` and its commands.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What an account earned, by reason.
    Accrued {
        /// The account, or its key's name.
        address: String,
    },
    /// Pay out all that waits for the signer.
    Claim,
    /// Send the signer's claims somewhere else from now on.
    RotatePayout {
        /// Where to; back to the account itself when left out.
        address: Option<String>,
    },
}

/// Runs `reward`.
pub async fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    let desk = Desk::open(home, &args.flags).await?;
    match args.command {
        Command::Accrued { address } => accrued(&desk, &address).await,
        Command::Claim => claim(&desk).await,
        Command::RotatePayout { address } => rotate(&desk, address.as_deref()).await,
    }
}

async fn accrued(desk: &Desk, address: &str) -> anyhow::Result<()> {
    let address = desk.address(address)?.to_string();
    let request = QueryAccruedRequest { address: address.clone() };
    let path = "/whence.reward.v1.Query/Accrued";
    let answer: QueryAccruedResponse = desk.ask(path, &request).await?;
    let reasons: Vec<String> = answer
        .accruals
        .iter()
        .map(|accrual| {
            let name = Beneficiary::try_from(accrual.beneficiary).unwrap_or_default();
            let name = name.as_str_name().trim_start_matches("BENEFICIARY_").to_lowercase();
            let (total, waits) = (coins_text(&accrual.total), coins_text(&accrual.unclaimed));
            format!("as {name} {total}, {waits} of it unclaimed")
        })
        .collect();
    let waits = coins_text(&answer.unclaimed);
    let line = match reasons.is_empty() {
        true => format!("{address} has earned nothing"),
        false => format!("{address} earned {}; {waits} can be claimed", reasons.join("; ")),
    };
    let mut object = proto_json::encode(&answer)?;
    let mut earned = Coins::new();
    for accrual in &answer.accruals {
        earned.add_all(&Coins::parse(&accrual.total)?)?;
    }
    if let Some(object) = object.as_object_mut() {
        object.insert("earned".to_owned(), json!(coins_text(&earned.to_proto())));
    }
    desk.say(&line, &object);
    Ok(())
}

async fn claim(desk: &Desk) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = MsgClaim { claimer: key.address().to_string() };
    let sent = desk.send::<_, MsgClaimResponse>(&key, &message).await?;
    let paid = coins_text(&sent.response.paid);
    let line = format!("{} claimed {paid} ({})", key.address(), sent.place());
    desk.say(&line, &sent.json(json!({ "claimer": key.address().to_string(), "claimed": paid })));
    Ok(())
}

async fn rotate(desk: &Desk, to: Option<&str>) -> anyhow::Result<()> {
    let key = desk.key()?;
    let to = to.map(|to| desk.address(to)).transpose()?;
    let payout = to.map(|to| to.to_string()).unwrap_or_default();
    let message =
        MsgRotatePayout { address: key.address().to_string(), payout_address: payout.clone() };
    let sent = desk.send::<_, MsgRotatePayoutResponse>(&key, &message).await?;
    let goes = if payout.is_empty() { key.address().to_string() } else { payout };
    let line = format!("claims of {} go to {goes} ({})", key.address(), sent.place());
    desk.say(&line, &sent.json(json!({ "payout_address": goes })));
    Ok(())
}

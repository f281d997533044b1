//! `model flag`, `retire-adapter`, `undeploy`: what is to be known of an adapter after it was made.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;
use whence_base::Address;
use whence_proto::whence::model::v1::{
    FlagKind, MsgFlagAdapter, MsgFlagAdapterResponse, MsgRetireAdapter, MsgRetireAdapterResponse,
    MsgUndeployAdapter, MsgUndeployAdapterResponse,
};

use crate::people::Desk;
use crate::people::datanet::sha256;

/// What is wrong with an adapter, as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Rows that it was trained on were withdrawn or revoked later.
    DataWithdrawn,
    /// It may not be given under its licence.
    Licence,
    /// It does harm.
    Harm,
    /// Its receipt is not true.
    FalseReceipt,
    /// What it names cannot be fetched.
    Unavailable,
}

impl From<Kind> for FlagKind {
    fn from(word: Kind) -> Self {
        match word {
            Kind::DataWithdrawn => Self::DataWithdrawn,
            Kind::Licence => Self::Licence,
            Kind::Harm => Self::Harm,
            Kind::FalseReceipt => Self::FalseReceipt,
            Kind::Unavailable => Self::Unavailable,
        }
    }
}

/// A remark on an adapter, for a bond.
#[derive(Debug, clap::Args)]
pub struct Flag {
    /// The adapter's id.
    adapter: u64,
    /// What is wrong.
    #[arg(long, value_enum)]
    kind: Kind,
    /// A file that shows it; its SHA-256 goes on the record.
    #[arg(long)]
    evidence: PathBuf,
    /// A sentence about it.
    #[arg(long, default_value = "")]
    note: String,
}

impl Flag {
    /// The message of whoever flags.
    pub fn message(&self, flagger: &Address) -> anyhow::Result<MsgFlagAdapter> {
        Ok(MsgFlagAdapter {
            flagger: flagger.to_string(),
            adapter_id: self.adapter,
            kind: FlagKind::from(self.kind).into(),
            evidence_hash: sha256(&self.evidence)?,
            note: self.note.clone(),
        })
    }
}

/// Flags an adapter.
pub(super) async fn flag(desk: &Desk, args: Flag) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = args.message(&key.address())?;
    let sent = desk.send::<_, MsgFlagAdapterResponse>(&key, &message).await?;
    let (id, adapter) = (sent.response.flag_id, args.adapter);
    let line = format!("adapter {adapter} has flag {id} ({})", sent.place());
    let fields = json!({ "flag_id": id.to_string(), "adapter_id": adapter.to_string() });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

/// Ends the use of the signer's adapter.
pub(super) async fn retire(desk: &Desk, adapter_id: u64, reason: String) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = MsgRetireAdapter { sender: key.address().to_string(), adapter_id, reason };
    let sent = desk.send::<_, MsgRetireAdapterResponse>(&key, &message).await?;
    let line = format!("adapter {adapter_id} is retired ({})", sent.place());
    desk.say(&line, &sent.json(json!({ "adapter_id": adapter_id.to_string() })));
    Ok(())
}

/// Says that the signer's provider serves an adapter no longer.
pub(super) async fn undeploy(desk: &Desk, adapter_id: u64, provider_id: u64) -> anyhow::Result<()> {
    let key = desk.key()?;
    let operator = key.address().to_string();
    let message = MsgUndeployAdapter { operator, adapter_id, provider_id };
    let sent = desk.send::<_, MsgUndeployAdapterResponse>(&key, &message).await?;
    let place = sent.place();
    let line = format!("provider {provider_id} serves adapter {adapter_id} no longer ({place})");
    let fields = json!({
        "adapter_id": adapter_id.to_string(),
        "provider_id": provider_id.to_string(),
    });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

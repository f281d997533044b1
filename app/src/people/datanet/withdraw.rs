//! `datanet withdraw`, `dispute`, `rule`: rows that are taken out, by their author or by others.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use serde_json::json;
use sha2::{Digest, Sha256};
use whence_base::Address;
use whence_proto::whence::datanet::v1::{
    self as pb, MsgOpenDispute, MsgOpenDisputeResponse, MsgRuleDispute, MsgRuleDisputeResponse,
    MsgWithdrawRows, MsgWithdrawRowsResponse, RowRange,
};

use crate::people::Desk;

/// Rows that their author takes out.
#[derive(Debug, clap::Args)]
pub struct Withdraw {
    /// The contribution's id.
    contribution: u64,
    /// Rows, such as 7 or 0-4 (the last one is meant too); may be given again. All of the
    /// contribution when not given.
    #[arg(long = "rows", value_parser = rows)]
    rows: Vec<RowRange>,
    /// Why, in a sentence.
    #[arg(long)]
    reason: String,
}

/// `7` or `0-4`.
fn rows(text: &str) -> Result<RowRange, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let read = || {
        let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        let count = last.checked_sub(first)?.checked_add(1)?;
        Some(RowRange { first, count })
    };
    read().ok_or_else(|| format!("{text:?}: expected a row such as 7, or rows such as 0-4"))
}

impl Withdraw {
    /// The author's message.
    pub fn message(&self, author: &Address) -> MsgWithdrawRows {
        MsgWithdrawRows {
            author: author.to_string(),
            contribution_id: self.contribution,
            rows: self.rows.clone(),
            reason: self.reason.clone(),
        }
    }
}

/// What rows are accused of, as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tag {
    /// They are somebody else's.
    Copyright,
    /// They tell who somebody is.
    Pii,
    /// They may not be given under this licence.
    Licence,
    /// They are made to do harm.
    Poison,
    /// They are not from where they say.
    Origin,
}

impl From<Tag> for pb::DisputeTag {
    fn from(word: Tag) -> Self {
        match word {
            Tag::Copyright => Self::Copyright,
            Tag::Pii => Self::Pii,
            Tag::Licence => Self::Licence,
            Tag::Poison => Self::Poison,
            Tag::Origin => Self::Origin,
        }
    }
}

/// Rows that somebody wants out, for a bond.
#[derive(Debug, clap::Args)]
pub struct Dispute {
    /// The contribution's id.
    contribution: u64,
    /// What they are accused of.
    #[arg(long, value_enum)]
    tag: Tag,
    /// Rows, such as 7 or 0-4; may be given again. All of the contribution when not given.
    #[arg(long = "rows", value_parser = rows)]
    rows: Vec<RowRange>,
    /// A file that shows it; its SHA-256 goes on the record, and counts once.
    #[arg(long)]
    evidence: PathBuf,
    /// Where the file can be fetched.
    #[arg(long, default_value = "")]
    uri: String,
}

impl Dispute {
    /// The message of whoever opens it.
    pub fn message(&self, opener: &Address) -> anyhow::Result<MsgOpenDispute> {
        Ok(MsgOpenDispute {
            opener: opener.to_string(),
            contribution_id: self.contribution,
            tag: pb::DisputeTag::from(self.tag).into(),
            rows: self.rows.clone(),
            evidence_hash: sha256(&self.evidence)?,
            evidence_uri: self.uri.clone(),
        })
    }
}

/// SHA-256 of a file.
pub(in crate::people) fn sha256(file: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    Ok(Sha256::digest(bytes).to_vec())
}

/// A curator's word on a dispute, as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ruling {
    /// The rows go.
    Upheld,
    /// The rows stay, and the opener's bond is lost.
    Rejected,
}

impl From<Ruling> for pb::Ruling {
    fn from(word: Ruling) -> Self {
        match word {
            Ruling::Upheld => Self::Upheld,
            Ruling::Rejected => Self::Rejected,
        }
    }
}

/// Takes one's rows out.
pub(super) async fn withdraw(desk: &Desk, args: Withdraw) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = args.message(&key.address());
    let sent = desk.send::<_, MsgWithdrawRowsResponse>(&key, &message).await?;
    let (id, rows) = (args.contribution, sent.response.withdrawn_rows);
    let line = format!("{rows} rows of contribution {id} are withdrawn ({})", sent.place());
    let fields = json!({ "contribution_id": id.to_string(), "rows": rows.to_string() });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

/// Asks for rows to be taken out.
pub(super) async fn dispute(desk: &Desk, args: Dispute) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = args.message(&key.address())?;
    let sent = desk.send::<_, MsgOpenDisputeResponse>(&key, &message).await?;
    let (id, of) = (sent.response.dispute_id, args.contribution);
    let line = format!("dispute {id} over contribution {of} is open ({})", sent.place());
    let fields = json!({ "dispute_id": id.to_string(), "contribution_id": of.to_string() });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

/// A curator's vote.
pub(super) async fn rule(desk: &Desk, dispute_id: u64, word: Ruling) -> anyhow::Result<()> {
    let key = desk.key()?;
    let ruling = pb::Ruling::from(word).into();
    let message = MsgRuleDispute { ruler: key.address().to_string(), dispute_id, ruling };
    let sent = desk.send::<_, MsgRuleDisputeResponse>(&key, &message).await?;
    let stands = match sent.response.ruling() {
        pb::Ruling::Unspecified => "still open",
        pb::Ruling::Upheld => "upheld",
        pb::Ruling::Rejected => "rejected",
        pb::Ruling::Expired => "expired",
    };
    let line = format!("dispute {dispute_id} is {stands} ({})", sent.place());
    let fields = json!({
        "dispute_id": dispute_id.to_string(),
        "ruling": sent.response.ruling().as_str_name(),
    });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

//! `model feedback`: commit to a batch of preferences or corrections, wait, show it.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use whence_canon::commit::{self, Fields, Opening, Payload};
use whence_canon::merkle;
use whence_canon::row::Row;
use whence_proto::whence::model::v1::{
    Feedback, FeedbackKind, FeedbackManifest, FeedbackStatus, MsgCommitFeedback,
    MsgCommitFeedbackResponse, MsgRevealFeedback, MsgRevealFeedbackResponse, QueryFeedbackRequest,
    QueryFeedbackResponse,
};

use crate::people::Desk;
use crate::people::notes::{Note, salt};

/// Largest file of feedback that is read.
const FILE_BYTES_MAX: u64 = 1 << 28;

/// A batch of feedback.
#[derive(Debug, clap::Args)]
pub(super) struct Give {
    /// The adapter that was asked.
    adapter: u64,
    /// JSON lines of {"prompt", "chosen", "rejected"}, or of {"prompt", "answer"} for corrections.
    file: PathBuf,
    /// What the lines are.
    #[arg(long, value_enum, default_value = "preference")]
    kind: Kind,
    /// Their licence, as SPDX id.
    #[arg(long, default_value = "CC0-1.0")]
    licence: String,
    /// Where the file can be fetched; may be given again. Its SHA-256 when not given.
    #[arg(long = "uri")]
    uris: Vec<String>,
}

/// What a batch holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Pairs of answers, the better one named.
    Preference,
    /// Answers put right.
    Correction,
}

impl From<Kind> for FeedbackKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Preference => Self::Preference,
            Kind::Correction => Self::Correction,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preference {
    prompt: String,
    chosen: String,
    rejected: String,
}

/// Hash of one line in its canonical form: a correction is a row; a preference is the hash of two,
/// the better answer's first.
pub fn line_hash(kind: Kind, line: &str) -> anyhow::Result<[u8; 32]> {
    if kind == Kind::Correction {
        return Ok(Row::parse_json(line)?.hash());
    }
    let pair: Preference =
        serde_json::from_str(line).context("expected {\"prompt\", \"chosen\", \"rejected\"}")?;
    let chosen = Row::chat(&pair.prompt, &pair.chosen)?.hash();
    let rejected = Row::chat(&pair.prompt, &pair.rejected)?.hash();
    ensure!(chosen != rejected, "chosen and rejected are the same");
    Ok(Fields::of("whence/preference/v1").bytes(&chosen).bytes(&rejected).finish())
}

/// The manifest of a file.
fn manifest(args: &Give) -> anyhow::Result<FeedbackManifest> {
    let bytes = read(&args.file)?;
    let text = std::str::from_utf8(&bytes).context("expected UTF-8")?;
    let lines = (1usize..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let hashes = lines
        .map(|(number, line)| line_hash(args.kind, line).with_context(|| format!("line {number}")))
        .collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(!hashes.is_empty(), "{}: no lines", args.file.display());
    let sha256 = Sha256::digest(&bytes).to_vec();
    let mut uris = args.uris.clone();
    if uris.is_empty() {
        uris.push(format!("sha256:{}", hex::encode(&sha256)));
    }
    Ok(FeedbackManifest {
        kind: FeedbackKind::from(args.kind).into(),
        row_root: merkle::root(&hashes).to_vec(),
        row_count: u64::try_from(hashes.len())?,
        byte_size: u64::try_from(bytes.len())?,
        sha256,
        uris,
        licence: args.licence.clone(),
    })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let place = || path.display().to_string();
    let size = std::fs::metadata(path).with_context(place)?.len();
    ensure!(size <= FILE_BYTES_MAX, "{}: {size} bytes, at most {FILE_BYTES_MAX}", place());
    std::fs::read(path).with_context(place)
}

/// How far a batch got.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Progress {
    salt: String,
    feedback_id: Option<u64>,
    height: Option<i64>,
    txhash: Option<String>,
}

/// A batch of feedback on the chain.
pub(super) async fn ask(desk: &Desk, feedback_id: u64) -> anyhow::Result<Feedback> {
    let path = "/whence.model.v1.Query/Feedback";
    let answer: QueryFeedbackResponse =
        desk.ask(path, &QueryFeedbackRequest { feedback_id }).await?;
    answer.feedback.context("the node's answer has no feedback")
}

/// Gives feedback; cut off anywhere, it goes on where it was.
pub(super) async fn give(desk: &Desk, args: Give) -> anyhow::Result<()> {
    let key = desk.key()?;
    let giver = key.address().to_string();
    let manifest = manifest(&args).with_context(|| args.file.display().to_string())?;
    let payload = commit::Feedback {
        adapter_id: args.adapter,
        kind: u32::try_from(manifest.kind)?,
        row_root: &manifest.row_root,
        row_count: manifest.row_count,
        byte_size: manifest.byte_size,
        sha256: &manifest.sha256,
        uris: &manifest.uris,
        licence: &manifest.licence,
    };
    let digest = payload.fields(Fields::of("note")).text(&giver);
    let note = Note::of(desk, "feedback", &hex::encode(digest.finish()));
    let known: Option<Progress> = note.read()?;
    let mut progress = known.unwrap_or_else(|| Progress { salt: salt(), ..Progress::default() });
    note.write(&progress)?;
    let late = match progress.feedback_id {
        Some(id) => ask(desk, id).await?.status() == FeedbackStatus::Unrevealed,
        None => true,
    };
    if late {
        progress = Progress { salt: salt(), ..Progress::default() };
        note.write(&progress)?;
        let salt = hex::decode(&progress.salt)?;
        let opening = Opening { chain_id: &desk.chain_id, author: &giver, salt: &salt };
        let commit_hash = opening.commit(&payload).to_vec();
        let (giver, adapter_id) = (giver.clone(), args.adapter);
        let message = MsgCommitFeedback { giver, adapter_id, commit_hash };
        let sent = desk.send::<_, MsgCommitFeedbackResponse>(&key, &message).await?;
        progress.feedback_id = Some(sent.response.feedback_id);
        note.write(&progress)?;
    }
    let feedback_id = progress.feedback_id.context("nothing was committed")?;
    if ask(desk, feedback_id).await?.status() == FeedbackStatus::Committed {
        let salt = hex::decode(&progress.salt)?;
        let rows = Some(manifest.clone());
        let message = MsgRevealFeedback { giver, feedback_id, manifest: rows, salt };
        let sent = desk.send::<_, MsgRevealFeedbackResponse>(&key, &message).await?;
        (progress.height, progress.txhash) = (Some(sent.height), Some(sent.hash));
        note.write(&progress)?;
    }
    tell(desk, &progress, (args.adapter, manifest.row_count))
}

fn tell(desk: &Desk, progress: &Progress, (adapter, rows): (u64, u64)) -> anyhow::Result<()> {
    let id = progress.feedback_id.context("nothing was committed")?;
    let height = progress.height.unwrap_or_default();
    let hash = progress.txhash.clone().unwrap_or_default();
    let line =
        format!("feedback {id}: {rows} rows on adapter {adapter} (height {height}, tx {hash})");
    let object: Value = json!({
        "txhash": hash,
        "height": height.to_string(),
        "feedback_id": id.to_string(),
        "adapter_id": adapter.to_string(),
        "row_count": rows.to_string(),
    });
    desk.say(&line, &object);
    Ok(())
}

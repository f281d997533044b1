//! `datanet contribute`: commit to a batch, wait, show it. Cut off anywhere, it goes on where it
//! was.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use serde_json::json;
use whence_canon::commit::{self, Fields, Opening, Payload};
use whence_proto::whence::datanet::v1::{
    BatchManifest, Commit, CommitStatus, Consent, MsgCommitContribution,
    MsgCommitContributionResponse, MsgRevealContribution, MsgRevealContributionResponse,
    QueryCommitRequest, QueryCommitResponse,
};

use super::batch::Batch;
use crate::client::Key;
use crate::people::Desk;
use crate::people::desk::field;
use crate::people::notes::{Note, salt};

/// What is given, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Contribute {
    /// The datanet's id.
    datanet: u64,
    /// The rows, as JSON lines of {"prompt", "answer"} or {"text"}.
    file: PathBuf,
    /// The licence of the rows, one of the datanet's.
    #[arg(long)]
    licence: String,
    /// Where the rows come from, in your words.
    #[arg(long)]
    origin: String,
    /// Who is paid: an address or a key's name; the author when not given.
    #[arg(long)]
    payout: Option<String>,
    /// Where the file can be fetched; may be given again. Its SHA-256 when not given.
    #[arg(long = "uri")]
    uris: Vec<String>,
    /// Do not allow the rows to be shown in answers.
    #[arg(long)]
    no_inference: bool,
    /// Do not allow other data sets to be made from the rows.
    #[arg(long)]
    no_derivative: bool,
}

/// How far a contribution got.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Progress {
    salt: String,
    commit_id: Option<u64>,
    commit_height: Option<i64>,
    commit_txhash: Option<String>,
    contribution_id: Option<u64>,
    height: Option<i64>,
    txhash: Option<String>,
}

struct Work<'a> {
    desk: &'a Desk,
    key: Key,
    author: String,
    datanet: u64,
    manifest: BatchManifest,
    note: Note,
    progress: Progress,
}

/// Contributes.
pub(super) async fn run(desk: &Desk, args: Contribute) -> anyhow::Result<()> {
    let key = desk.key()?;
    let batch = Batch::read(&args.file)?;
    batch.require_whole()?;
    let manifest = manifest(desk, &batch, &args)?;
    let author = key.address().to_string();
    // The note is found again by what is given, where, and by whom.
    let digest = canonical(args.datanet, &manifest).fields(Fields::of("note")).text(&author);
    let note = Note::of(desk, "contributions", &hex::encode(digest.finish()));
    let noted: Option<Progress> = note.read()?;
    let known = noted.is_some();
    let progress = noted.unwrap_or_else(|| Progress { salt: salt(), ..Progress::default() });
    let mut work = Work { desk, key, author, datanet: args.datanet, manifest, note, progress };
    work.note.write(&work.progress)?;
    if known && work.progress.commit_id.is_none() {
        work.find_commit().await?;
    }
    work.commit().await?;
    work.reveal().await?;
    work.tell()
}

fn manifest(desk: &Desk, batch: &Batch, args: &Contribute) -> anyhow::Result<BatchManifest> {
    let payout = args.payout.as_deref().map(|who| desk.address(who)).transpose()?;
    let mut uris = args.uris.clone();
    if uris.is_empty() {
        uris.push(format!("sha256:{}", hex::encode(batch.sha256)));
    }
    Ok(BatchManifest {
        row_root: batch.root().to_vec(),
        row_count: u64::try_from(batch.rows.len())?,
        byte_size: batch.byte_size,
        sha256: batch.sha256.to_vec(),
        blake3: batch.blake3.to_vec(),
        uris,
        licence: args.licence.clone(),
        consent: Some(Consent {
            training: true,
            inference: !args.no_inference,
            derivative: !args.no_derivative,
        }),
        origin: args.origin.clone(),
        payout_address: payout.map(|address| address.to_string()).unwrap_or_default(),
    })
}

/// A manifest in the form that is committed to.
fn canonical(datanet_id: u64, manifest: &BatchManifest) -> commit::Batch<'_> {
    let consent = manifest.consent.unwrap_or_default();
    commit::Batch {
        datanet_id,
        row_root: &manifest.row_root,
        row_count: manifest.row_count,
        byte_size: manifest.byte_size,
        sha256: &manifest.sha256,
        blake3: &manifest.blake3,
        uris: &manifest.uris,
        licence: &manifest.licence,
        consent: [consent.training, consent.inference, consent.derivative],
        origin: &manifest.origin,
        payout_address: &manifest.payout_address,
    }
}

impl Work<'_> {
    fn salt(&self) -> anyhow::Result<Vec<u8>> {
        hex::decode(&self.progress.salt).context("the note's salt")
    }

    fn commit_hash(&self) -> anyhow::Result<[u8; 32]> {
        let salt = self.salt()?;
        let opening = Opening { chain_id: &self.desk.chain_id, author: &self.author, salt: &salt };
        Ok(opening.commit(&canonical(self.datanet, &self.manifest)))
    }

    /// A commit that was sent, but whose answer was lost.
    async fn find_commit(&mut self) -> anyhow::Result<()> {
        let hash = hex::encode(self.commit_hash()?);
        let event = "whence.datanet.v1.EventContributionCommitted";
        let Some(found) = self.desk.find_tx(&format!("{event}.commit_hash"), &hash).await? else {
            return Ok(());
        };
        let id = field(&found, event, ("commit_hash", &hash), "commit_id");
        let id = id.and_then(|id| id.parse().ok());
        self.progress.commit_id = id;
        self.progress.commit_height = Some(found.height);
        self.progress.commit_txhash = Some(found.txhash);
        self.note.write(&self.progress)
    }

    async fn commit(&mut self) -> anyhow::Result<()> {
        if let Some(commit_id) = self.progress.commit_id {
            let expired = self.read_commit(commit_id).await?.status() == CommitStatus::Expired;
            if !expired {
                return Ok(());
            }
            // The deposit is lost with it; what was never shown can be given again.
            self.progress = Progress { salt: salt(), ..Progress::default() };
            self.note.write(&self.progress)?;
        }
        let message = MsgCommitContribution {
            author: self.author.clone(),
            datanet_id: self.datanet,
            commit_hash: self.commit_hash()?.to_vec(),
        };
        let sent = self.desk.send::<_, MsgCommitContributionResponse>(&self.key, &message).await?;
        self.progress.commit_id = Some(sent.response.commit_id);
        self.progress.commit_height = Some(sent.height);
        self.progress.commit_txhash = Some(sent.hash);
        self.note.write(&self.progress)
    }

    async fn read_commit(&self, commit_id: u64) -> anyhow::Result<Commit> {
        let path = "/whence.datanet.v1.Query/Commit";
        let answer: QueryCommitResponse =
            self.desk.ask(path, &QueryCommitRequest { commit_id }).await?;
        answer.commit.context("the node's answer has no commit")
    }

    async fn reveal(&mut self) -> anyhow::Result<()> {
        if self.progress.contribution_id.is_some() {
            return Ok(());
        }
        let commit_id = self.progress.commit_id.context("nothing was committed")?;
        if self.read_commit(commit_id).await?.status() == CommitStatus::Revealed {
            return self.find_contribution(commit_id).await;
        }
        let message = MsgRevealContribution {
            author: self.author.clone(),
            commit_id,
            manifest: Some(self.manifest.clone()),
            salt: self.salt()?,
        };
        let sent = self.desk.send::<_, MsgRevealContributionResponse>(&self.key, &message).await?;
        self.progress.contribution_id = Some(sent.response.contribution_id);
        self.progress.height = Some(sent.height);
        self.progress.txhash = Some(sent.hash);
        self.note.write(&self.progress)
    }

    /// A reveal that was sent, but whose answer was lost.
    async fn find_contribution(&mut self, commit_id: u64) -> anyhow::Result<()> {
        let all = super::queries::by_author(self.desk, &self.author).await?;
        let ours = all.into_iter().find(|contribution| contribution.commit_id == commit_id);
        let ours = ours.with_context(|| format!("commit {commit_id} has no contribution"))?;
        let event = "whence.datanet.v1.EventContributionRevealed.commit_id";
        let found = self.desk.find_tx(event, &commit_id.to_string()).await?;
        self.progress.contribution_id = Some(ours.id);
        self.progress.height = Some(i64::try_from(ours.revealed_height)?);
        self.progress.txhash = found.map(|found| found.txhash);
        self.note.write(&self.progress)
    }

    fn tell(&self) -> anyhow::Result<()> {
        let done = &self.progress;
        let id = done.contribution_id.context("nothing was revealed")?;
        let height = done.height.unwrap_or_default();
        ensure!(height > 0, "the note of contribution {id} has no height");
        let hash = done.txhash.clone().unwrap_or_default();
        let rows = self.manifest.row_count;
        let root = hex::encode(&self.manifest.row_root);
        let line = format!(
            "contribution {id}: {rows} rows for datanet {}, root {root} \
             (height {height}, tx {hash})",
            self.datanet
        );
        let object = json!({
            "txhash": hash,
            "height": height.to_string(),
            "contribution_id": id.to_string(),
            "commit_id": done.commit_id.unwrap_or_default().to_string(),
            "commit_height": done.commit_height.unwrap_or_default().to_string(),
            "commit_txhash": done.commit_txhash.clone().unwrap_or_default(),
            "row_count": rows.to_string(),
            "row_root": root,
        });
        self.desk.say(&line, &object);
        Ok(())
    }
}

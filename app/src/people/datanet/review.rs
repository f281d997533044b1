//! `datanet review`: commit to a score, wait until all have, show it, wait for the decision.

use std::time::Duration;

use anyhow::{Context, ensure};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use whence_canon::commit::{self, Opening};
use whence_proto::Any;
use whence_proto::whence::datanet::v1::{
    self as pb, Contribution, ContributionStatus, MsgCommitReview, MsgRevealReview, Review,
};

use super::queries;
use crate::client::Key;
use crate::client::tx::pack;
use crate::people::Desk;
use crate::people::notes::{Note, salt};

/// Between two looks for the decision.
const LOOK_PAUSE: Duration = Duration::from_millis(500);
/// Blocks after the last reveal in which the chain decides.
const DECISION_BLOCKS: u64 = 5;
/// Most contributions of one command: all of them fit in one transaction.
const CONTRIBUTIONS_MAX: usize = 50;

/// A review.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The contribution; several get the same review.
    #[arg(required = true)]
    contributions: Vec<u64>,
    /// Quality, 0 to 100.
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=100))]
    score: u32,
    /// The verdict.
    #[arg(long, value_enum)]
    verdict: Verdict,
    /// Why.
    #[arg(long, default_value = "")]
    reason: String,
}

/// A verdict, as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verdict {
    /// Good rows.
    Accept,
    /// Not good enough; the bond goes back.
    Refuse,
    /// Rubbish; the bond is lost.
    Spam,
}

impl From<Verdict> for pb::Verdict {
    fn from(word: Verdict) -> Self {
        match word {
            Verdict::Accept => Self::Accept,
            Verdict::Refuse => Self::Refuse,
            Verdict::Spam => Self::Spam,
        }
    }
}

/// A review that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Begun {
    salt: String,
    quality: u32,
    verdict: i32,
    reason: String,
}

struct Work<'a> {
    desk: &'a Desk,
    key: Key,
    curator: String,
    args: &'a Args,
}

/// Reviews.
pub(super) async fn run(desk: &Desk, args: Args) -> anyhow::Result<()> {
    let count = args.contributions.len();
    ensure!(count <= CONTRIBUTIONS_MAX, "{count} contributions, at most {CONTRIBUTIONS_MAX}");
    let key = desk.key()?;
    let work = Work { desk, curator: key.address().to_string(), key, args: &args };
    let (mut commits, mut reveals, mut last) = (Vec::new(), Vec::new(), 0);
    for id in &args.contributions {
        let contribution = queries::contribution(desk, *id).await?;
        last = last.max(contribution.review_reveal_deadline_height);
        let ours = work.ours(*id).await?;
        if ours.as_ref().is_some_and(|review| review.revealed) {
            continue;
        }
        let begun = work.begin(*id, ours.is_some())?;
        if ours.is_none() {
            commits.push(work.commit(*id, &begun)?);
        }
        reveals.push(work.reveal(*id, &begun)?);
    }
    if !commits.is_empty() {
        desk.send_all(&work.key, commits).await.context("MsgCommitReview")?;
    }
    let mut place = json!({});
    if !reveals.is_empty() {
        let sent = desk.send_all_when_ready(&work.key, reveals, last).await;
        place = sent.context("MsgRevealReview")?.json(json!({}));
    }
    work.tell(place, last).await
}

impl Work<'_> {
    async fn ours(&self, id: u64) -> anyhow::Result<Option<Review>> {
        let all = queries::reviews(self.desk, id).await?;
        Ok(all.into_iter().find(|review| review.curator == self.curator))
    }

    /// What is (or was) committed to; its salt is on disk when this returns.
    fn begin(&self, id: u64, committed: bool) -> anyhow::Result<Begun> {
        let note = Note::of(self.desk, "reviews", &format!("{id}.{}", self.curator));
        let asked = Begun {
            salt: salt(),
            quality: self.args.score,
            verdict: pb::Verdict::from(self.args.verdict).into(),
            reason: self.args.reason.clone(),
        };
        if !committed {
            note.write(&asked)?;
            return Ok(asked);
        }
        let begun: Begun = note
            .read()?
            .with_context(|| format!("the salt of the review of {id} is not in this home"))?;
        let same = Begun { salt: asked.salt, ..begun.clone() }
            == Begun { salt: begun.salt.clone(), ..asked };
        ensure!(
            same,
            "contribution {id}: another review was committed to, with score {}",
            begun.quality
        );
        Ok(begun)
    }

    fn commit(&self, id: u64, begun: &Begun) -> anyhow::Result<Any> {
        let salt = hex::decode(&begun.salt)?;
        let opening = Opening { chain_id: &self.desk.chain_id, author: &self.curator, salt: &salt };
        let review = commit::Review {
            subject_id: id,
            feedback: false,
            quality: begun.quality,
            verdict: u32::try_from(begun.verdict)?,
            reason: &begun.reason,
        };
        Ok(pack(&MsgCommitReview {
            curator: self.curator.clone(),
            contribution_id: id,
            commit_hash: opening.commit(&review).to_vec(),
        }))
    }

    fn reveal(&self, id: u64, begun: &Begun) -> anyhow::Result<Any> {
        Ok(pack(&MsgRevealReview {
            curator: self.curator.clone(),
            contribution_id: id,
            quality: begun.quality,
            verdict: begun.verdict,
            reason: begun.reason.clone(),
            salt: hex::decode(&begun.salt)?,
        }))
    }

    async fn tell(&self, place: Value, last: u64) -> anyhow::Result<()> {
        let (mut lines, mut states) = (Vec::new(), Vec::new());
        for id in &self.args.contributions {
            let decided = self.decision(*id, last).await?;
            let status = decided.status();
            lines.push(format!(
                "contribution {id} is {} with quality {}",
                word(status),
                decided.quality
            ));
            states.push(json!({
                "contribution_id": id.to_string(),
                "status": status.as_str_name(),
                "quality": decided.quality,
                "reason": decided.reason,
            }));
        }
        let mut object = place.clone();
        if let Some(object) = object.as_object_mut() {
            if let [Value::Object(only)] = states.as_slice() {
                object.extend(only.clone());
            }
            object.insert("reviews".to_owned(), Value::Array(states));
        }
        let tx = place.get("txhash").and_then(Value::as_str).unwrap_or("revealed before");
        self.desk.say(&format!("{} (tx {tx})", lines.join("; ")), &object);
        Ok(())
    }

    /// The contribution once it is decided, or as it stands when the chain needs more reviews.
    async fn decision(&self, id: u64, last: u64) -> anyhow::Result<Contribution> {
        loop {
            let contribution = queries::contribution(self.desk, id).await?;
            let late = self.desk.height().await? > last.saturating_add(DECISION_BLOCKS);
            if contribution.status() != ContributionStatus::UnderReview || late {
                return Ok(contribution);
            }
            tokio::time::sleep(LOOK_PAUSE).await;
        }
    }
}

/// A status as people say it.
fn word(status: ContributionStatus) -> String {
    let name = status.as_str_name().trim_start_matches("CONTRIBUTION_STATUS_");
    name.replace('_', " ").to_lowercase()
}

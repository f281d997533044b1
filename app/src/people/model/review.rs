//! `model review-feedback`: commit to a score, wait until all have, show it, wait for the decision.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use serde_json::json;
use whence_canon::commit::{self, Opening};
use whence_proto::cosmos::base::query::v1beta1::PageRequest;
use whence_proto::whence::model::v1::{
    Feedback, FeedbackReview, FeedbackStatus, MsgCommitFeedbackReview,
    MsgCommitFeedbackReviewResponse, MsgRevealFeedbackReview, QueryFeedbackReviewsRequest,
    QueryFeedbackReviewsResponse, QueryParamsRequest, QueryParamsResponse,
};

use super::feedback;
use crate::client::tx::pack;
use crate::people::Desk;
use crate::people::datanet::Verdict;
use crate::people::notes::{Note, salt};

/// Between two looks for the decision.
const LOOK_PAUSE: Duration = Duration::from_millis(500);
/// Blocks after the last reveal in which the chain decides.
const DECISION_BLOCKS: u64 = 5;

/// A review of feedback.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The feedback.
    feedback: u64,
    /// Quality, 0 to 100.
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=100))]
    score: u32,
    /// The verdict; accept and refuse follow from the score, so they must agree with it.
    #[arg(long, value_enum)]
    verdict: Verdict,
    /// Why.
    #[arg(long, default_value = "")]
    reason: String,
}

/// A review that was begun.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    salt: String,
    quality: u32,
    spam: bool,
    reason: String,
}

/// Reviews.
pub(super) async fn run(desk: &Desk, args: Args) -> anyhow::Result<()> {
    require_agreement(desk, &args).await?;
    let key = desk.key()?;
    let reviewer = key.address().to_string();
    let last = feedback::ask(desk, args.feedback).await?.review_reveal_deadline_height;
    let note = Note::of(desk, "feedback-reviews", &format!("{}.{reviewer}", args.feedback));
    let ours = ours(desk, args.feedback, &reviewer).await?;
    let begun = match &ours {
        Some(_) => note.read()?.context("the salt of this review is not in this home")?,
        None => Begun {
            salt: salt(),
            quality: args.score,
            spam: args.verdict == Verdict::Spam,
            reason: args.reason.clone(),
        },
    };
    ensure!(begun.quality == args.score, "a score of {} was committed to", begun.quality);
    let salt = hex::decode(&begun.salt)?;
    if ours.is_none() {
        note.write(&begun)?;
        let opening = Opening { chain_id: &desk.chain_id, author: &reviewer, salt: &salt };
        let payload = commit::Review {
            subject_id: args.feedback,
            feedback: true,
            quality: begun.quality,
            verdict: u32::from(begun.spam),
            reason: &begun.reason,
        };
        let commit_hash = opening.commit(&payload).to_vec();
        let (reviewer, feedback_id) = (reviewer.clone(), args.feedback);
        let message = MsgCommitFeedbackReview { reviewer, feedback_id, commit_hash };
        desk.send::<_, MsgCommitFeedbackReviewResponse>(&key, &message).await?;
    }
    let mut place = json!({});
    if !ours.is_some_and(|review| review.revealed) {
        let message = MsgRevealFeedbackReview {
            reviewer,
            feedback_id: args.feedback,
            quality: begun.quality,
            spam: begun.spam,
            reason: begun.reason,
            salt,
        };
        let sent = desk.send_all_when_ready(&key, vec![pack(&message)], last).await;
        place = sent.context("MsgRevealFeedbackReview")?.json(json!({}));
    }
    let decided = decision(desk, args.feedback, last).await?;
    let status = decided.status();
    let word = status.as_str_name().trim_start_matches("FEEDBACK_STATUS_").to_lowercase();
    let line = format!("feedback {} is {word} with quality {}", args.feedback, decided.quality);
    if let Some(object) = place.as_object_mut() {
        object.insert("feedback_id".to_owned(), json!(args.feedback.to_string()));
        object.insert("status".to_owned(), json!(status.as_str_name()));
        object.insert("quality".to_owned(), json!(decided.quality));
    }
    desk.say(&line, &place);
    Ok(())
}

/// The chain knows a score and spam: what people say beside the score must be what it means.
async fn require_agreement(desk: &Desk, args: &Args) -> anyhow::Result<()> {
    let path = "/whence.model.v1.Query/Params";
    let answer: QueryParamsResponse = desk.ask(path, &QueryParamsRequest {}).await?;
    let threshold = answer.params.unwrap_or_default().acceptance_threshold;
    let agrees = match args.verdict {
        Verdict::Accept => args.score >= threshold,
        Verdict::Refuse => args.score < threshold,
        Verdict::Spam => true,
    };
    ensure!(
        agrees,
        "a score of {} does not mean {:?}: feedback is accepted from {threshold} on",
        args.score,
        args.verdict
    );
    Ok(())
}

async fn ours(desk: &Desk, feedback: u64, who: &str) -> anyhow::Result<Option<FeedbackReview>> {
    let path = "/whence.model.v1.Query/FeedbackReviews";
    let (mut all, mut key) = (Vec::new(), Some(Vec::new()));
    while let Some(at) = key {
        let page = PageRequest { key: at, limit: 100, ..PageRequest::default() };
        let request = QueryFeedbackReviewsRequest { feedback_id: feedback, pagination: Some(page) };
        let answer: QueryFeedbackReviewsResponse = desk.ask(path, &request).await?;
        all.extend(answer.reviews);
        key = answer.pagination.map(|page| page.next_key).filter(|key| !key.is_empty());
    }
    Ok(all.into_iter().find(|review| review.reviewer == who))
}

/// The feedback once it is decided, or as it stands when the chain needs more reviews.
async fn decision(desk: &Desk, id: u64, last: u64) -> anyhow::Result<Feedback> {
    loop {
        let found = feedback::ask(desk, id).await?;
        let late = desk.height().await? > last.saturating_add(DECISION_BLOCKS);
        if found.status() != FeedbackStatus::UnderReview || late {
            return Ok(found);
        }
        tokio::time::sleep(LOOK_PAUSE).await;
    }
}

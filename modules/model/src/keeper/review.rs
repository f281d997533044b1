//! Reviews of feedback by commit, then reveal; the median quality decides.

use whence_base::{Address, Ctx, Result, ensure};
use whence_canon::commit::{Opening, Review};
use whence_proto::whence::model::v1 as pb;

use super::feedback::{has_room, in_status, unschedule, write};
use super::{accepted_feedback, burn, give_back, params, require, take};
use crate::error::Error;
use crate::params::REVIEWS_MAX;
use crate::ports::Ports;
use crate::state;

/// Takes part in a review without showing the score.
pub(crate) fn commit_review(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    reviewer: &Address,
    (id, commit_hash): (u64, &[u8]),
) -> Result<()> {
    let found = in_status(ctx, id, pb::FeedbackStatus::UnderReview)?;
    let (now, from, to) = (ctx.height(), found.commit_height, found.review_commit_deadline_height);
    ensure(now <= to, Error::OutOfWindow { now, from, to })?;
    let who = reviewer.to_string();
    let training = require(ctx, found.adapter_id)?.training.unwrap_or_default();
    let datanets: Vec<u64> = training.datanet_versions.iter().map(|v| v.datanet_id).collect();
    let may = found.giver != who && ports.may_review(ctx, &datanets, reviewer)?;
    let what = format!("review feedback {id}: owners and curators of its datanets do");
    ensure(may, Error::NotAllowed { who: who.clone(), what })?;
    let key = (id, reviewer.clone());
    ensure(!state::REVIEWS.has(ctx, &key), Error::Repeated(who.clone()))?;
    let count = state::REVIEWS.iter_prefix(&*ctx, &id).take(REVIEWS_MAX).count();
    let most = REVIEWS_MAX;
    ensure(count < most, Error::Full { what: "reviews of feedback", most })?;
    let made = pb::FeedbackReview {
        feedback_id: id,
        reviewer: who,
        commit_hash: commit_hash.to_vec(),
        bond: take(ctx, ports, (reviewer, params(ctx)?.review_bond.as_ref()))?,
        commit_height: now,
        ..pb::FeedbackReview::default()
    };
    state::REVIEWS.set(ctx, &key, &made);
    Ok(())
}

/// Shows a score after the time for commits; the last one to do so decides the batch.
pub(crate) fn reveal_review(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    reviewer: &Address,
    m: &pb::MsgRevealFeedbackReview,
) -> Result<()> {
    let id = m.feedback_id;
    let found = in_status(ctx, id, pb::FeedbackStatus::UnderReview)?;
    let from = found.review_commit_deadline_height.saturating_add(1);
    let (now, to) = (ctx.height(), found.review_reveal_deadline_height);
    ensure((from..=to).contains(&now), Error::OutOfWindow { now, from, to })?;
    let key = (id, reviewer.clone());
    let who = reviewer.to_string();
    let what = format!("reveal a review of feedback {id} without a commit");
    let review = state::REVIEWS.get(ctx, &key)?;
    let mut review = review.ok_or(Error::NotAllowed { who: who.clone(), what })?;
    ensure(!review.revealed, Error::Repeated(who.clone()))?;
    let payload = Review {
        subject_id: id,
        feedback: true,
        quality: m.quality,
        verdict: u32::from(m.spam),
        reason: &m.reason,
    };
    let opening = Opening { chain_id: ctx.chain_id(), author: &who, salt: &m.salt };
    let matches = opening.commit(&payload).as_slice() == review.commit_hash;
    ensure(matches, Error::CommitMismatch(id.to_string()))?;
    give_back(ctx, ports, (&who, &mut review.bond))?;
    review.revealed = true;
    review.quality = m.quality;
    review.spam = m.spam;
    review.reason = m.reason.clone();
    state::REVIEWS.set(ctx, &key, &review);
    let all = reviews(ctx, id)?;
    let quorum = usize::try_from(params(ctx)?.review_quorum).unwrap_or(usize::MAX);
    if all.iter().all(|(_, review)| review.revealed) && all.len() >= quorum {
        decide(ctx, ports, found)?;
    }
    Ok(())
}

type Reviews = Vec<((u64, Address), pb::FeedbackReview)>;

fn reviews(ctx: &Ctx<'_>, id: u64) -> Result<Reviews> {
    state::REVIEWS.iter_prefix(ctx, &id).take(REVIEWS_MAX).collect()
}

/// Decides a batch by its revealed reviews, and settles all bonds.
pub(crate) fn decide(ctx: &mut Ctx<'_>, ports: &dyn Ports, mut found: pb::Feedback) -> Result<()> {
    let p = params(ctx)?;
    unschedule(ctx, &found);
    let mut shown = Vec::new();
    for (key, mut review) in reviews(ctx, found.id)? {
        if review.revealed {
            shown.push(review);
        } else {
            burn(ctx, ports, &mut review.bond)?;
            state::REVIEWS.set(ctx, &key, &review);
        }
    }
    shown.sort_by_key(|review| review.quality);
    let middle = shown.len().saturating_sub(1).checked_div(2).unwrap_or(0);
    let quorum = usize::try_from(p.review_quorum).unwrap_or(usize::MAX);
    let spam = shown.iter().filter(|review| review.spam).count();
    let (status, quality, reason) = match shown.get(middle) {
        Some(review) if shown.len() >= quorum => {
            let quality = review.quality;
            let most_say_spam = spam.saturating_mul(2) > shown.len();
            let status = match quality >= p.acceptance_threshold {
                _ if most_say_spam => pb::FeedbackStatus::Spam,
                true => pb::FeedbackStatus::Accepted,
                false => pb::FeedbackStatus::Refused,
            };
            // Several first batches may have been under review at once.
            let pays = status != pb::FeedbackStatus::Accepted
                || has_room(ctx, found.adapter_id, &Address::parse(&found.giver)?)?;
            match pays {
                true => (status, quality, review.reason.clone()),
                false => (pb::FeedbackStatus::Refused, quality, "too many givers".to_owned()),
            }
        }
        _ => (pb::FeedbackStatus::Unreviewed, 0, "no quorum of reviewers".to_owned()),
    };
    let giver = found.giver.clone();
    match status {
        pb::FeedbackStatus::Spam => burn(ctx, ports, &mut found.bond)?,
        _ => give_back(ctx, ports, (&giver, &mut found.bond))?,
    }
    found.status = status.into();
    found.quality = quality;
    found.reason = reason;
    if status == pb::FeedbackStatus::Accepted {
        count(ctx, &found)?;
    }
    write(ctx, &found);
    ctx.emit_typed(&crate::event::feedback_decided(&found))
}

/// Counts an accepted batch for its giver and its model.
fn count(ctx: &mut Ctx<'_>, found: &pb::Feedback) -> Result<()> {
    let rows = found.manifest.as_ref().map(|m| m.row_count).unwrap_or(0);
    let model = require(ctx, found.adapter_id)?.model_id;
    let key = (found.adapter_id, Address::parse(&found.giver)?);
    let given = state::GIVERS.get(ctx, &key)?.unwrap_or(0);
    state::GIVERS.set(ctx, &key, &given.saturating_add(rows));
    let all = accepted_feedback(ctx, model)?;
    state::ACCEPTED.set(ctx, &model, &all.saturating_add(rows));
    Ok(())
}

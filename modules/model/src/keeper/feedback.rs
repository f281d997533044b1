//! Feedback: committed to, revealed in time, or lost.

use whence_base::{Address, Ctx, Result, StateRead, ensure};
use whence_canon::commit::{Feedback, Opening};
use whence_proto::whence::model::v1 as pb;

use super::{burn, decide, give_back, params, require, take};
use crate::error::Error;
use crate::ports::Ports;
use crate::state;

/// Most givers whose accepted feedback an adapter pays.
pub(crate) const GIVERS_MAX: usize = 64;

/// Accepted rows of feedback on all adapters of a model.
pub fn accepted_feedback(s: &(impl StateRead + ?Sized), model_id: u64) -> Result<u64> {
    Ok(state::ACCEPTED.get(s, &model_id)?.unwrap_or(0))
}

/// Givers of accepted feedback on an adapter, and the rows accepted from each; at most 64.
pub fn feedback_weights(
    s: &(impl StateRead + ?Sized),
    adapter_id: u64,
) -> Result<Vec<(Address, u64)>> {
    let entries = state::GIVERS.iter_prefix(s, &adapter_id).take(GIVERS_MAX);
    entries.map(|entry| entry.map(|((_, giver), rows)| (giver, rows))).collect()
}

/// Whether an adapter pays this giver already, or can still pay one more.
pub(super) fn has_room(ctx: &Ctx<'_>, adapter_id: u64, giver: &Address) -> Result<bool> {
    let givers = feedback_weights(ctx, adapter_id)?;
    Ok(givers.len() < GIVERS_MAX || givers.iter().any(|(known, _)| known == giver))
}

/// A batch that must be there.
pub(crate) fn require_feedback(s: &(impl StateRead + ?Sized), id: u64) -> Result<pb::Feedback> {
    state::FEEDBACK.get(s, &id)?.ok_or_else(|| Error::UnknownFeedback(id).into())
}

/// Checks a batch's status.
pub(super) fn in_status(
    s: &(impl StateRead + ?Sized),
    id: u64,
    expected: pb::FeedbackStatus,
) -> Result<pb::Feedback> {
    let found = require_feedback(s, id)?;
    let status = found.status().as_str_name();
    let there = found.status() == expected;
    ensure(there, Error::WrongStatus { id, status, expected: expected.as_str_name() })?;
    Ok(found)
}

/// Takes a priority for a batch that stays hidden, with its deposit.
pub(crate) fn commit(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    giver: &Address,
    (adapter_id, commit_hash): (u64, &[u8]),
) -> Result<pb::Feedback> {
    let adapter = require(ctx, adapter_id)?;
    ensure(adapter.status() == pb::AdapterStatus::Registered, Error::Retired(adapter_id))?;
    let room = has_room(ctx, adapter_id, giver)?;
    ensure(room, Error::Full { what: "givers of feedback", most: GIVERS_MAX })?;
    let p = params(ctx)?;
    let made = pb::Feedback {
        id: state::LAST_FEEDBACK.next(ctx)?,
        adapter_id,
        giver: giver.to_string(),
        commit_hash: commit_hash.to_vec(),
        deposit: take(ctx, ports, (giver, p.feedback_deposit.as_ref()))?,
        status: pb::FeedbackStatus::Committed.into(),
        commit_height: ctx.height(),
        reveal_deadline_height: ctx.height().saturating_add(p.reveal_window_blocks),
        ..pb::Feedback::default()
    };
    state::FEEDBACK_OF.insert(ctx, &(adapter_id, made.id));
    write(ctx, &made);
    Ok(made)
}

/// Shows the batch that was committed to: the deposit goes back, the bond is taken.
pub(crate) fn reveal(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    giver: &Address,
    m: &pb::MsgRevealFeedback,
) -> Result<()> {
    let mut found = in_status(ctx, m.feedback_id, pb::FeedbackStatus::Committed)?;
    let who = giver.to_string();
    let own = found.giver == who;
    ensure(own, Error::NotAllowed { who: who.clone(), what: "reveal this feedback".into() })?;
    let (now, from, to) = (ctx.height(), found.commit_height, found.reveal_deadline_height);
    ensure(now <= to, Error::OutOfWindow { now, from, to })?;
    let p = params(ctx)?;
    let shown = m.manifest.clone().unwrap_or_default();
    let most = p.max_feedback_rows;
    let text = format!("manifest.row_count is {}, at most {most}", shown.row_count);
    ensure(shown.row_count <= most, Error::BadField(text))?;
    let hash = hash_of(ctx.chain_id(), (&who, found.adapter_id), &shown, &m.salt);
    let matches = hash.as_slice() == found.commit_hash;
    ensure(matches, Error::CommitMismatch(m.feedback_id.to_string()))?;
    give_back(ctx, ports, (&who, &mut found.deposit))?;
    unschedule(ctx, &found);
    found.bond = take(ctx, ports, (giver, p.feedback_bond.as_ref()))?;
    found.manifest = Some(shown);
    found.status = pb::FeedbackStatus::UnderReview.into();
    found.review_commit_deadline_height = now.saturating_add(p.review_commit_window_blocks);
    let last = found.review_commit_deadline_height.saturating_add(p.review_reveal_window_blocks);
    found.review_reveal_deadline_height = last;
    write(ctx, &found);
    Ok(())
}

fn hash_of(
    chain_id: &str,
    (giver, adapter_id): (&str, u64),
    m: &pb::FeedbackManifest,
    salt: &[u8],
) -> [u8; 32] {
    let payload = Feedback {
        adapter_id,
        kind: u32::try_from(m.kind).unwrap_or(0),
        row_root: &m.row_root,
        row_count: m.row_count,
        byte_size: m.byte_size,
        sha256: &m.sha256,
        uris: &m.uris,
        licence: &m.licence,
    };
    Opening { chain_id, author: giver, salt }.commit(&payload)
}

/// The last height of what a batch waits for; `None` when it is decided.
pub(crate) fn due_after(f: &pb::Feedback) -> Option<u64> {
    match f.status() {
        pb::FeedbackStatus::Committed => Some(f.reveal_deadline_height),
        pb::FeedbackStatus::UnderReview => Some(f.review_reveal_deadline_height),
        _ => None,
    }
}

/// Writes a batch and its deadline.
pub(super) fn write(ctx: &mut Ctx<'_>, f: &pb::Feedback) {
    if let Some(last) = due_after(f) {
        state::DUE.insert(ctx, &(last, f.id));
    }
    state::FEEDBACK.set(ctx, &f.id, f);
}

/// Takes a batch's deadline away.
pub(super) fn unschedule(ctx: &mut Ctx<'_>, f: &pb::Feedback) {
    if let Some(last) = due_after(f) {
        state::DUE.remove(ctx, &(last, f.id));
    }
}

/// A deadline has passed: an unrevealed batch loses its deposit, a reviewed one is decided.
pub(crate) fn expire(ctx: &mut Ctx<'_>, ports: &dyn Ports, id: u64) -> Result<()> {
    let mut found = require_feedback(ctx, id)?;
    if found.status() != pb::FeedbackStatus::Committed {
        return decide(ctx, ports, found);
    }
    unschedule(ctx, &found);
    burn(ctx, ports, &mut found.deposit)?;
    found.status = pb::FeedbackStatus::Unrevealed.into();
    found.reason = "not revealed in time".into();
    write(ctx, &found);
    ctx.emit_typed(&crate::event::feedback_decided(&found))
}

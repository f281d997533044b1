//! Import, export, check: importing what was exported gives the same state.

use std::collections::{BTreeMap, BTreeSet};

use whence_base::{Address, Coin, Ctx, QueryCtx, Result, ensure};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::model::v1 as pb;

use crate::error::Error;
use crate::{keeper, params, state};

/// Genesis of a new chain.
pub(crate) fn default() -> pb::GenesisState {
    pb::GenesisState {
        params: Some(params::default()),
        next_adapter_id: 1,
        next_feedback_id: 1,
        next_evaluation_id: 1,
        next_flag_id: 1,
        ..pb::GenesisState::default()
    }
}

/// Checks a genesis without writing.
pub(crate) fn validate(g: &pb::GenesisState) -> Result<()> {
    params::validate(g.params.as_ref().ok_or_else(|| bad("params are missing".into()))?)?;
    ids("adapters", g.adapters.iter().map(|a| a.id), g.next_adapter_id)?;
    ids("feedback", g.feedback.iter().map(|f| f.id), g.next_feedback_id)?;
    let known = |id: u64| g.adapters.iter().any(|a| a.id == id);
    g.adapters.iter().try_for_each(|a| adapter(g, a))?;
    served(g, &known)?;
    givers(g)?;
    for batch in &g.feedback {
        let text = format!("feedback {} names no adapter", batch.id);
        ensure(known(batch.adapter_id), bad(text))?;
        feedback(batch)?;
    }
    g.feedback_reviews.iter().try_for_each(|r| review(g, r))?;
    g.flags.iter().try_for_each(|f| flag(g, f))?;
    let next = g.flags.iter().map(|f| f.id).max().unwrap_or(0) < g.next_flag_id
        && g.evaluations.iter().map(|e| e.id).max().unwrap_or(0) < g.next_evaluation_id;
    ensure(next, bad("next_flag_id or next_evaluation_id was given already".into()))
}

fn adapter(g: &pb::GenesisState, adapter: &pb::Adapter) -> Result<()> {
    Address::parse(&adapter.developer)?;
    let status = adapter.status();
    let text = format!("adapter {} has no status", adapter.id);
    ensure(status != pb::AdapterStatus::Unspecified, bad(text))?;
    let registered = status == pb::AdapterStatus::Registered;
    held("adapter", adapter.id, (adapter.bond.as_ref(), registered))?;
    let flags = g.flags.iter().filter(|f| f.adapter_id == adapter.id).count();
    let counted = usize::try_from(adapter.flags).unwrap_or(usize::MAX);
    let text = format!("adapter {} counts {counted} of {flags} flags", adapter.id);
    ensure(flags == counted && flags <= keeper::FLAGS_MAX, bad(text))?;
    Ok(())
}

fn feedback(feedback: &pb::Feedback) -> Result<()> {
    Address::parse(&feedback.giver)?;
    let (id, status) = (feedback.id, feedback.status());
    let text = format!("feedback {id} has no status");
    ensure(status != pb::FeedbackStatus::Unspecified, bad(text))?;
    let committed = status == pb::FeedbackStatus::Committed;
    held("deposit of feedback", id, (feedback.deposit.as_ref(), committed))?;
    let waits = status == pb::FeedbackStatus::UnderReview;
    held("feedback", id, (feedback.bond.as_ref(), waits))?;
    Ok(())
}

fn review(g: &pb::GenesisState, review: &pb::FeedbackReview) -> Result<()> {
    Address::parse(&review.reviewer)?;
    let named = g.feedback.iter().find(|f| f.id == review.feedback_id);
    let text = format!("a review names feedback {}", review.feedback_id);
    let status = named.ok_or_else(|| bad(text))?.status();
    let waits = status == pb::FeedbackStatus::UnderReview && !review.revealed;
    held("review of feedback", review.feedback_id, (review.bond.as_ref(), waits))?;
    Ok(())
}

fn flag(g: &pb::GenesisState, flag: &pb::Flag) -> Result<()> {
    Address::parse(&flag.flagger)?;
    let adapter = g.adapters.iter().find(|a| a.id == flag.adapter_id);
    let text = format!("flag {} names no adapter", flag.id);
    let status = adapter.ok_or_else(|| bad(text))?.status();
    let registered = status == pb::AdapterStatus::Registered;
    held("flag", flag.id, (flag.bond.as_ref(), registered))?;
    Ok(())
}

fn ids(what: &str, list: impl Iterator<Item = u64>, next: u64) -> Result<()> {
    let mut last = 0;
    for id in list {
        ensure(id > last, bad(format!("{what}: {id} is out of order")))?;
        last = id;
    }
    ensure(next > last, bad(format!("{what}: next id is {next}, expected above {last}")))
}

/// A bond is held as long as what it is for is open, and not after: nobody could give it back.
fn held(what: &str, id: u64, (coin, open): (Option<&PbCoin>, bool)) -> Result<()> {
    let coin = coin.map(Coin::parse).transpose()?;
    let holds = coin.is_some_and(|coin| coin.amount > 0);
    ensure(holds == open, bad(format!("{what} {id}: a bond is held while it is open alone")))
}

/// Deployments and evaluations name adapters.
fn served(g: &pb::GenesisState, known: &impl Fn(u64) -> bool) -> Result<()> {
    for id in g.deployments.iter().map(|d| d.adapter_id) {
        ensure(known(id), bad(format!("a deployment names adapter {id}")))?;
    }
    for id in g.evaluations.iter().map(|e| e.adapter_id) {
        ensure(known(id), bad(format!("an evaluation names adapter {id}")))?;
    }
    Ok(())
}

/// No adapter has more givers than it pays.
fn givers(g: &pb::GenesisState) -> Result<()> {
    let accepted = g.feedback.iter().filter(|f| f.status() == pb::FeedbackStatus::Accepted);
    let all: BTreeSet<_> = accepted.map(|f| (f.adapter_id, f.giver.as_str())).collect();
    let mut of: BTreeMap<u64, usize> = BTreeMap::new();
    for (id, _) in all {
        let count = of.entry(id).or_default();
        *count = count.saturating_add(1);
        ensure(*count <= keeper::GIVERS_MAX, bad(format!("adapter {id} has too many givers")))?;
    }
    Ok(())
}

/// Writes a genesis after checking it.
pub(crate) fn init(ctx: &mut Ctx<'_>, g: &pb::GenesisState) -> Result<()> {
    validate(g)?;
    if let Some(params) = &g.params {
        keeper::set_params(ctx, params)?;
    }
    state::LAST_ADAPTER.set(ctx, g.next_adapter_id.saturating_sub(1));
    state::LAST_FEEDBACK.set(ctx, g.next_feedback_id.saturating_sub(1));
    state::LAST_EVALUATION.set(ctx, g.next_evaluation_id.saturating_sub(1));
    state::LAST_FLAG.set(ctx, g.next_flag_id.saturating_sub(1));
    for adapter in &g.adapters {
        state::ADAPTERS.set(ctx, &adapter.id, adapter);
        state::OF_MODEL.insert(ctx, &(adapter.model_id, adapter.id));
        if adapter.status() == pb::AdapterStatus::Registered {
            state::LIVE.insert(ctx, &(adapter.model_id, adapter.id));
        }
    }
    for feedback in &g.feedback {
        init_feedback(ctx, feedback)?;
    }
    for review in &g.feedback_reviews {
        let key = (review.feedback_id, Address::parse(&review.reviewer)?);
        state::REVIEWS.set(ctx, &key, review);
    }
    for evaluation in &g.evaluations {
        state::EVALUATIONS.set(ctx, &(evaluation.adapter_id, evaluation.id), evaluation);
    }
    for deployment in &g.deployments {
        let key = (deployment.adapter_id, deployment.provider_id);
        state::DEPLOYMENTS.set(ctx, &key, deployment);
        let model = keeper::require(ctx, deployment.adapter_id)?.model_id;
        keeper::note_newest(ctx, model, deployment)?;
    }
    for flag in &g.flags {
        state::FLAGS.set(ctx, &(flag.adapter_id, flag.id), flag);
    }
    Ok(())
}

/// Writes a batch with everything that is derived from it.
fn init_feedback(ctx: &mut Ctx<'_>, feedback: &pb::Feedback) -> Result<()> {
    state::FEEDBACK.set(ctx, &feedback.id, feedback);
    state::FEEDBACK_OF.insert(ctx, &(feedback.adapter_id, feedback.id));
    if let Some(last) = keeper::due_after(feedback) {
        state::DUE.insert(ctx, &(last, feedback.id));
    }
    if feedback.status() != pb::FeedbackStatus::Accepted {
        return Ok(());
    }
    let rows = feedback.manifest.as_ref().map(|m| m.row_count).unwrap_or(0);
    let key = (feedback.adapter_id, Address::parse(&feedback.giver)?);
    let given = state::GIVERS.get(ctx, &key)?.unwrap_or(0);
    state::GIVERS.set(ctx, &key, &given.saturating_add(rows));
    let model = keeper::require(ctx, feedback.adapter_id)?.model_id;
    let all = keeper::accepted_feedback(ctx, model)?;
    state::ACCEPTED.set(ctx, &model, &all.saturating_add(rows));
    Ok(())
}

/// The state as a genesis.
pub(crate) fn export(ctx: &QueryCtx<'_>) -> Result<pb::GenesisState> {
    let next = |last: u64| last.saturating_add(1);
    Ok(pb::GenesisState {
        params: Some(keeper::params(ctx)?),
        next_adapter_id: next(state::LAST_ADAPTER.last(ctx)?),
        next_feedback_id: next(state::LAST_FEEDBACK.last(ctx)?),
        next_evaluation_id: next(state::LAST_EVALUATION.last(ctx)?),
        next_flag_id: next(state::LAST_FLAG.last(ctx)?),
        adapters: values(state::ADAPTERS.iter(ctx))?,
        feedback: values(state::FEEDBACK.iter(ctx))?,
        feedback_reviews: values(state::REVIEWS.iter(ctx))?,
        evaluations: values(state::EVALUATIONS.iter(ctx))?,
        deployments: values(state::DEPLOYMENTS.iter(ctx))?,
        flags: values(state::FLAGS.iter(ctx))?,
    })
}

fn values<K, V>(entries: impl Iterator<Item = Result<(K, V)>>) -> Result<Vec<V>> {
    entries.map(|entry| entry.map(|(_, value)| value)).collect()
}

fn bad(what: String) -> Error {
    Error::BadGenesis(what)
}

//! Import, export, check: importing what was exported gives the same state.

use whence_base::{Address, Coin, Ctx, QueryCtx, Result, ensure};
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
    for adapter in &g.adapters {
        Address::parse(&adapter.developer)?;
        amount(adapter.bond.as_ref())?;
    }
    for feedback in &g.feedback {
        Address::parse(&feedback.giver)?;
        amount(feedback.deposit.as_ref())?;
        amount(feedback.bond.as_ref())?;
        let text = format!("feedback {} names no adapter", feedback.id);
        ensure(known(feedback.adapter_id), bad(text))?;
    }
    for review in &g.feedback_reviews {
        Address::parse(&review.reviewer)?;
        amount(review.bond.as_ref())?;
        let named = g.feedback.iter().any(|f| f.id == review.feedback_id);
        ensure(named, bad(format!("a review names feedback {}", review.feedback_id)))?;
    }
    for flag in &g.flags {
        Address::parse(&flag.flagger)?;
        amount(flag.bond.as_ref())?;
        ensure(known(flag.adapter_id), bad(format!("flag {} names no adapter", flag.id)))?;
    }
    let next = g.flags.iter().map(|f| f.id).max().unwrap_or(0) < g.next_flag_id
        && g.evaluations.iter().map(|e| e.id).max().unwrap_or(0) < g.next_evaluation_id;
    ensure(next, bad("next_flag_id or next_evaluation_id was given already".into()))
}

fn ids(what: &str, list: impl Iterator<Item = u64>, next: u64) -> Result<()> {
    let mut last = 0;
    for id in list {
        ensure(id > last, bad(format!("{what}: {id} is out of order")))?;
        last = id;
    }
    ensure(next > last, bad(format!("{what}: next id is {next}, expected above {last}")))
}

fn amount(coin: Option<&whence_proto::cosmos::base::v1beta1::Coin>) -> Result<()> {
    coin.map(Coin::parse).transpose().map(drop)
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

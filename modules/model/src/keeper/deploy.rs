//! Deployments and evaluations.

use whence_base::{Address, Ctx, Result, StateRead, ensure};
use whence_proto::whence::model::v1 as pb;

use super::require;
use crate::error::Error;
use crate::ports::Ports;
use crate::state;

/// Whether a provider serves an adapter, or did: what was signed for then stays payable.
pub fn is_deployed(s: &(impl StateRead + ?Sized), adapter: u64, provider: u64) -> bool {
    state::DEPLOYMENTS.has(s, &(adapter, provider))
}

/// Adapters of a model, and deployments of each, that are looked at besides the newest.
const LOOKED_AT_MAX: usize = 100;

/// A bonded provider that serves an adapter of a model now: (adapter, provider). The newest
/// deployment is looked at first, so that no crowd of useless ones can hide it; then the first
/// 100 of each of the first 100 adapters.
pub fn deployed(s: &dyn StateRead, ports: &dyn Ports, model_id: u64) -> Result<Option<(u64, u64)>> {
    if let Some(newest) = state::NEWEST.get(s, &model_id)? {
        let pair = (newest.adapter_id, newest.provider_id);
        let live = state::LIVE.has(s, &(model_id, newest.adapter_id));
        if live && serves(s, ports, pair)? {
            return Ok(Some(pair));
        }
    }
    for key in state::LIVE.iter_prefix(s, &model_id).take(LOOKED_AT_MAX) {
        let (_, adapter) = key?;
        for entry in state::DEPLOYMENTS.iter_prefix(s, &adapter).take(LOOKED_AT_MAX) {
            let (pair, _) = entry?;
            if serves(s, ports, pair)? {
                return Ok(Some(pair));
            }
        }
    }
    Ok(None)
}

/// Keeps a model's newest deployment: the last height, then the highest adapter and provider, so
/// that an import finds the same one. Whether it still serves is said in its own record alone.
pub(crate) fn note_newest(ctx: &mut Ctx<'_>, model: u64, made: &pb::Deployment) -> Result<()> {
    let age = |d: &pb::Deployment| (d.since_height, d.adapter_id, d.provider_id);
    if state::NEWEST.get(ctx, &model)?.is_none_or(|known| age(&known) < age(made)) {
        let until_height = 0;
        state::NEWEST.set(ctx, &model, &pb::Deployment { until_height, ..*made });
    }
    Ok(())
}

fn serves(s: &dyn StateRead, ports: &dyn Ports, pair: (u64, u64)) -> Result<bool> {
    let current = state::DEPLOYMENTS.get(s, &pair)?.is_some_and(|d| d.until_height == 0);
    Ok(current && ports.bonded_operator(s, pair.1)?.is_some())
}

/// A provider's operator says that it serves an adapter.
pub(crate) fn deploy(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    operator: &Address,
    (adapter, provider): (u64, u64),
) -> Result<()> {
    let found = require(ctx, adapter)?;
    ensure(found.status() == pb::AdapterStatus::Registered, Error::Retired(adapter))?;
    require_operator(ctx, ports, operator, provider)?;
    let key = (adapter, provider);
    let before = state::DEPLOYMENTS.get(ctx, &key)?;
    let serves = before.is_some_and(|d| d.until_height == 0);
    ensure(!serves, Error::Repeated(operator.to_string()))?;
    let since_height = ctx.height();
    let made = pb::Deployment {
        adapter_id: adapter,
        provider_id: provider,
        since_height,
        until_height: 0,
    };
    state::DEPLOYMENTS.set(ctx, &key, &made);
    note_newest(ctx, found.model_id, &made)
}

/// A provider's operator ends a deployment.
pub(crate) fn undeploy(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    operator: &Address,
    (adapter, provider): (u64, u64),
) -> Result<()> {
    require_operator(ctx, ports, operator, provider)?;
    let key = (adapter, provider);
    let found = state::DEPLOYMENTS.get(ctx, &key)?.filter(|d| d.until_height == 0);
    let not_served =
        || Error::BadField(format!("provider {provider} does not serve adapter {adapter}"));
    let mut found = found.ok_or_else(not_served)?;
    found.until_height = ctx.height();
    state::DEPLOYMENTS.set(ctx, &key, &found);
    Ok(())
}

fn require_operator(ctx: &Ctx<'_>, ports: &dyn Ports, who: &Address, provider: u64) -> Result<()> {
    let operator = ports.bonded_operator(ctx, provider)?;
    let what = format!("speak for provider {provider}, which must be bonded");
    ensure(operator.as_ref() == Some(who), Error::NotAllowed { who: who.to_string(), what })
}

/// Records a measurement.
pub(crate) fn evaluate(
    ctx: &mut Ctx<'_>,
    evaluator: &Address,
    m: &pb::MsgRecordEvaluation,
) -> Result<pb::Evaluation> {
    require(ctx, m.adapter_id)?;
    let made = pb::Evaluation {
        id: state::LAST_EVALUATION.next(ctx)?,
        adapter_id: m.adapter_id,
        evaluator: evaluator.to_string(),
        evaluation_set_digest: m.evaluation_set_digest.clone(),
        metrics: m.metrics.clone(),
        report_hash: m.report_hash.clone(),
        height: ctx.height(),
    };
    state::EVALUATIONS.set(ctx, &(made.adapter_id, made.id), &made);
    Ok(made)
}

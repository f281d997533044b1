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

/// A bonded provider that serves an adapter of a model now: (adapter, provider), among the first
/// 100.
pub fn deployed(s: &dyn StateRead, ports: &dyn Ports, model_id: u64) -> Result<Option<(u64, u64)>> {
    for key in state::OF_MODEL.iter_prefix(s, &model_id).take(100) {
        let (_, adapter) = key?;
        if require(s, adapter)?.status() != pb::AdapterStatus::Registered {
            continue;
        }
        for entry in state::DEPLOYMENTS.iter_prefix(s, &adapter).take(100) {
            let ((_, provider), deployment) = entry?;
            let serves = deployment.until_height == 0;
            if serves && ports.bonded_operator(s, provider)?.is_some() {
                return Ok(Some((adapter, provider)));
            }
        }
    }
    Ok(None)
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
    Ok(())
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

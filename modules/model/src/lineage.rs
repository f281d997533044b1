//! All that is on record about a model, in one answer.

use whence_base::query::{Answer, PAGE_MAX, paginate};
use whence_base::{QueryCtx, Result, Status};
use whence_proto::whence::model::v1 as pb;

use crate::ports::Ports;
use crate::{keeper, state};

/// Longest list within an adapter's lineage.
const LIST_MAX: usize = 100;
/// Most adapters in one page: each brings lists of its own.
const ADAPTERS_MAX: u64 = PAGE_MAX / 10;

/// Answers `Lineage`.
pub(crate) fn of_model(
    ctx: &QueryCtx<'_>,
    ports: &dyn Ports,
    q: pb::QueryLineageRequest,
) -> Answer<pb::QueryLineageResponse> {
    let id = q.model_id;
    let proposal = ports.proposal(ctx, id)?;
    let proposal = proposal.ok_or_else(|| Status::not_found(format!("model {id}")))?;
    let page = (q.pagination, ADAPTERS_MAX);
    let (found, page) = paginate(ctx, state::OF_MODEL.map(), &id, page)?;
    let adapters = found.into_iter().map(|((_, adapter), ())| of_adapter(ctx, ports, adapter));
    Ok(pb::QueryLineageResponse {
        proposal: Some(proposal),
        adapters: adapters.collect::<Result<_>>()?,
        pagination: Some(page),
    })
}

fn of_adapter(ctx: &QueryCtx<'_>, ports: &dyn Ports, id: u64) -> Result<pb::AdapterLineage> {
    let adapter = keeper::require(ctx, id)?;
    let versions = adapter.training.as_ref().map(|t| t.datanet_versions.clone());
    let data = versions.unwrap_or_default().into_iter().map(|v| data(ctx, ports, v));
    let feedback = state::FEEDBACK_OF.iter_prefix(ctx, &id).take(LIST_MAX);
    let feedback = feedback.map(|key| keeper::require_feedback(ctx, key?.1));
    let values = |e: Result<((u64, u64), _)>| e.map(|(_, value)| value);
    Ok(pb::AdapterLineage {
        adapter: Some(adapter),
        data: data.collect::<Result<_>>()?,
        feedback: feedback.collect::<Result<_>>()?,
        evaluations: state::EVALUATIONS
            .iter_prefix(ctx, &id)
            .take(LIST_MAX)
            .map(values)
            .collect::<Result<_>>()?,
        deployments: state::DEPLOYMENTS
            .iter_prefix(ctx, &id)
            .take(LIST_MAX)
            .map(|e| e.map(|(_, value)| value))
            .collect::<Result<_>>()?,
        flags: state::FLAGS
            .iter_prefix(ctx, &id)
            .take(LIST_MAX)
            .map(|e| e.map(|(_, value)| value))
            .collect::<Result<_>>()?,
    })
}

fn data(
    ctx: &QueryCtx<'_>,
    ports: &dyn Ports,
    named: pb::DatanetVersionRef,
) -> Result<pb::DataLineage> {
    let version = ports.version(ctx, named.datanet_id, named.version)?.unwrap_or_default();
    Ok(pb::DataLineage {
        version: Some(named),
        datanet_name: version.datanet_name,
        row_count: version.row_count,
        published_height: version.published_height,
        contribution_ids: version.contribution_ids,
    })
}

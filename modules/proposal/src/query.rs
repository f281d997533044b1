//! Read-only answers.

use whence_base::query::{Answer, PAGE_MAX, paginate};
use whence_base::{QueryCtx, QueryRouter, Status};
use whence_proto::whence::proposal::v1 as pb;

use crate::{keeper, state};

/// Registers the trade's queries.
pub(crate) fn register(router: &mut QueryRouter) {
    router
        .add("/whence.proposal.v1.Query/Params", params)
        .add("/whence.proposal.v1.Query/ModelProposal", proposal)
        .add("/whence.proposal.v1.Query/ModelProposals", proposals);
}

fn params(ctx: &QueryCtx<'_>, _: pb::QueryParamsRequest) -> Answer<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(keeper::params(ctx)?) })
}

fn proposal(
    ctx: &QueryCtx<'_>,
    q: pb::QueryModelProposalRequest,
) -> Answer<pb::QueryModelProposalResponse> {
    let id = q.proposal_id;
    let found = keeper::proposal(ctx, id)?.ok_or_else(|| Status::not_found(format!("model {id}")));
    Ok(pb::QueryModelProposalResponse { proposal: Some(found?) })
}

fn proposals(
    ctx: &QueryCtx<'_>,
    q: pb::QueryModelProposalsRequest,
) -> Answer<pb::QueryModelProposalsResponse> {
    if q.stage == 0 {
        let (found, page) = paginate(ctx, &state::PROPOSALS, &(), (q.pagination, PAGE_MAX))?;
        let proposals = found.into_iter().map(|(_, p)| p).collect();
        return Ok(pb::QueryModelProposalsResponse { proposals, pagination: Some(page) });
    }
    let stage = keeper::stage_key(q.stage);
    let page = (q.pagination, PAGE_MAX);
    let (found, page) = paginate(ctx, state::BY_STAGE.map(), &stage, page)?;
    let ids = found.into_iter().map(|((_, id), ())| keeper::require(ctx, id));
    let proposals = ids.collect::<whence_base::Result<_>>()?;
    Ok(pb::QueryModelProposalsResponse { proposals, pagination: Some(page) })
}

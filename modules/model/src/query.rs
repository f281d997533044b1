//! Read-only answers.

use whence_base::query::{Answer, PAGE_MAX, paginate};
use whence_base::{QueryCtx, QueryRouter, Result, Status};
use whence_proto::whence::model::v1 as pb;

use crate::ports::Ports;
use crate::{keeper, lineage, state};

/// Registers the trade's queries.
pub(crate) fn register(router: &mut QueryRouter, ports: &'static dyn Ports) {
    router
        .add("/whence.model.v1.Query/Params", params)
        .add("/whence.model.v1.Query/Adapter", adapter)
        .add("/whence.model.v1.Query/Adapters", adapters)
        .add("/whence.model.v1.Query/Feedback", feedback)
        .add("/whence.model.v1.Query/FeedbackOfAdapter", feedback_of_adapter)
        .add("/whence.model.v1.Query/FeedbackReviews", reviews)
        .add("/whence.model.v1.Query/Evaluations", evaluations)
        .add("/whence.model.v1.Query/Deployments", deployments)
        .add("/whence.model.v1.Query/Flags", flags)
        .add("/whence.model.v1.Query/Lineage", move |ctx, q| lineage::of_model(ctx, ports, q));
}

fn params(ctx: &QueryCtx<'_>, _: pb::QueryParamsRequest) -> Answer<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(keeper::params(ctx)?) })
}

fn adapter(ctx: &QueryCtx<'_>, q: pb::QueryAdapterRequest) -> Answer<pb::QueryAdapterResponse> {
    let id = q.adapter_id;
    let found = keeper::adapter(ctx, id)?;
    let found = found.ok_or_else(|| Status::not_found(format!("adapter {id}")))?;
    Ok(pb::QueryAdapterResponse { adapter: Some(found) })
}

fn adapters(ctx: &QueryCtx<'_>, q: pb::QueryAdaptersRequest) -> Answer<pb::QueryAdaptersResponse> {
    if q.model_id == 0 {
        let (found, page) = paginate(ctx, &state::ADAPTERS, &(), (q.pagination, PAGE_MAX))?;
        let adapters = found.into_iter().map(|(_, a)| a).collect();
        return Ok(pb::QueryAdaptersResponse { adapters, pagination: Some(page) });
    }
    let page = (q.pagination, PAGE_MAX);
    let (found, page) = paginate(ctx, state::OF_MODEL.map(), &q.model_id, page)?;
    let adapters = found.into_iter().map(|((_, id), ())| keeper::require(ctx, id));
    let adapters = adapters.collect::<Result<_>>()?;
    Ok(pb::QueryAdaptersResponse { adapters, pagination: Some(page) })
}

fn feedback(ctx: &QueryCtx<'_>, q: pb::QueryFeedbackRequest) -> Answer<pb::QueryFeedbackResponse> {
    let found = state::FEEDBACK.get(ctx, &q.feedback_id)?;
    let found = found.ok_or_else(|| Status::not_found(format!("feedback {}", q.feedback_id)))?;
    Ok(pb::QueryFeedbackResponse { feedback: Some(found) })
}

fn feedback_of_adapter(
    ctx: &QueryCtx<'_>,
    q: pb::QueryFeedbackOfAdapterRequest,
) -> Answer<pb::QueryFeedbackOfAdapterResponse> {
    let page = (q.pagination, PAGE_MAX);
    let (found, page) = paginate(ctx, state::FEEDBACK_OF.map(), &q.adapter_id, page)?;
    let feedback = found.into_iter().map(|((_, id), ())| keeper::require_feedback(ctx, id));
    let feedback = feedback.collect::<Result<_>>()?;
    Ok(pb::QueryFeedbackOfAdapterResponse { feedback, pagination: Some(page) })
}

fn reviews(
    ctx: &QueryCtx<'_>,
    q: pb::QueryFeedbackReviewsRequest,
) -> Answer<pb::QueryFeedbackReviewsResponse> {
    let page = (q.pagination, PAGE_MAX);
    let (found, page) = paginate(ctx, &state::REVIEWS, &q.feedback_id, page)?;
    let reviews = found.into_iter().map(|(_, review)| review).collect();
    Ok(pb::QueryFeedbackReviewsResponse { reviews, pagination: Some(page) })
}

fn evaluations(
    ctx: &QueryCtx<'_>,
    q: pb::QueryEvaluationsRequest,
) -> Answer<pb::QueryEvaluationsResponse> {
    let page = (q.pagination, PAGE_MAX);
    let (found, page) = paginate(ctx, &state::EVALUATIONS, &q.adapter_id, page)?;
    let evaluations = found.into_iter().map(|(_, evaluation)| evaluation).collect();
    Ok(pb::QueryEvaluationsResponse { evaluations, pagination: Some(page) })
}

fn deployments(
    ctx: &QueryCtx<'_>,
    q: pb::QueryDeploymentsRequest,
) -> Answer<pb::QueryDeploymentsResponse> {
    let page = (q.pagination, PAGE_MAX);
    let (found, page) = paginate(ctx, &state::DEPLOYMENTS, &q.adapter_id, page)?;
    let deployments = found.into_iter().map(|(_, deployment)| deployment).collect();
    Ok(pb::QueryDeploymentsResponse { deployments, pagination: Some(page) })
}

fn flags(ctx: &QueryCtx<'_>, q: pb::QueryFlagsRequest) -> Answer<pb::QueryFlagsResponse> {
    let page = (q.pagination, PAGE_MAX);
    let (found, page) = paginate(ctx, &state::FLAGS, &q.adapter_id, page)?;
    let flags = found.into_iter().map(|(_, flag)| flag).collect();
    Ok(pb::QueryFlagsResponse { flags, pagination: Some(page) })
}

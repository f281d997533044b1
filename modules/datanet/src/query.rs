//! Read-only answers; pages hold at most 100 entries.

use whence_base::query::{Answer, PAGE_MAX, paginate};
use whence_base::state::Index;
use whence_base::{Address, Error, QueryCtx, QueryRouter, Status};
use whence_proto::cosmos::base::query::v1beta1::{PageRequest, PageResponse};
use whence_proto::whence::datanet::v1 as pb;

use crate::{keeper, state};

pub(crate) fn register(router: &mut QueryRouter) {
    router
        .add("/whence.datanet.v1.Query/Params", params)
        .add("/whence.datanet.v1.Query/Datanet", datanet)
        .add("/whence.datanet.v1.Query/Datanets", datanets)
        .add("/whence.datanet.v1.Query/Contributors", contributors)
        .add("/whence.datanet.v1.Query/Commit", commit)
        .add("/whence.datanet.v1.Query/Contribution", contribution)
        .add("/whence.datanet.v1.Query/Contributions", contributions)
        .add("/whence.datanet.v1.Query/ContributionsByAuthor", by_author)
        .add("/whence.datanet.v1.Query/Reviews", reviews)
        .add("/whence.datanet.v1.Query/DeadRows", dead_rows)
        .add("/whence.datanet.v1.Query/DuplicateCommit", duplicate_commit)
        .add("/whence.datanet.v1.Query/Version", version)
        .add("/whence.datanet.v1.Query/Versions", versions)
        .add("/whence.datanet.v1.Query/Dispute", dispute)
        .add("/whence.datanet.v1.Query/Disputes", disputes);
}

/// What must be there, or not found.
fn found<T>(what: &str, id: impl std::fmt::Display, value: Option<T>) -> Answer<Option<T>> {
    match value {
        Some(value) => Ok(Some(value)),
        None => Err(Status::not_found(format!("{what} {id}"))),
    }
}

fn params(ctx: &QueryCtx<'_>, _: pb::QueryParamsRequest) -> Answer<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(keeper::params(ctx)?) })
}

fn datanet(ctx: &QueryCtx<'_>, q: pb::QueryDatanetRequest) -> Answer<pb::QueryDatanetResponse> {
    let datanet = found("datanet", q.datanet_id, state::DATANETS.get(ctx, &q.datanet_id)?)?;
    Ok(pb::QueryDatanetResponse { datanet })
}

fn datanets(ctx: &QueryCtx<'_>, q: pb::QueryDatanetsRequest) -> Answer<pb::QueryDatanetsResponse> {
    let (entries, page) = paginate(ctx, &state::DATANETS, &(), (q.pagination, PAGE_MAX))?;
    let datanets = entries.into_iter().map(|(_, d)| d).collect();
    Ok(pb::QueryDatanetsResponse { datanets, pagination: Some(page) })
}

fn contributors(
    ctx: &QueryCtx<'_>,
    q: pb::QueryContributorsRequest,
) -> Answer<pb::QueryContributorsResponse> {
    let page = (q.pagination, PAGE_MAX);
    let (entries, page) = paginate(ctx, state::CONTRIBUTORS.map(), &q.datanet_id, page)?;
    let contributors = entries.into_iter().map(|((_, who), ())| who.to_string()).collect();
    Ok(pb::QueryContributorsResponse { contributors, pagination: Some(page) })
}

fn commit(ctx: &QueryCtx<'_>, q: pb::QueryCommitRequest) -> Answer<pb::QueryCommitResponse> {
    let commit = found("commit", q.commit_id, state::COMMITS.get(ctx, &q.commit_id)?)?;
    Ok(pb::QueryCommitResponse { commit })
}

fn contribution(
    ctx: &QueryCtx<'_>,
    q: pb::QueryContributionRequest,
) -> Answer<pb::QueryContributionResponse> {
    let c = state::CONTRIBUTIONS.get(ctx, &q.contribution_id)?;
    let contribution = found("contribution", q.contribution_id, c)?;
    Ok(pb::QueryContributionResponse { contribution })
}

/// One page of the contributions under an index's prefix.
fn page_of<P: whence_base::state::Key>(
    ctx: &QueryCtx<'_>,
    index: &Index<(P, u64)>,
    prefix: &P,
    page: Option<PageRequest>,
) -> Answer<(Vec<pb::Contribution>, PageResponse)> {
    let (entries, page) = paginate(ctx, index.map(), prefix, (page, PAGE_MAX))?;
    let found = entries.into_iter().map(|((_, id), ())| keeper::contribution::get(ctx, id));
    Ok((found.collect::<Result<_, Error>>()?, page))
}

fn contributions(
    ctx: &QueryCtx<'_>,
    q: pb::QueryContributionsRequest,
) -> Answer<pb::QueryContributionsResponse> {
    let (contributions, page) = page_of(ctx, &state::BY_DATANET, &q.datanet_id, q.pagination)?;
    Ok(pb::QueryContributionsResponse { contributions, pagination: Some(page) })
}

fn by_author(
    ctx: &QueryCtx<'_>,
    q: pb::QueryContributionsByAuthorRequest,
) -> Answer<pb::QueryContributionsByAuthorResponse> {
    let author = Address::parse(&q.author)?;
    let (contributions, page) = page_of(ctx, &state::BY_AUTHOR, &author, q.pagination)?;
    Ok(pb::QueryContributionsByAuthorResponse { contributions, pagination: Some(page) })
}

fn reviews(ctx: &QueryCtx<'_>, q: pb::QueryReviewsRequest) -> Answer<pb::QueryReviewsResponse> {
    let page = (q.pagination, PAGE_MAX);
    let (entries, page) = paginate(ctx, &state::REVIEWS, &q.contribution_id, page)?;
    let reviews = entries.into_iter().map(|(_, r)| r).collect();
    Ok(pb::QueryReviewsResponse { reviews, pagination: Some(page) })
}

fn dead_rows(ctx: &QueryCtx<'_>, q: pb::QueryDeadRowsRequest) -> Answer<pb::QueryDeadRowsResponse> {
    let page = (q.pagination, PAGE_MAX);
    let (entries, page) = paginate(ctx, &state::DEAD_ROWS, &q.contribution_id, page)?;
    let rows = entries.into_iter().map(|(_, r)| r).collect();
    Ok(pb::QueryDeadRowsResponse { rows, pagination: Some(page) })
}

fn duplicate_commit(
    ctx: &QueryCtx<'_>,
    q: pb::QueryDuplicateCommitRequest,
) -> Answer<pb::QueryDuplicateCommitResponse> {
    let commit = state::DUPLICATES.get(ctx, &q.commit_id)?;
    let commit = found("duplicate commit", q.commit_id, commit)?;
    Ok(pb::QueryDuplicateCommitResponse { commit })
}

fn version(ctx: &QueryCtx<'_>, q: pb::QueryVersionRequest) -> Answer<pb::QueryVersionResponse> {
    let name = format!("{} of datanet {}", q.version, q.datanet_id);
    let version = found("version", name, keeper::version(ctx, q.datanet_id, q.version)?)?;
    Ok(pb::QueryVersionResponse { version })
}

fn versions(ctx: &QueryCtx<'_>, q: pb::QueryVersionsRequest) -> Answer<pb::QueryVersionsResponse> {
    let page = (q.pagination, PAGE_MAX);
    let (entries, page) = paginate(ctx, &state::VERSIONS, &q.datanet_id, page)?;
    let versions = entries.into_iter().map(|(_, v)| v).collect();
    Ok(pb::QueryVersionsResponse { versions, pagination: Some(page) })
}

fn dispute(ctx: &QueryCtx<'_>, q: pb::QueryDisputeRequest) -> Answer<pb::QueryDisputeResponse> {
    let dispute = found("dispute", q.dispute_id, state::DISPUTES.get(ctx, &q.dispute_id)?)?;
    Ok(pb::QueryDisputeResponse { dispute })
}

fn disputes(ctx: &QueryCtx<'_>, q: pb::QueryDisputesRequest) -> Answer<pb::QueryDisputesResponse> {
    let (entries, page) = paginate(ctx, &state::DISPUTES, &(), (q.pagination, PAGE_MAX))?;
    let disputes = entries.into_iter().map(|(_, d)| d).collect();
    Ok(pb::QueryDisputesResponse { disputes, pagination: Some(page) })
}

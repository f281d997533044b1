//! Read-only answers; pages hold at most 100 entries.

use whence_base::query::{Answer, PAGE_MAX, paginate};
use whence_base::{Address, Error, QueryCtx, QueryRouter, Status};
use whence_proto::whence::attribution::v1 as pb;

use crate::{keeper, state};

pub(crate) fn register(router: &mut QueryRouter) {
    router
        .add("/whence.attribution.v1.Query/Params", params)
        .add("/whence.attribution.v1.Query/Provider", provider)
        .add("/whence.attribution.v1.Query/Providers", providers)
        .add("/whence.attribution.v1.Query/Escrow", escrow)
        .add("/whence.attribution.v1.Query/EscrowsByCaller", escrows_by_caller)
        .add("/whence.attribution.v1.Query/Reported", reported)
        .add("/whence.attribution.v1.Query/Report", report)
        .add("/whence.attribution.v1.Query/Reports", reports);
}

fn params(ctx: &QueryCtx<'_>, _: pb::QueryParamsRequest) -> Answer<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(keeper::params(ctx)?) })
}

fn provider(ctx: &QueryCtx<'_>, q: pb::QueryProviderRequest) -> Answer<pb::QueryProviderResponse> {
    let found = state::PROVIDERS.get(ctx, &q.provider_id)?;
    let missing = || Status::not_found(format!("provider {}", q.provider_id));
    Ok(pb::QueryProviderResponse { provider: Some(found.ok_or_else(missing)?) })
}

fn providers(
    ctx: &QueryCtx<'_>,
    q: pb::QueryProvidersRequest,
) -> Answer<pb::QueryProvidersResponse> {
    let page = (q.pagination, PAGE_MAX);
    let (entries, pagination) = paginate(ctx, &state::PROVIDERS, &(), page)?;
    let providers = entries.into_iter().map(|(_, p)| p).collect();
    Ok(pb::QueryProvidersResponse { providers, pagination: Some(pagination) })
}

fn escrow(ctx: &QueryCtx<'_>, q: pb::QueryEscrowRequest) -> Answer<pb::QueryEscrowResponse> {
    let found = state::ESCROWS.get(ctx, &q.escrow_id)?;
    let missing = || Status::not_found(format!("escrow {}", q.escrow_id));
    Ok(pb::QueryEscrowResponse { escrow: Some(found.ok_or_else(missing)?) })
}

fn escrows_by_caller(
    ctx: &QueryCtx<'_>,
    q: pb::QueryEscrowsByCallerRequest,
) -> Answer<pb::QueryEscrowsByCallerResponse> {
    let caller = Address::parse(&q.caller)?;
    let page = (q.pagination, PAGE_MAX);
    let (entries, pagination) = paginate(ctx, state::BY_CALLER.map(), &caller, page)?;
    let found = entries.into_iter().map(|((_, id), ())| keeper::escrow(ctx, id));
    let escrows = found.collect::<Result<_, Error>>()?;
    Ok(pb::QueryEscrowsByCallerResponse { escrows, pagination: Some(pagination) })
}

fn reported(ctx: &QueryCtx<'_>, q: pb::QueryReportedRequest) -> Answer<pb::QueryReportedResponse> {
    if !state::ESCROWS.has(ctx, &q.escrow_id) {
        return Err(Status::not_found(format!("escrow {}", q.escrow_id)));
    }
    let found = keeper::reported(ctx, q.escrow_id, q.sequence)?;
    let detail = found.detail.unwrap_or_default();
    Ok(pb::QueryReportedResponse {
        reported: found.reported,
        digest: detail.digest,
        report_id: detail.report_id,
        settled: detail.settled,
    })
}

fn report(ctx: &QueryCtx<'_>, q: pb::QueryReportRequest) -> Answer<pb::QueryReportResponse> {
    let found = state::REPORTS.get(ctx, &q.report_id)?;
    let missing = || Status::not_found(format!("report {}", q.report_id));
    let mut report = found.ok_or_else(missing)?;
    for entry in state::QUERIES.iter_prefix(ctx, &q.report_id) {
        report.queries.extend(entry?.1.query);
    }
    Ok(pb::QueryReportResponse { report: Some(report) })
}

fn reports(ctx: &QueryCtx<'_>, q: pb::QueryReportsRequest) -> Answer<pb::QueryReportsResponse> {
    let page = (q.pagination, PAGE_MAX);
    let (entries, pagination) = paginate(ctx, state::BY_PROVIDER.map(), &q.provider_id, page)?;
    let found = entries.into_iter().map(|((_, id), ())| state::REPORTS.get(ctx, &id));
    let found = found.collect::<Result<Vec<_>, Error>>()?;
    let reports = found.into_iter().flatten().collect();
    Ok(pb::QueryReportsResponse { reports, pagination: Some(pagination) })
}

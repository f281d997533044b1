//! Read-only answers; pages hold at most 100 entries.

use whence_base::query::{Answer, PAGE_MAX, paginate};
use whence_base::{Address, Coins, QueryCtx, QueryRouter, Status};
use whence_proto::whence::reward::v1 as pb;

use crate::ports::Ports;
use crate::{keeper, state};

pub(crate) fn register(router: &mut QueryRouter, ports: &'static dyn Ports) {
    router
        .add("/whence.reward.v1.Query/Params", params)
        .add("/whence.reward.v1.Query/Accrued", accrued)
        .add("/whence.reward.v1.Query/Payout", payout)
        .add("/whence.reward.v1.Query/Totals", totals)
        .add("/whence.reward.v1.Query/Explain", move |ctx, q| explain(ctx, ports, q));
}

fn params(ctx: &QueryCtx<'_>, _: pb::QueryParamsRequest) -> Answer<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(keeper::params(ctx)?) })
}

fn accrued(ctx: &QueryCtx<'_>, q: pb::QueryAccruedRequest) -> Answer<pb::QueryAccruedResponse> {
    let address = Address::parse(&q.address)?;
    let accruals = keeper::accruals(ctx, &address)?;
    Ok(pb::QueryAccruedResponse {
        unclaimed: sum(accruals.iter().map(|a| &a.unclaimed))?.to_proto(),
        accruals,
        payout_address: keeper::payout_of(ctx, &address)?.to_string(),
    })
}

fn payout(ctx: &QueryCtx<'_>, q: pb::QueryPayoutRequest) -> Answer<pb::QueryPayoutResponse> {
    let address = Address::parse(&q.address)?;
    let payout_address = keeper::payout_of(ctx, &address)?.to_string();
    Ok(pb::QueryPayoutResponse { payout_address })
}

fn totals(ctx: &QueryCtx<'_>, _: pb::QueryTotalsRequest) -> Answer<pb::QueryTotalsResponse> {
    let totals = state::TOTALS.get_or_default(ctx)?;
    Ok(pb::QueryTotalsResponse { totals: Some(totals), owed: keeper::owed(ctx)?.to_proto() })
}

fn explain(
    ctx: &QueryCtx<'_>,
    ports: &dyn Ports,
    q: pb::QueryExplainRequest,
) -> Answer<pb::QueryExplainResponse> {
    let missing = || Status::not_found(format!("contribution {}", q.contribution_id));
    let story = ports.story(ctx, q.contribution_id)?.ok_or_else(missing)?;
    let page = (q.pagination, PAGE_MAX);
    let (entries, pagination) = paginate(ctx, &state::EARNINGS, &q.contribution_id, page)?;
    let earnings: Vec<_> = entries.into_iter().map(|(_, earning)| earning).collect();
    let accruals = keeper::accruals(ctx, &story.payee)?;
    let unclaimed = sum(accruals.iter().map(|a| &a.unclaimed))?.to_proto();
    let total = sum(accruals.iter().map(|a| &a.total))?.to_proto();
    Ok(pb::QueryExplainResponse {
        contribution: Some(story.contribution),
        versions: story.versions,
        adapters: story.adapters,
        earned: earned(ctx, q.contribution_id)?.to_proto(),
        earnings,
        payee: story.payee.to_string(),
        payee_unclaimed: unclaimed,
        payee_total: total,
        pagination: Some(pagination),
    })
}

/// Most adapters whose earnings one answer sums.
const ADAPTERS_MAX: usize = 10_000;

/// All that a contribution earned, through any adapter.
fn earned(ctx: &QueryCtx<'_>, contribution_id: u64) -> Answer<Coins> {
    let mut sum = Coins::new();
    for entry in state::EARNINGS.iter_prefix(ctx, &contribution_id).take(ADAPTERS_MAX) {
        sum.add_all(&Coins::parse(&entry?.1.earned)?)?;
    }
    Ok(sum)
}

type PbCoins = Vec<whence_proto::cosmos::base::v1beta1::Coin>;

fn sum<'a>(parts: impl Iterator<Item = &'a PbCoins>) -> Answer<Coins> {
    let mut sum = Coins::new();
    for part in parts {
        sum.add_all(&Coins::parse(part)?)?;
    }
    Ok(sum)
}

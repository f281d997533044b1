//! Settling: fees whose window has passed go to the reward trade; details are pruned later.

use whence_base::{Address, Ctx, Result};
use whence_proto::whence::attribution::v1 as pb;

use super::report::query_id;
use crate::error::NAME;
use crate::ports::{Ports, Settlement, Share};
use crate::types::{add, amount_of, later, native, native_coins};
use crate::{event, keeper, state};

/// Module account that fees are paid into.
const REWARD: &str = "reward";
/// Most queries settled in one block (64 shares each); the rest wait for the next.
pub(crate) const SETTLED_PER_BLOCK: usize = 128;
/// Most queries pruned in one block: twice what can be settled, so that pruning keeps up.
const PRUNED_PER_BLOCK: usize = 256;

type Place = (u64, u64, u32);

/// Settles what is due. A settlement that cannot be made keeps its fee and is tried a window later.
pub(crate) fn settle_due(ctx: &mut Ctx<'_>, ports: &dyn Ports) {
    let now = ctx.height();
    let due = state::TO_SETTLE.first_while(ctx, SETTLED_PER_BLOCK, |(height, ..)| *height <= now);
    for place in due.unwrap_or_default() {
        if ctx.atomically(|ctx| settle(ctx, ports, place)).is_err() {
            put_off(ctx, place);
        }
    }
}

fn settle(ctx: &mut Ctx<'_>, ports: &dyn Ports, place: Place) -> Result<()> {
    let mut detail = detail(ctx, place)?;
    let mut report = report(ctx, place.1)?;
    let mut provider = keeper::provider(ctx, report.provider_id)?;
    let settlement = settlement(&detail, &provider)?;
    let unsettled = amount_of(&provider.unsettled)?.checked_sub(settlement.fee);
    provider.unsettled =
        native(unsettled.ok_or_else(|| whence_base::Error::broken("unsettled below a fee"))?);
    state::PROVIDERS.set(ctx, &provider.id, &provider);

    ports.send_between_modules(ctx, NAME, REWARD, &native_coins(settlement.fee))?;
    ports.settle(ctx, &settlement)?;

    state::TO_SETTLE.remove(ctx, &place);
    detail.settled = true;
    detail.due_height = later(ctx.height(), keeper::params(ctx)?.detail_retention_blocks);
    super::report::index_detail(ctx, &detail);
    report.settled_count = report.settled_count.saturating_add(1);
    report.settled = report.settled_count >= report.query_count;
    state::REPORTS.set(ctx, &report.id, &report);
    if report.settled {
        ctx.emit_typed(&event::report_settled(report.id, amount_of(&report.fees)?))?;
    }
    Ok(())
}

fn settlement(detail: &pb::QueryDetail, provider: &pb::Provider) -> Result<Settlement> {
    let gone = || whence_base::Error::broken("a stored query has its voucher");
    let query = detail.query.as_ref().ok_or_else(gone)?;
    let voucher = query.voucher.as_ref().ok_or_else(gone)?;
    let share = |s: &pb::RowShare| Share {
        contribution_id: s.contribution_id,
        row: s.row,
        share_ppb: s.share_ppb,
    };
    Ok(Settlement {
        escrow_id: voucher.escrow_id,
        sequence: voucher.sequence,
        adapter_id: voucher.adapter_id,
        operator: Address::parse(&provider.operator)?,
        fee: amount_of(&query.fee)?,
        shares: query.shares.iter().map(share).collect(),
    })
}

/// Tries later; what cannot even be put off is broken, leaves the queue and stays in the books,
/// where the invariants find it, so that it never keeps others waiting.
fn put_off(ctx: &mut Ctx<'_>, place: Place) {
    if ctx.atomically(|ctx| postpone(ctx, place)).is_err() {
        state::TO_SETTLE.remove(ctx, &place);
    }
}

fn postpone(ctx: &mut Ctx<'_>, place: Place) -> Result<()> {
    let mut detail = detail(ctx, place)?;
    let window = keeper::params(ctx)?.settlement_window_blocks;
    state::TO_SETTLE.remove(ctx, &place);
    detail.due_height = later(ctx.height(), window);
    super::report::index_detail(ctx, &detail);
    Ok(())
}

/// Forgets the details of queries that were settled long enough ago; marks and roots stay.
pub(crate) fn prune_details(ctx: &mut Ctx<'_>) {
    let now = ctx.height();
    let due = state::TO_PRUNE.first_while(ctx, PRUNED_PER_BLOCK, |(height, ..)| *height <= now);
    for place in due.unwrap_or_default() {
        state::TO_PRUNE.remove(ctx, &place);
        if let Ok(detail) = detail(ctx, place) {
            state::PLACES.remove(ctx, &query_id(&detail));
            state::QUERIES.remove(ctx, &(place.1, place.2));
        }
    }
}

fn detail(ctx: &Ctx<'_>, (_, report, index): Place) -> Result<pb::QueryDetail> {
    let found = state::QUERIES.get(ctx, &(report, index))?;
    found.ok_or_else(|| whence_base::Error::broken("a queued query is kept"))
}

fn report(ctx: &Ctx<'_>, id: u64) -> Result<pb::Report> {
    let found = state::REPORTS.get(ctx, &id)?;
    found.ok_or_else(|| whence_base::Error::broken("a query's report is kept"))
}

/// Sum of the fees that wait, as the queries say: must equal what the providers say.
pub(crate) fn unsettled_fees(state: &dyn whence_base::StateRead) -> Result<u128> {
    let mut sum = 0;
    for entry in state::QUERIES.iter(state) {
        let (_, detail) = entry?;
        if let (false, Some(query)) = (detail.settled, &detail.query) {
            sum = add(sum, amount_of(&query.fee)?)?;
        }
    }
    Ok(sum)
}

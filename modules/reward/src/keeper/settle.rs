//! Settling a fee: who has a part, what each gets, and the books.

use std::collections::BTreeMap;

use whence_base::{Coins, Ctx, Result};
use whence_canon::report::Share;
use whence_proto::whence::reward::v1 as pb;

use super::split::{LivingRow, Payment, Shared, share_out};
use crate::error::{COMMUNITY_POOL, DUST, NAME};
use crate::ports::{Adapter, Ports, Standing};
use crate::types::{Settlement, native};
use crate::{event, keeper, params, state};

/// Shares out a fee whose coins lie in the module's account already.
pub fn settle(ctx: &mut Ctx<'_>, ports: &dyn Ports, settlement: &Settlement) -> Result<Shared> {
    let adapter = ports.adapter(&*ctx, settlement.adapter_id)?;
    let rows = living_rows(ctx, ports, adapter.as_ref(), &settlement.shares)?;
    let split = split_of(ctx, adapter.as_ref())?;
    let roles = (&settlement.operator, adapter.as_ref());
    let shared = share_out(settlement.fee, &split, &rows, roles)?;

    move_coins(ctx, ports, &shared)?;
    record_totals(ctx, settlement.fee, &shared)?;
    for payment in shared.payments.iter().filter(|p| p.amount > 0) {
        accrue(ctx, payment)?;
    }
    record_earnings(ctx, settlement.adapter_id, &shared)?;
    ctx.emit_typed(&event::settled(settlement, &shared))?;
    Ok(shared)
}

/// The shares of rows that are alive and were trained into the adapter; others are unattributed.
fn living_rows(
    ctx: &Ctx<'_>,
    ports: &dyn Ports,
    adapter: Option<&Adapter>,
    shares: &[Share],
) -> Result<Vec<LivingRow>> {
    let mut rows = Vec::with_capacity(shares.len());
    let datanets = adapter.map(|a| a.datanets.as_slice()).unwrap_or_default();
    for share in shares {
        let Standing::Earning { payee, datanet_id, first_version } =
            ports.standing(ctx, share.contribution_id, share.row)?
        else {
            continue;
        };
        let trained = datanets
            .iter()
            .any(|d| d.datanet_id == datanet_id && first_version > 0 && first_version <= d.version);
        if trained {
            let (contribution_id, share_ppb) = (share.contribution_id, share.share_ppb);
            rows.push(LivingRow { payee, contribution_id, share_ppb });
        }
    }
    Ok(rows)
}

/// The model's own split, or the default.
fn split_of(ctx: &Ctx<'_>, adapter: Option<&Adapter>) -> Result<pb::Split> {
    let own = adapter.and_then(|a| a.split).filter(params::is_whole);
    match own {
        Some(split) => Ok(split),
        None => keeper::params(ctx)?
            .split
            .ok_or_else(|| whence_base::Error::broken("stored params hold a split")),
    }
}

fn move_coins(ctx: &mut Ctx<'_>, ports: &dyn Ports, shared: &Shared) -> Result<()> {
    if shared.stakers > 0 {
        ports.collect_fees(ctx, NAME, &native(shared.stakers))?;
    }
    for (account, amount) in [(COMMUNITY_POOL, shared.community_pool), (DUST, shared.dust)] {
        if amount > 0 {
            ports.send_between_modules(ctx, NAME, account, &native(amount))?;
        }
    }
    Ok(())
}

fn record_totals(ctx: &mut Ctx<'_>, fee: u128, shared: &Shared) -> Result<()> {
    let mut totals = state::TOTALS.get_or_default(ctx)?;
    totals.fees = plus(&totals.fees, fee)?;
    totals.to_stakers = plus(&totals.to_stakers, shared.stakers)?;
    totals.to_community_pool = plus(&totals.to_community_pool, shared.community_pool)?;
    totals.to_dust = plus(&totals.to_dust, shared.dust)?;
    state::TOTALS.set(ctx, &totals);
    Ok(())
}

fn accrue(ctx: &mut Ctx<'_>, payment: &Payment) -> Result<()> {
    let key = (payment.payee.clone(), kind(payment.beneficiary)?);
    let found = state::ACCRUALS.get(ctx, &key)?;
    let mut accrual = found.unwrap_or_else(|| pb::Accrual {
        address: payment.payee.to_string(),
        beneficiary: payment.beneficiary.into(),
        ..pb::Accrual::default()
    });
    accrual.unclaimed = plus(&accrual.unclaimed, payment.amount)?;
    accrual.total = plus(&accrual.total, payment.amount)?;
    state::ACCRUALS.set(ctx, &key, &accrual);
    Ok(())
}

/// The number of a reason, as keys hold it.
pub(crate) fn kind(beneficiary: pb::Beneficiary) -> Result<u8> {
    u8::try_from(i32::from(beneficiary))
        .map_err(|_| whence_base::Error::broken("reasons are small numbers"))
}

/// Counts the query once for each contribution that had a living row in it.
fn record_earnings(ctx: &mut Ctx<'_>, adapter_id: u64, shared: &Shared) -> Result<()> {
    let mut by_contribution = BTreeMap::new();
    for payment in shared.payments.iter().filter(|p| p.contribution_id > 0) {
        let sum = by_contribution.entry(payment.contribution_id).or_insert(0_u128);
        *sum = sum.saturating_add(payment.amount);
    }
    for (contribution_id, amount) in by_contribution {
        let key = (contribution_id, adapter_id);
        let found = state::EARNINGS.get(ctx, &key)?;
        let mut earning = found.unwrap_or_else(|| pb::ContributionEarning {
            contribution_id,
            adapter_id,
            first_height: ctx.height(),
            ..pb::ContributionEarning::default()
        });
        earning.queries = earning.queries.saturating_add(1);
        earning.earned = plus(&earning.earned, amount)?;
        earning.last_height = ctx.height();
        state::EARNINGS.set(ctx, &key, &earning);
    }
    Ok(())
}

type PbCoins = Vec<whence_proto::cosmos::base::v1beta1::Coin>;

/// Stored coins and an amount of the native coin more.
fn plus(coins: &PbCoins, amount: u128) -> Result<PbCoins> {
    let mut coins = Coins::parse(coins)?;
    coins.add_all(&native(amount))?;
    Ok(coins.to_proto())
}

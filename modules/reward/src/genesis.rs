//! Import, export, check: importing what was exported gives the same state.

use whence_base::{Address, Coins, Ctx, QueryCtx, Result, ensure};
use whence_proto::whence::reward::v1 as pb;

use crate::error::Error;
use crate::invariant;
use crate::{keeper, params, state};

/// Genesis of a new chain.
pub(crate) fn default() -> pb::GenesisState {
    pb::GenesisState {
        params: Some(params::default()),
        totals: Some(pb::Totals::default()),
        ..pb::GenesisState::default()
    }
}

/// Checks a genesis without writing.
pub(crate) fn validate(g: &pb::GenesisState) -> Result<()> {
    params::validate(g.params.as_ref().ok_or_else(|| bad("params are missing"))?)?;
    let mut owed = Coins::new();
    let mut last = None;
    for accrual in &g.accruals {
        let key = accrual_key(accrual)?;
        ensure(last.as_ref() < Some(&key), bad(&format!("accruals of {} repeat", key.0)))?;
        last = Some(key);
        let unclaimed = Coins::parse(&accrual.unclaimed)?;
        Coins::parse(&accrual.total)?.sub_all(&unclaimed)?;
        owed.add_all(&unclaimed)?;
    }
    for payout in &g.payouts {
        Address::parse(&payout.address)?;
        Address::parse(&payout.payout_address)?;
    }
    for earning in &g.earnings {
        Coins::parse(&earning.earned)?;
        let named = earning.contribution_id > 0 && earning.adapter_id > 0;
        ensure(named, bad("an earning names no contribution or no adapter"))?;
    }
    let totals = g.totals.clone().unwrap_or_default();
    match invariant::unbalanced(&totals, &owed)? {
        Some(sentence) => Err(bad(&sentence)),
        None => Ok(()),
    }
}

fn accrual_key(accrual: &pb::Accrual) -> Result<(Address, u8)> {
    let known = pb::Beneficiary::try_from(accrual.beneficiary).unwrap_or_default();
    ensure(known != pb::Beneficiary::Unspecified, bad("an accrual has no reason"))?;
    Ok((Address::parse(&accrual.address)?, keeper::kind(known)?))
}

/// Writes a genesis after checking it.
pub(crate) fn init(ctx: &mut Ctx<'_>, g: &pb::GenesisState) -> Result<()> {
    validate(g)?;
    if let Some(params) = &g.params {
        keeper::set_params(ctx, params)?;
    }
    for accrual in &g.accruals {
        state::ACCRUALS.set(ctx, &accrual_key(accrual)?, accrual);
    }
    for payout in &g.payouts {
        state::PAYOUTS.set(ctx, &Address::parse(&payout.address)?, payout);
    }
    for earning in &g.earnings {
        state::EARNINGS.set(ctx, &(earning.contribution_id, earning.adapter_id), earning);
    }
    state::TOTALS.set(ctx, &g.totals.clone().unwrap_or_default());
    Ok(())
}

/// The state as a genesis.
pub(crate) fn export(ctx: &QueryCtx<'_>) -> Result<pb::GenesisState> {
    Ok(pb::GenesisState {
        params: Some(keeper::params(ctx)?),
        accruals: values(state::ACCRUALS.iter(ctx))?,
        payouts: values(state::PAYOUTS.iter(ctx))?,
        earnings: values(state::EARNINGS.iter(ctx))?,
        totals: Some(state::TOTALS.get_or_default(ctx)?),
    })
}

fn values<K, V>(entries: impl Iterator<Item = Result<(K, V)>>) -> Result<Vec<V>> {
    entries.map(|entry| entry.map(|(_, value)| value)).collect()
}

fn bad(what: &str) -> whence_base::Error {
    Error::BadGenesis(what.to_owned()).into()
}

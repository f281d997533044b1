//! Paying out: what an account earned, and what governance gives from the community pool.

use whence_base::{Address, Coins, Ctx, Result, StateRead, ensure};
use whence_proto::whence::reward::v1 as pb;

use crate::error::{COMMUNITY_POOL, Error, NAME};
use crate::ports::Ports;
use crate::{keeper, state};

/// Where an account's claims go: its payout address, or itself.
pub fn payout_of(state: &(impl StateRead + ?Sized), address: &Address) -> Result<Address> {
    match state::PAYOUTS.get(state, address)? {
        Some(payout) => Address::parse(&payout.payout_address),
        None => Ok(address.clone()),
    }
}

/// Pays all that waits for an account to its payout address.
pub fn claim(ctx: &mut Ctx<'_>, ports: &dyn Ports, address: &Address) -> Result<(Address, Coins)> {
    let mut paid = Coins::new();
    // At most one accrual for each reason.
    for mut accrual in keeper::accruals(ctx, address)? {
        paid.add_all(&Coins::parse(&accrual.unclaimed)?)?;
        accrual.unclaimed.clear();
        let kind = super::settle::kind(accrual.beneficiary())?;
        state::ACCRUALS.set(ctx, &(address.clone(), kind), &accrual);
    }
    ensure(!paid.is_empty(), Error::NothingToClaim(address.to_string()))?;
    let mut totals = state::TOTALS.get_or_default(ctx)?;
    let mut claimed = Coins::parse(&totals.claimed)?;
    claimed.add_all(&paid)?;
    totals.claimed = claimed.to_proto();
    state::TOTALS.set(ctx, &totals);
    let to = payout_of(ctx, address)?;
    ports.send_from_module(ctx, NAME, &to, &paid)?;
    Ok((to, paid))
}

/// Moves where an account's claims go; to itself forgets the entry.
pub fn rotate_payout(ctx: &mut Ctx<'_>, address: &Address, to: &Address) {
    if to == address {
        state::PAYOUTS.remove(ctx, address);
        return;
    }
    let payout = pb::Payout {
        address: address.to_string(),
        payout_address: to.to_string(),
        height: ctx.height(),
    };
    state::PAYOUTS.set(ctx, address, &payout);
}

/// Pays from the community pool.
pub fn spend_community_pool(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    to: &Address,
    amount: &Coins,
) -> Result<()> {
    let mut totals = state::TOTALS.get_or_default(ctx)?;
    let left = in_community_pool(&totals)?;
    let enough = amount.iter().all(|coin| left.amount_of(&coin.denom) >= coin.amount);
    ensure(enough, Error::PoolTooSmall(format!("{left}, expected at least {amount}")))?;
    let mut spent = Coins::parse(&totals.community_pool_spent)?;
    spent.add_all(amount)?;
    totals.community_pool_spent = spent.to_proto();
    state::TOTALS.set(ctx, &totals);
    ports.send_from_module(ctx, COMMUNITY_POOL, to, amount)
}

/// What the community pool holds.
pub(crate) fn in_community_pool(totals: &pb::Totals) -> Result<Coins> {
    let mut left = Coins::parse(&totals.to_community_pool)?;
    left.sub_all(&Coins::parse(&totals.community_pool_spent)?)?;
    Ok(left)
}

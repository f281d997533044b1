//! Freezing the stake in the block where votings end, and letting it go when they are counted.

use std::collections::BTreeMap;

use whence_base::coin::parse_amount;
use whence_base::state::Key;
use whence_base::{Address, Ctx, Dec, Error, Result};

use super::Stake;
use crate::ports::{Bonded, Ports};
use crate::state::{self, Freeze, Frozen, TimeKey};
use crate::types::{time_key, timestamp};

/// Freezes the stake when a voting ended since the last freeze; at most one freeze a block.
pub(crate) fn freeze_if_due(ctx: &mut Ctx<'_>, ports: &dyn Ports) -> Result<()> {
    let now = time_key(Some(&timestamp(ctx.time())));
    let newest = state::FREEZES.scan(ctx, &[], None, true).next().transpose()?;
    let from = newest.map(|(time, _)| {
        let mut raw = Vec::new();
        (time, u64::MAX).encode(&mut raw);
        raw
    });
    let queue = state::VOTING_QUEUE.map();
    let next = queue.scan(ctx, &[], from.as_deref(), false).next().transpose()?;
    if next.is_some_and(|((end, _), ())| end <= now) {
        open(ctx, ports, now)?;
    }
    Ok(())
}

/// Freezes the stake as it is now: the set is copied, delegations are staking's snapshot.
pub(crate) fn open(ctx: &mut Ctx<'_>, ports: &dyn Ports, now: TimeKey) -> Result<()> {
    let bonded = ports.bonded_total(ctx)?.to_string();
    let validators = ports.bonded_validators(ctx)?;
    let snapshot = ports.open_snapshot(ctx)?;
    state::FREEZES.set(ctx, &now, &Freeze { snapshot, bonded });
    for one in validators {
        let frozen = Frozen { tokens: one.tokens.to_string(), shares: one.shares.to_scaled() };
        state::FROZEN.set(ctx, &(snapshot, one.operator), &frozen);
    }
    Ok(())
}

/// The freeze that a voting with this end is counted on: the first at or after it.
pub(crate) fn of_voting(ctx: &Ctx<'_>, end: TimeKey) -> Result<(TimeKey, Stake)> {
    let mut from = Vec::new();
    end.encode(&mut from);
    let found = state::FREEZES.scan(ctx, &[], Some(&from), false).next().transpose()?;
    let why = "a voting that ended has a freeze";
    let (time, freeze) = found.ok_or_else(|| Error::broken(why))?;
    let mut validators = BTreeMap::new();
    for entry in state::FROZEN.iter_prefix(ctx, &freeze.snapshot) {
        let ((_, operator), frozen) = entry?;
        validators.insert(operator.clone(), read(operator, &frozen)?);
    }
    let bonded = parse_amount(&freeze.bonded)?;
    Ok((time, Stake { snapshot: freeze.snapshot, bonded, validators }))
}

/// Lets a freeze go when no voting that ended by then is left.
pub(crate) fn close_if_done(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    (time, stake): (TimeKey, &Stake),
) -> Result<()> {
    let head = state::VOTING_QUEUE.first_while(ctx, 1, |(end, _)| *end <= time)?;
    if !head.is_empty() {
        return Ok(());
    }
    state::FREEZES.remove(ctx, &time);
    for operator in stake.validators.keys() {
        state::FROZEN.remove(ctx, &(stake.snapshot, operator.clone()));
    }
    ports.close_snapshot(ctx, stake.snapshot);
    Ok(())
}

fn read(operator: Address, frozen: &Frozen) -> Result<Bonded> {
    let shares = Dec::parse_scaled(&frozen.shares)?;
    Ok(Bonded { operator, tokens: parse_amount(&frozen.tokens)?, shares })
}

//! The tally: frozen stake, counted in slices, decided by the SDK's rule.

mod freeze;
mod rule;

use std::collections::BTreeMap;

use whence_base::state::{Key, prefix_end};
use whence_base::{Address, Ctx, Dec, Result};
use whence_proto::cosmos::gov::v1 as pb;

use crate::params::Params;
use crate::ports::{Bonded, Ports};
use crate::state::{self, Count};
use crate::types::parse_options;

pub(crate) use freeze::{close_if_done, freeze_if_due, of_voting, open};
pub(crate) use rule::{Outcome, Totals};

/// The frozen stake that a count reads.
pub(crate) struct Stake {
    pub(crate) snapshot: u64,
    pub(crate) bonded: u128,
    pub(crate) validators: BTreeMap<Address, Bonded>,
}

/// Counts on where the last slice of this proposal stopped, at most `budget` votes and delegations
/// (which it lessens), and gives the outcome once all is counted.
pub(crate) fn slice(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    (id, stake): (u64, &Stake),
    budget: &mut usize,
) -> Result<Option<Outcome>> {
    let mut count = state::COUNT.get_or_default(ctx)?;
    if count.proposal != id {
        count = Count { proposal: id, ..Count::default() };
    }
    let mut totals = Totals::parse(&count)?;
    while *budget > 0 {
        let Some((voter, vote)) = next_vote(ctx, &count)? else {
            let totals = add_validators(ctx, (id, stake), totals)?;
            forget(ctx, id)?;
            return rule::decide(&Params::load(ctx)?, stake.bonded, &totals).map(Some);
        };
        let options = parse_options(&vote.options)?;
        let after = some_address(&count.operator)?;
        let voting = (stake.snapshot, &voter);
        let found = ports.delegations_at(ctx, voting, after.as_ref(), *budget)?;
        let is_last = found.len() < *budget;
        for (operator, shares) in &found {
            let Some(validator) = stake.validators.get(operator) else { continue };
            if *shares > Dec::zero() {
                totals.add(shares.share_of(validator.shares, validator.tokens)?, &options)?;
                override_with(ctx, (id, operator), *shares)?;
            }
        }
        *budget = budget.saturating_sub(found.len().max(1));
        if is_last {
            count.voter = voter.as_bytes().to_vec();
            count.operator = Vec::new();
        } else if let Some((operator, _)) = found.last() {
            count.operator = operator.as_bytes().to_vec();
        }
    }
    totals.write(&mut count);
    state::COUNT.set(ctx, &count);
    Ok(None)
}

/// Drops a count that runs, so that the next one starts from the first vote.
pub(crate) fn begin_anew(ctx: &mut Ctx<'_>) -> Result<()> {
    let running = state::COUNT.get_or_default(ctx)?;
    forget(ctx, running.proposal)
}

/// What validators who voted have beyond the delegators who voted themselves.
fn add_validators(ctx: &Ctx<'_>, (id, stake): (u64, &Stake), mut totals: Totals) -> Result<Totals> {
    for (operator, validator) in &stake.validators {
        let Some(vote) = state::VOTES.get(ctx, &(id, operator.clone()))? else { continue };
        let gone = overridden(ctx, (id, operator))?;
        let rest = validator.shares.checked_sub(gone)?;
        if rest > Dec::zero() {
            let power = rest.share_of(validator.shares, validator.tokens)?;
            totals.add(power, &parse_options(&vote.options)?)?;
        }
    }
    Ok(totals)
}

fn next_vote(ctx: &Ctx<'_>, count: &Count) -> Result<Option<(Address, pb::Vote)>> {
    let mut raw = Vec::new();
    count.proposal.encode(&mut raw);
    let mut from = raw.clone();
    if let Some(voter) = some_address(&count.voter)? {
        voter.encode(&mut from);
        let Some(behind) = prefix_end(&from) else { return Ok(None) };
        from = behind;
    }
    let found = state::VOTES.scan(ctx, &raw, Some(&from), false).next().transpose()?;
    Ok(found.map(|((_, voter), vote)| (voter, vote)))
}

fn some_address(bytes: &[u8]) -> Result<Option<Address>> {
    if bytes.is_empty() { Ok(None) } else { Address::new(bytes).map(Some) }
}

fn overridden(ctx: &Ctx<'_>, (id, operator): (u64, &Address)) -> Result<Dec> {
    let text = state::OVERRIDDEN.get(ctx, &(id, operator.clone()))?;
    text.map_or(Ok(Dec::zero()), |text| Dec::parse_scaled(&text))
}

fn override_with(ctx: &mut Ctx<'_>, (id, operator): (u64, &Address), shares: Dec) -> Result<()> {
    let sum = overridden(ctx, (id, operator))?.checked_add(shares)?;
    state::OVERRIDDEN.set(ctx, &(id, operator.clone()), &sum.to_scaled());
    Ok(())
}

/// Drops the working state of a count that is done: one record per validator of the set.
fn forget(ctx: &mut Ctx<'_>, id: u64) -> Result<()> {
    state::COUNT.set(ctx, &Count::default());
    let keys = state::OVERRIDDEN.iter_prefix(ctx, &id).map(|e| Ok(e?.0));
    for key in keys.collect::<Result<Vec<_>>>()? {
        state::OVERRIDDEN.remove(ctx, &key);
    }
    Ok(())
}

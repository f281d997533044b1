//! Delegations as they were: opened when a voting ends, read while its votes are counted, then
//! closed.
//!
//! Copy on write: the first change of a delegation after a snapshot keeps the old shares under that
//! snapshot. A read at snapshot `s` takes the oldest kept value of `s` or later, else the present
//! one. So a change costs one write more at most, however many snapshots are open.

use whence_base::{Address, Ctx, Dec, Result, StateRead, StateWrite};

use crate::keeper::delegation::Pair;
use crate::keeper::delegation_shares;
use crate::state;

/// Opens a snapshot of all delegations as they are now.
pub fn open(ctx: &mut Ctx<'_>) -> Result<u64> {
    let id = state::SNAPSHOT_ID.next(ctx)?;
    state::OPEN_SNAPSHOTS.insert(ctx, &id);
    Ok(id)
}

/// Closes a snapshot; what it kept goes away once no older one is open, slice by slice in
/// [`sweep`].
pub fn close(ctx: &mut (impl StateWrite + ?Sized), id: u64) {
    state::OPEN_SNAPSHOTS.remove(ctx, &id);
}

/// A voter's delegations at a snapshot after an operator's address (none: from the first), in
/// order, at most `limit`; fewer than `limit` means that there are no more. One that did not exist
/// then has zero shares, so that the caller's bound counts everything that was looked at.
pub fn delegations(
    state: &(impl StateRead + ?Sized),
    (id, voter): (u64, &Address),
    after: Option<&Address>,
    limit: usize,
) -> Result<Vec<(Address, Dec)>> {
    let mut found: Vec<(Address, Dec)> = Vec::new();
    while found.len() < limit {
        let cursor = found.last().map(|(operator, _)| operator).or(after);
        let Some(operator) = next_operator(state, voter, cursor)? else { break };
        let shares = shares_at(state, id, &(voter.clone(), operator.clone()))?;
        found.push((operator, shares));
    }
    Ok(found)
}

/// Keeps what a delegation is, before it changes, for the newest open snapshot.
pub(crate) fn keep(ctx: &mut Ctx<'_>, pair: &Pair) -> Result<()> {
    let newest = state::SNAPSHOT_ID.last(ctx)?;
    let any = state::OPEN_SNAPSHOTS.first_while(ctx, 1, |_| true)?;
    let key = (pair.0.clone(), pair.1.clone(), newest);
    if any.is_empty() || state::HISTORY.has(ctx, &key) {
        return Ok(());
    }
    let shares = delegation_shares(ctx, &pair.0, &pair.1)?;
    let text = if shares == Dec::zero() { String::new() } else { shares.to_scaled() };
    state::HISTORY.set(ctx, &key, &text);
    state::HISTORY_BY_SNAPSHOT.insert(ctx, &(newest, pair.0.clone(), pair.1.clone()));
    Ok(())
}

/// Forgets kept values that no open snapshot can read, at most `limit` of them.
pub(crate) fn sweep(ctx: &mut Ctx<'_>, limit: usize) -> Result<()> {
    let oldest = state::OPEN_SNAPSHOTS.first_while(ctx, 1, |_| true)?;
    let oldest = oldest.first().copied().unwrap_or(u64::MAX);
    for key in state::HISTORY_BY_SNAPSHOT.first_while(ctx, limit, |k| k.0 < oldest)? {
        state::HISTORY_BY_SNAPSHOT.remove(ctx, &key);
        let (id, delegator, operator) = key;
        state::HISTORY.remove(ctx, &(delegator, operator, id));
    }
    Ok(())
}

fn shares_at(state: &(impl StateRead + ?Sized), id: u64, pair: &Pair) -> Result<Dec> {
    use whence_base::state::Key;
    let mut raw = Vec::new();
    pair.encode(&mut raw);
    let mut from = raw.clone();
    id.encode(&mut from);
    match state::HISTORY.scan(state, &raw, Some(&from), false).next().transpose()? {
        Some((_, text)) if text.is_empty() => Ok(Dec::zero()),
        Some((_, text)) => Dec::parse_scaled(&text),
        None => delegation_shares(state, &pair.0, &pair.1),
    }
}

/// The next operator that the voter delegates to now or did when something was kept.
fn next_operator(
    state: &(impl StateRead + ?Sized),
    voter: &Address,
    after: Option<&Address>,
) -> Result<Option<Address>> {
    use whence_base::state::{Key, prefix_end};
    let mut raw = Vec::new();
    voter.encode(&mut raw);
    let mut from = raw.clone();
    if let Some(after) = after {
        after.encode(&mut from);
        // Behind all keys of that operator, in both collections.
        let Some(next) = prefix_end(&from) else { return Ok(None) };
        from = next;
    }
    let now = state::DELEGATIONS.scan(state, &raw, Some(&from), false).next().transpose()?;
    let then = state::HISTORY.scan(state, &raw, Some(&from), false).next().transpose()?;
    let now = now.map(|((_, operator), _)| operator);
    let then = then.map(|((_, operator, _), _)| operator);
    Ok(match (now, then) {
        (Some(a), Some(b)) => Some(if key_order(&a) <= key_order(&b) { a } else { b }),
        (one, None) | (None, one) => one,
    })
}

/// Order of addresses as keys: by length, then by bytes.
fn key_order(address: &Address) -> (usize, &Address) {
    (address.as_bytes().len(), address)
}

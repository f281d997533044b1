//! What must always hold, checked after every block of every test.

use std::collections::BTreeMap;

use whence_base::module::Obligation;
use whence_base::{Error, QueryCtx, Result};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::datanet::v1::ContributionStatus;

use crate::error::NAME;
use crate::keeper::rows;
use crate::state;
use crate::types::{amount_of, native_coins};

/// What the module account holds for others: deposits and bonds, each in its record.
pub(crate) fn obligations(ctx: &QueryCtx<'_>) -> Result<Vec<Obligation>> {
    let mut sum = 0_u128;
    let mut add = |coin: &Option<PbCoin>| -> Result<()> {
        let next = sum.checked_add(amount_of(coin)?);
        sum = next.ok_or_else(|| Error::overflow("obligations"))?;
        Ok(())
    };
    state::COMMITS.iter(ctx).try_for_each(|e| add(&e?.1.deposit))?;
    state::CONTRIBUTIONS.iter(ctx).try_for_each(|e| add(&e?.1.bond))?;
    state::REVIEWS.iter(ctx).try_for_each(|e| add(&e?.1.bond))?;
    state::DUPLICATES.iter(ctx).try_for_each(|e| add(&e?.1.bond))?;
    state::DISPUTES.iter(ctx).try_for_each(|e| add(&e?.1.bond))?;
    let coins = if sum == 0 { whence_base::Coins::new() } else { native_coins(sum) };
    Ok(vec![Obligation { account: NAME, coins }])
}

/// Sentences about what is broken.
pub(crate) fn broken(ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let (mut accepted, mut dead) = (BTreeMap::new(), BTreeMap::new());
    for entry in state::DEAD_ROWS.iter(ctx) {
        let ((id, _), _) = entry?;
        let count: &mut u64 = dead.entry(id).or_default();
        *count = count.saturating_add(1);
    }
    for entry in state::CONTRIBUTIONS.iter(ctx) {
        let (id, c) = entry?;
        let named = dead.get(&id).copied().unwrap_or(0);
        let whole = c.status() == ContributionStatus::Withdrawn;
        if named > rows::dead(&c) || (!whole && named != rows::dead(&c)) {
            broken
                .push(format!("contribution {id}: {named} dead rows, {} counted", rows::dead(&c)));
        }
        if c.status() == ContributionStatus::Accepted {
            let sum: &mut u64 = accepted.entry(c.datanet_id).or_default();
            *sum = sum.saturating_add(rows::alive(&c));
        }
    }
    for entry in state::DATANETS.iter(ctx) {
        let (id, d) = entry?;
        let rows = accepted.get(&id).copied().unwrap_or(0);
        let mut given = 0_u64;
        for giver in state::GIVERS.iter_prefix(ctx, &id) {
            given = given.saturating_add(giver?.1);
        }
        if (d.accepted_rows, given) != (rows, rows) {
            let counted = d.accepted_rows;
            broken.push(format!("datanet {id}: {rows} rows, {counted} counted, {given} given"));
        }
    }
    Ok(broken)
}

//! What must always hold.

use whence_base::module::Obligation;
use whence_base::{Coin, Coins, QueryCtx, Result};
use whence_proto::whence::proposal::v1::Stage;

use crate::error::NAME;
use crate::{keeper, state};

/// The stakes of all proposals that wait for their vote.
pub(crate) fn obligations(ctx: &QueryCtx<'_>) -> Result<Vec<Obligation>> {
    let mut coins = Coins::new();
    for entry in state::PROPOSALS.iter(ctx) {
        let (_, p) = entry?;
        coins.add(&Coin::parse(&p.stake.unwrap_or_default())?)?;
    }
    Ok(vec![Obligation { account: NAME, coins }])
}

/// Sentences about what is broken.
pub(crate) fn broken(ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let (mut count, mut limited) = (0u64, 0u64);
    for entry in state::PROPOSALS.iter(ctx) {
        let (id, p) = entry?;
        count = count.saturating_add(1);
        if !state::BY_STAGE.has(ctx, &(keeper::stage_key(p.stage), id)) {
            found.push(format!("proposal: model {id} is not in the index of its stage"));
        }
        let last = p.stage_deadline_height;
        limited = limited.saturating_add(u64::from(last != 0));
        if last != 0 && !state::DEADLINES.has(ctx, &(last, id)) {
            found.push(format!("proposal: model {id} is not in the index of deadlines"));
        }
        let held = p.stake.as_ref().is_some_and(|stake| stake.amount != "0");
        if held != (p.stage == i32::from(Stage::Voting)) {
            found.push(format!("proposal: stake of model {id} does not fit its stage"));
        }
    }
    let size = |entries: usize| u64::try_from(entries).unwrap_or(u64::MAX);
    let indexed = size(state::BY_STAGE.map().iter(ctx).count());
    if indexed != count {
        found.push(format!("proposal: {indexed} entries by stage for {count} models"));
    }
    let indexed = size(state::DEADLINES.map().iter(ctx).count());
    if indexed != limited {
        found.push(format!("proposal: {indexed} deadlines for {limited} models that have one"));
    }
    Ok(found)
}

//! What must always hold, checked after every block of every test.

use whence_base::module::Obligation;
use whence_base::{Coins, QueryCtx, Result};
use whence_proto::whence::reward::v1 as pb;

use crate::error::{COMMUNITY_POOL, DUST, NAME};
use crate::{keeper, state};

/// What the three accounts hold.
pub(crate) fn obligations(ctx: &QueryCtx<'_>) -> Result<Vec<Obligation>> {
    let totals = state::TOTALS.get_or_default(ctx)?;
    Ok(vec![
        Obligation { account: NAME, coins: keeper::owed(ctx)? },
        Obligation { account: COMMUNITY_POOL, coins: keeper::in_community_pool(&totals)? },
        Obligation { account: DUST, coins: Coins::parse(&totals.to_dust)? },
    ])
}

/// Sentences about what is broken.
pub(crate) fn broken(ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
    let totals = state::TOTALS.get_or_default(ctx)?;
    Ok(unbalanced(&totals, &keeper::owed(ctx)?)?.into_iter().collect())
}

/// Fees in must equal claimed + owed + stakers + community pool + dust.
pub(crate) fn unbalanced(totals: &pb::Totals, owed: &Coins) -> Result<Option<String>> {
    let fees = Coins::parse(&totals.fees)?;
    let mut out = owed.clone();
    for part in [&totals.claimed, &totals.to_stakers, &totals.to_community_pool, &totals.to_dust] {
        out.add_all(&Coins::parse(part)?)?;
    }
    Ok((fees != out).then(|| format!("fees in are {fees}, shared out are {out}")))
}

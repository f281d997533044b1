//! What must always hold, checked after every block of every test.

use whence_base::module::Obligation;
use whence_base::{QueryCtx, Result};

use crate::error::NAME;
use crate::keeper;
use crate::state;
use crate::types::{add, amount_of, native_coins};

/// What the module account holds for others: bonds, escrows and fees whose window is open.
pub(crate) fn obligations(ctx: &QueryCtx<'_>) -> Result<Vec<Obligation>> {
    let mut sum = 0;
    for entry in state::PROVIDERS.iter(ctx) {
        let (_, provider) = entry?;
        sum = add(sum, amount_of(&provider.bond)?)?;
        sum = add(sum, amount_of(&provider.unsettled)?)?;
    }
    for entry in state::ESCROWS.iter(ctx) {
        sum = add(sum, amount_of(&entry?.1.balance)?)?;
    }
    Ok(vec![Obligation { account: NAME, coins: native_coins(sum) }])
}

/// Sentences about what is broken.
pub(crate) fn broken(ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let mut recorded = 0;
    for entry in state::PROVIDERS.iter(ctx) {
        recorded = add(recorded, amount_of(&entry?.1.unsettled)?)?;
    }
    let waiting = keeper::unsettled_fees(ctx)?;
    if recorded != waiting {
        broken.push(format!("providers have {recorded} unsettled, their queries {waiting}"));
    }
    for entry in state::ESCROWS.iter(ctx) {
        let (id, escrow) = entry?;
        let (reported, authorised) = (amount_of(&escrow.reported)?, amount_of(&escrow.authorised)?);
        if reported > authorised {
            broken.push(format!("escrow {id}: {reported} reported, {authorised} signed"));
        }
    }
    Ok(broken)
}

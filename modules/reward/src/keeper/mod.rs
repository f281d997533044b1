//! The rules: check and change.

mod claim;
mod settle;
mod split;

pub(crate) use claim::in_community_pool;
pub use claim::{claim, payout_of, rotate_payout, spend_community_pool};
pub(crate) use settle::kind;
pub use settle::settle;
pub use split::{LivingRow, Payment, Shared, share_out};

use whence_base::{Address, Coins, Result, StateRead, StateWrite};
use whence_proto::whence::reward::v1 as pb;

use crate::{params, state};

/// The parameters.
pub fn params(state: &(impl StateRead + ?Sized)) -> Result<pb::Params> {
    Ok(state::PARAMS.get(state)?.unwrap_or_else(params::default))
}

/// Sets the parameters after checking their bounds.
pub fn set_params(state: &mut (impl StateWrite + ?Sized), p: &pb::Params) -> Result<()> {
    params::validate(p)?;
    state::PARAMS.set(state, p);
    Ok(())
}

/// Checks a split that a proposal wants: a whole, each share within the bounds.
pub fn check_split(state: &(impl StateRead + ?Sized), split: &pb::Split) -> Result<()> {
    params::within(&params(state)?, split)
}

/// What one account earned, by reason.
pub fn accruals(state: &(impl StateRead + ?Sized), address: &Address) -> Result<Vec<pb::Accrual>> {
    state::ACCRUALS.iter_prefix(state, address).map(|e| e.map(|(_, accrual)| accrual)).collect()
}

/// The sum of what waits to be claimed, by everybody.
pub fn owed(state: &(impl StateRead + ?Sized)) -> Result<Coins> {
    let mut sum = Coins::new();
    for entry in state::ACCRUALS.iter(state) {
        sum.add_all(&Coins::parse(&entry?.1.unclaimed)?)?;
    }
    Ok(sum)
}

//! Rules of auth: accounts, the fee collector, parameters.

mod account;
mod fees;

pub use account::{
    account, address_of_number, advance, check_sequence, ensure_account, locked, require_account,
};
pub(crate) use account::{create_module_accounts, put_new};
pub use fees::{add_to_fee_collector, collect_fee, collected, genesis_balance};

use whence_base::{Result, StateRead, StateWrite};
use whence_proto::cosmos::auth::v1beta1::Params;

use crate::{params, state};

/// The module account that fees are collected in.
pub const FEE_COLLECTOR: &str = "fee_collector";

/// The parameters.
pub fn params(state: &(impl StateRead + ?Sized)) -> Result<Params> {
    Ok(state::PARAMS.get(state)?.unwrap_or_else(params::default))
}

pub(crate) fn set_params(state: &mut (impl StateWrite + ?Sized), new: &Params) -> Result<()> {
    params::validate(new)?;
    state::PARAMS.set(state, new);
    Ok(())
}

//! The rules: check and change.

mod escrow;
mod provider;
mod report;
mod settle;
pub mod window;

pub use escrow::{
    Funding, Target, complete_withdrawal, escrow, fund_escrow, request_withdrawal,
    rotate_session_key,
};
pub(crate) use provider::return_bonds;
pub use provider::{
    Change, Registration, bonded_operator, provider, register_provider, unbond_provider,
    update_provider,
};
pub(crate) use report::index_detail;
pub use report::{Reported, report_queries, reported};
pub(crate) use settle::{prune_details, settle_due, unsettled_fees};

use whence_base::{Result, StateRead, StateWrite};
use whence_proto::whence::attribution::v1 as pb;

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

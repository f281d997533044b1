//! Rules of gov: what may change, and what other trades may ask.

pub(crate) mod deposit;
pub(crate) mod finish;
pub(crate) mod proposal;
pub(crate) mod settle;

use whence_base::{Result, StateRead};
use whence_proto::cosmos::gov::v1 as pb;

use crate::params::Params;
use crate::state;

/// The parameters in force.
pub fn params(state: &(impl StateRead + ?Sized)) -> Result<Params> {
    Params::load(state)
}

/// A proposal by its id.
pub fn proposal(state: &(impl StateRead + ?Sized), id: u64) -> Result<Option<pb::Proposal>> {
    state::PROPOSALS.get(state, &id)
}

/// The proposal whose messages are being executed: what a message of gov can say decided on it.
pub fn executing(state: &(impl StateRead + ?Sized)) -> Result<Option<u64>> {
    state::EXECUTING.get(state)
}

//! Who may drive consensus: the one connection that made the first consensus call.
//!
//! CometBFT opens four connections and makes all consensus calls on one of them. A consensus call
//! from a second connection means that a foreign client is at the socket: the node must stop before
//! it writes.

use std::sync::{Mutex, PoisonError};

use tendermint_proto::v0_38::abci::request::Value;

/// Number of a connection.
pub type ConnectionId = u64;

/// Remembers the connection that drives consensus.
#[derive(Default)]
pub struct Guard {
    owner: Mutex<Option<ConnectionId>>,
}

/// A call that the grammar of ABCI does not allow.
#[derive(Debug, thiserror::Error)]
#[error("{call} came from ABCI connection {from}, but connection {owner} drives consensus")]
pub struct Violation {
    call: &'static str,
    from: ConnectionId,
    owner: ConnectionId,
}

impl Guard {
    /// Allows a call, or says why it breaks the grammar.
    pub fn check(&self, from: ConnectionId, call: &Value) -> Result<(), Violation> {
        let Some(call) = consensus_call(call) else { return Ok(()) };
        let mut owner = self.owner.lock().unwrap_or_else(PoisonError::into_inner);
        match *owner {
            Some(owner) if owner != from => Err(Violation { call, from, owner }),
            _ => {
                *owner = Some(from);
                Ok(())
            }
        }
    }

    /// Forgets a connection that closed; true when it was the one that drove consensus.
    pub fn release(&self, connection: ConnectionId) -> bool {
        let mut owner = self.owner.lock().unwrap_or_else(PoisonError::into_inner);
        let held = *owner == Some(connection);
        if held {
            *owner = None;
        }
        held
    }
}

/// Name of a call that only the consensus connection makes.
fn consensus_call(call: &Value) -> Option<&'static str> {
    Some(match call {
        Value::InitChain(_) => "InitChain",
        Value::PrepareProposal(_) => "PrepareProposal",
        Value::ProcessProposal(_) => "ProcessProposal",
        Value::ExtendVote(_) => "ExtendVote",
        Value::VerifyVoteExtension(_) => "VerifyVoteExtension",
        Value::FinalizeBlock(_) => "FinalizeBlock",
        Value::Commit(_) => "Commit",
        _ => return None,
    })
}

//! Who may drive consensus: the CometBFT that we started, on the one connection on which it made
//! its first consensus call.
//!
//! CometBFT opens four connections and makes all consensus calls on one of them. A consensus call
//! from another process or from a second connection means that a foreign client is at the socket:
//! the node must stop before it writes. Where CometBFT is not ours to start, its process is not
//! known, and the first connection that makes a consensus call drives.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use nix::unistd::Pid;
use tendermint_proto::v0_38::abci::request::Value;

/// Number of a connection.
pub type ConnectionId = u64;

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Number of the connection.
    pub connection: ConnectionId,
    /// The process that connected, as the kernel knows it.
    pub process: Pid,
}

/// Remembers who drives consensus.
#[derive(Default)]
pub struct Guard {
    /// Our own CometBFT, set once it is started; none where it is not ours.
    comet: Option<Arc<OnceLock<Pid>>>,
    owner: Mutex<Option<ConnectionId>>,
}

/// A call that the grammar of ABCI does not allow.
#[derive(Debug, thiserror::Error)]
pub enum Violation {
    /// Our CometBFT is another process.
    #[error("{call} came from process {from}, but our CometBFT, process {comet}, drives consensus")]
    Process {
        /// Name of the call.
        call: &'static str,
        /// Who made it.
        from: Pid,
        /// Who may make it.
        comet: Pid,
    },
    /// Another connection made the first consensus call.
    #[error("{call} came from ABCI connection {from}, but connection {owner} drives consensus")]
    Connection {
        /// Name of the call.
        call: &'static str,
        /// Where it came from.
        from: ConnectionId,
        /// Where it may come from.
        owner: ConnectionId,
    },
}

impl Guard {
    /// Lets only one process drive consensus: the CometBFT that is being started.
    pub fn supervised(comet: Arc<OnceLock<Pid>>) -> Self {
        Self { comet: Some(comet), owner: Mutex::default() }
    }

    /// Allows a call, or says why it breaks the grammar.
    pub fn check(&self, from: &Peer, call: &Value) -> Result<(), Violation> {
        let Some(call) = consensus_call(call) else { return Ok(()) };
        self.check_process(from.process, call)?;
        let mut owner = self.owner.lock().unwrap_or_else(PoisonError::into_inner);
        match *owner {
            Some(owner) if owner != from.connection => {
                Err(Violation::Connection { call, from: from.connection, owner })
            }
            _ => {
                *owner = Some(from.connection);
                Ok(())
            }
        }
    }

    /// A call that comes while CometBFT is being started waits until its process is known.
    fn check_process(&self, from: Pid, call: &'static str) -> Result<(), Violation> {
        let Some(comet) = &self.comet else { return Ok(()) };
        let comet = *comet.wait();
        if from == comet { Ok(()) } else { Err(Violation::Process { call, from, comet }) }
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

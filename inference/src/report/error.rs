//! What can go wrong between an answer and its payment.

use std::io;

/// Why a report could not be kept, signed or sent.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file of the home folder could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the home folder does not hold what it should.
    #[error("{path}: {what}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong with it.
        what: String,
    },
    /// The node cannot be reached or refused a call.
    #[error("node: {0}")]
    Node(#[from] Box<tonic::Status>),
    /// The node's answer lacks what every node gives.
    #[error("node: the answer to {0} has no {1}")]
    Incomplete(&'static str, &'static str),
    /// The chain refused the transaction.
    #[error("refused with code {code} of {codespace}: {log}")]
    Refused {
        /// Who numbers the code.
        codespace: String,
        /// The code, never 0.
        code: u32,
        /// What the chain said.
        log: String,
    },
    /// The transaction was not in a block before its timeout height.
    #[error("transaction {0} is in no block up to its timeout height")]
    TimedOut(String),
}

impl From<tonic::Status> for ReportError {
    fn from(status: tonic::Status) -> Self {
        Self::Node(Box::new(status))
    }
}

impl ReportError {
    pub(super) fn io(path: &std::path::Path, source: io::Error) -> Self {
        Self::Io { path: path.display().to_string(), source }
    }

    pub(super) fn malformed(path: &std::path::Path, what: impl ToString) -> Self {
        Self::Malformed { path: path.display().to_string(), what: what.to_string() }
    }
}

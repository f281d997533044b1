//! What can be wrong, each with a stable code of the codespace `model`.

/// Codespace and name of the module, and of the account that holds bonds and deposits.
pub const NAME: &str = "model";

/// Why the model trade refuses something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No model has this id.
    #[error("model {0} does not exist")]
    UnknownModel(u64),
    /// No adapter has this id.
    #[error("adapter {0} does not exist")]
    UnknownAdapter(u64),
    /// No feedback has this id.
    #[error("feedback {0} does not exist")]
    UnknownFeedback(u64),
    /// The model is in a stage that takes no such thing.
    #[error("model {id} is in {stage}, expected {expected}")]
    WrongStage {
        /// The model.
        id: u64,
        /// Where it is.
        stage: &'static str,
        /// Where it would have to be.
        expected: &'static str,
    },
    /// A field is malformed.
    #[error("{0}")]
    BadField(String),
    /// The receipt does not agree with the chain.
    #[error("receipt does not agree with the record: {0}")]
    BadReceipt(String),
    /// The licence is forbidden by the data's.
    #[error("licence {given} is not allowed by {data} of the data")]
    BadLicence {
        /// What the adapter would carry.
        given: String,
        /// The licence that forbids it.
        data: String,
    },
    /// The adapter is retired.
    #[error("adapter {0} is retired")]
    Retired(u64),
    /// The signer may not do this.
    #[error("{who} may not {what}")]
    NotAllowed {
        /// Who tried.
        who: String,
        /// What.
        what: String,
    },
    /// The authority is not governance.
    #[error("only governance may do this: {0}")]
    NotAuthority(String),
    /// The feedback is in another status.
    #[error("feedback {id} is {status}, expected {expected}")]
    WrongStatus {
        /// The feedback.
        id: u64,
        /// Where it is.
        status: &'static str,
        /// Where it would have to be.
        expected: &'static str,
    },
    /// It is too early or too late.
    #[error("height {now} is not in {from} to {to}")]
    OutOfWindow {
        /// The block's height.
        now: u64,
        /// First height.
        from: u64,
        /// Last height.
        to: u64,
    },
    /// What is shown is not what was committed to.
    #[error("what is revealed does not match commit {0}")]
    CommitMismatch(String),
    /// The signer did this before.
    #[error("{0} did this before")]
    Repeated(String),
    /// A list is full.
    #[error("{what}: at most {most}")]
    Full {
        /// Which list.
        what: &'static str,
        /// Its limit.
        most: usize,
    },
    /// Parameters are out of bounds.
    #[error("params cannot be used: {0}")]
    BadParams(String),
    /// The genesis is inconsistent.
    #[error("genesis is inconsistent: {0}")]
    BadGenesis(String),
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> u32 {
        match self {
            Self::UnknownModel(_) => 2,
            Self::UnknownAdapter(_) => 3,
            Self::UnknownFeedback(_) => 4,
            Self::WrongStage { .. } => 5,
            Self::BadField(_) => 6,
            Self::BadReceipt(_) => 7,
            Self::BadLicence { .. } => 8,
            Self::Retired(_) => 9,
            Self::NotAllowed { .. } => 10,
            Self::NotAuthority(_) => 11,
            Self::WrongStatus { .. } => 12,
            Self::OutOfWindow { .. } => 13,
            Self::CommitMismatch(_) => 14,
            Self::Repeated(_) => 15,
            Self::Full { .. } => 16,
            Self::BadParams(_) => 17,
            Self::BadGenesis(_) => 18,
        }
    }
}

impl From<Error> for whence_base::Error {
    fn from(e: Error) -> Self {
        Self::new(NAME, e.code(), e.to_string())
    }
}

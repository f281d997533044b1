//! What can be wrong, each with a stable code of the codespace `proposal`.

/// Codespace and name of the module, and of the account that holds stakes.
pub const NAME: &str = "proposal";

/// Why the proposal trade refuses something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No model has this id.
    #[error("model {0} does not exist")]
    UnknownModel(u64),
    /// What is proposed cannot be used.
    #[error("model cannot be proposed: {0}")]
    BadSpec(String),
    /// The stake is not what it must be.
    #[error("stake is {got}, expected {expected}")]
    BadStake {
        /// What was offered.
        got: String,
        /// What is asked for.
        expected: String,
    },
    /// Only the proposer may do this.
    #[error("{got} did not propose model {id}")]
    NotProposer {
        /// The model.
        id: u64,
        /// Who tried.
        got: String,
    },
    /// The authority is not governance.
    #[error("only governance may do this: {0}")]
    NotAuthority(String),
    /// The model is in another stage.
    #[error("model {id} is in {stage}, expected {expected}")]
    WrongStage {
        /// The model.
        id: u64,
        /// Where it is.
        stage: &'static str,
        /// Where it would have to be.
        expected: &'static str,
    },
    /// The evidence of the step is not there.
    #[error("model {id} cannot move on: {missing}")]
    NoEvidence {
        /// The model.
        id: u64,
        /// What is missing.
        missing: String,
    },
    /// The stage's deadline has passed.
    #[error("deadline of model {id} passed at height {deadline}")]
    DeadlinePassed {
        /// The model.
        id: u64,
        /// The last height.
        deadline: u64,
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
            Self::BadSpec(_) => 3,
            Self::BadStake { .. } => 4,
            Self::NotProposer { .. } => 5,
            Self::NotAuthority(_) => 6,
            Self::WrongStage { .. } => 7,
            Self::NoEvidence { .. } => 8,
            Self::DeadlinePassed { .. } => 9,
            Self::BadParams(_) => 10,
            Self::BadGenesis(_) => 11,
        }
    }
}

impl From<Error> for whence_base::Error {
    fn from(e: Error) -> Self {
        Self::new(NAME, e.code(), e.to_string())
    }
}

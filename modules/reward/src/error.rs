//! What can be wrong, each with a stable code of the codespace `reward`.

/// Codespace and name of the module, and of the account that holds what is owed.
pub const NAME: &str = "reward";
/// Account of what belongs to everybody.
pub const COMMUNITY_POOL: &str = "community_pool";
/// Account of what rounding left.
pub const DUST: &str = "dust";

/// Why the reward trade refuses something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing waits for the signer.
    #[error("nothing to claim for {0}")]
    NothingToClaim(String),
    /// A split is malformed or out of its bounds.
    #[error("split cannot be used: {0}")]
    BadSplit(String),
    /// The authority is not governance.
    #[error("only governance may do this: {0}")]
    NotAuthority(String),
    /// The community pool does not hold that much.
    #[error("community pool holds {0}")]
    PoolTooSmall(String),
    /// The genesis is inconsistent.
    #[error("genesis is inconsistent: {0}")]
    BadGenesis(String),
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> u32 {
        match self {
            Self::NothingToClaim(_) => 2,
            Self::BadSplit(_) => 3,
            Self::NotAuthority(_) => 4,
            Self::PoolTooSmall(_) => 5,
            Self::BadGenesis(_) => 6,
        }
    }
}

impl From<Error> for whence_base::Error {
    fn from(e: Error) -> Self {
        Self::new(NAME, e.code(), e.to_string())
    }
}

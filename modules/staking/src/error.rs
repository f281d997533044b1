//! What staking refuses, with the SDK's numbers (`x/staking/types/errors.go`).

use whence_base::Error;

/// A refusal of staking.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StakingError {
    /// No validator under this operator's address.
    #[error("validator does not exist: {0}")]
    NoValidator(String),
    /// The operator has a validator already.
    #[error(
        "validator already exist for this operator address; must use new validator operator address"
    )]
    OwnerExists,
    /// Another validator uses the key.
    #[error("validator already exist for this pubkey; must use new validator pubkey")]
    PubkeyExists,
    /// Not an ed25519 key.
    #[error("validator pubkey type is not supported: got {0:?}, expected ed25519")]
    PubkeyType(String),
    /// Above one.
    #[error("commission cannot be more than 100%")]
    CommissionHuge,
    /// Rate above its own maximum.
    #[error("commission cannot be more than the max rate")]
    CommissionAboveMax,
    /// Two changes within a day.
    #[error("commission cannot be changed more than once in 24h")]
    CommissionTooSoon,
    /// Largest change above the largest rate.
    #[error("commission change rate cannot be more than the max rate")]
    ChangeAboveMax,
    /// Too large a step.
    #[error("commission cannot be changed more than max change rate")]
    CommissionStep,
    /// Own stake too small.
    #[error("validator's self delegation must be greater than their minimum self delegation")]
    SelfDelegationLow,
    /// The minimum may only grow.
    #[error("minimum self delegation cannot be decrease")]
    MinimumDecreased,
    /// The delegator has no delegation to the validator.
    #[error("no delegation for (address, validator) tuple")]
    NoDelegation,
    /// More asked back than there is.
    #[error("not enough delegation shares: asked for {asked}, the delegation has {have}")]
    NotEnoughShares {
        /// Shares asked back.
        asked: String,
        /// Shares there are.
        have: String,
    },
    /// The pair has as many entries as allowed.
    #[error("too many unbonding delegation entries for (delegator, validator) tuple")]
    TooManyEntries,
    /// The validator lost all tokens while shares remain.
    #[error("cannot delegate to validators with invalid (zero) ex-rate")]
    ZeroRate,
    /// No key given.
    #[error("empty validator public key")]
    EmptyPubkey,
    /// Rate below the chain's least.
    #[error("commission cannot be less than min rate: got {got}, expected at least {min}")]
    CommissionBelowMin {
        /// Rate given.
        got: String,
        /// Least rate.
        min: String,
    },
    /// The set would be empty (ours; the SDK would halt).
    #[error("the last validator with voting power must stay, delegate to another one first")]
    LastValidator,
    /// All stake together would not fit CometBFT's limit (ours).
    #[error("total stake would exceed the largest voting power, {0} units")]
    TotalPower(u64),
}

impl StakingError {
    fn code(&self) -> u32 {
        match self {
            Self::NoValidator(_) => 3,
            Self::OwnerExists => 4,
            Self::PubkeyExists => 5,
            Self::PubkeyType(_) => 6,
            Self::CommissionHuge => 10,
            Self::CommissionAboveMax => 11,
            Self::CommissionTooSoon => 12,
            Self::ChangeAboveMax => 14,
            Self::CommissionStep => 15,
            Self::SelfDelegationLow => 16,
            Self::MinimumDecreased => 17,
            Self::NoDelegation => 19,
            Self::NotEnoughShares { .. } => 24,
            Self::TooManyEntries => 27,
            Self::ZeroRate => 34,
            Self::EmptyPubkey => 39,
            Self::CommissionBelowMin { .. } => 40,
            Self::LastValidator => 100,
            Self::TotalPower(_) => 101,
        }
    }
}

impl From<StakingError> for Error {
    fn from(e: StakingError) -> Self {
        Error::new(crate::NAME, e.code(), e.to_string())
    }
}

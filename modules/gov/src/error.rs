//! What gov refuses, with the SDK's numbers (`x/gov/types/errors.go`).

use whence_base::Error;

/// A refusal of gov.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GovError {
    /// No proposal under this id.
    #[error("unknown proposal: proposal {0} doesn't exist")]
    UnknownProposal(u64),
    /// Not in its voting period, or no longer in the one asked for.
    #[error("{0}: inactive proposal")]
    Inactive(u64),
    /// A malformed vote.
    #[error("{0}: invalid vote option")]
    InvalidVote(String),
    /// A malformed genesis.
    #[error("{0}: initial proposal ID hasn't been set or genesis is invalid")]
    InvalidGenesis(String),
    /// No trade handles the message.
    #[error("{0}: proposal message not recognized by router")]
    Unroutable(String),
    /// Neither messages nor metadata.
    #[error("either metadata or Msgs length must be non-nil: no messages proposed")]
    NoMessages,
    /// A message that its trade refuses.
    #[error("{0}: invalid proposal message")]
    InvalidMessage(String),
    /// A message that gov alone would not sign.
    #[error("{0}: expected gov account as only signer for proposal message")]
    InvalidSigner(String),
    /// Metadata above 255 bytes.
    #[error("got metadata with length {0}: metadata too long")]
    MetadataTooLong(usize),
    /// Less than the least deposit.
    #[error("{0}: minimum deposit is too small")]
    DepositTooSmall(String),
    /// Not the proposer.
    #[error("{0}: invalid proposer")]
    InvalidProposer(String),
    /// Too late to cancel.
    #[error("{0}: voting period already ended")]
    VotingEnded(u64),
    /// Neither in deposit nor in voting period.
    #[error("proposal should be in the deposit or voting period: invalid proposal")]
    NotOpen,
    /// Summary above 10,200 bytes.
    #[error("got summary with length {0}: summary too long")]
    SummaryTooLong(usize),
    /// A denomination that no deposit may have.
    #[error("deposited {0}: invalid deposit denom")]
    DepositDenom(String),
    /// Title above 255 bytes.
    #[error("got title with length {0}: title too long")]
    TitleTooLong(usize),
    /// Expedited proposals do not exist here.
    #[error("expedited proposals are not supported, submit with expedited: false")]
    Expedited,
    /// The account of gov holds others' deposits (ours).
    #[error("the gov account cannot propose or deposit, it holds the deposits of others")]
    OwnDeposit,
    /// More messages than a block can execute (ours).
    #[error("a proposal has {0} messages, expected at most {1}")]
    TooManyMessages(usize, usize),
    /// A message spent coins of depositors (ours).
    #[error("the messages spend {0} that the gov account holds for depositors")]
    SpendsDeposits(String),
}

impl GovError {
    fn code(&self) -> u32 {
        match self {
            Self::UnknownProposal(_) => 2,
            Self::Inactive(_) => 3,
            Self::InvalidVote(_) => 7,
            Self::InvalidGenesis(_) => 8,
            Self::Unroutable(_) => 10,
            Self::NoMessages => 11,
            Self::InvalidMessage(_) => 12,
            Self::InvalidSigner(_) => 13,
            Self::MetadataTooLong(_) => 15,
            Self::DepositTooSmall(_) => 16,
            Self::InvalidProposer(_) => 18,
            Self::VotingEnded(_) => 20,
            Self::NotOpen => 21,
            Self::SummaryTooLong(_) => 22,
            Self::DepositDenom(_) => 23,
            Self::TitleTooLong(_) => 24,
            Self::Expedited => 100,
            Self::OwnDeposit => 101,
            Self::TooManyMessages(..) => 102,
            Self::SpendsDeposits(_) => 103,
        }
    }
}

impl From<GovError> for Error {
    fn from(e: GovError) -> Self {
        Error::new(crate::NAME, e.code(), e.to_string())
    }
}

//! What can be wrong, each with a stable code of the codespace `datanet`.

/// Codespace and name of the module.
pub const NAME: &str = "datanet";

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $code:literal : $text:literal;)*) => {
        /// Why the datanet trade refuses something.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum Error {
            $($(#[$doc])* #[error("{}: {}", $text, .0)] $name(String),)*
        }

        impl Error {
            /// The stable code.
            pub fn code(&self) -> u32 {
                match self {
                    $(Self::$name(_) => $code,)*
                }
            }
        }
    };
}

errors! {
    /// No datanet has this id.
    UnknownDatanet = 2: "unknown datanet";
    /// The signer is not the owner.
    NotTheOwner = 3: "only the datanet's owner may do this";
    /// No transfer to the signer waits.
    NoTransfer = 4: "no transfer of ownership to the signer waits";
    /// A field is malformed.
    BadField = 5: "field cannot be used";
    /// The licence is not accepted.
    BadLicence = 6: "licence is not accepted";
    /// The list of curators is malformed.
    BadCurators = 7: "curators cannot be used";
    /// The bond is below the least.
    BondTooSmall = 8: "bond is too small";
    /// The datanet is permissioned and the signer holds no role.
    NotAContributor = 9: "author is not a contributor of the permissioned datanet";
    /// No commit has this id.
    UnknownCommit = 10: "unknown commit";
    /// The signer did not make the commit.
    NotTheAuthor = 11: "only the author may do this";
    /// The commit was revealed before.
    AlreadyRevealed = 12: "already revealed";
    /// The deadline has passed.
    DeadlinePassed = 13: "deadline has passed";
    /// What is shown is not what was committed to.
    CommitMismatch = 14: "what is shown is not what was committed to";
    /// The batch has no rows.
    EmptyBatch = 15: "batch has no rows";
    /// More rows than allowed.
    TooManyRows = 16: "too many rows";
    /// No contribution has this id.
    UnknownContribution = 17: "unknown contribution";
    /// The signer is not a curator.
    NotACurator = 18: "only a curator of the datanet may do this";
    /// The curator is the contribution's author.
    OwnContribution = 19: "curators do not judge their own contributions";
    /// The curator has committed a review or cast a vote already.
    AlreadyJudged = 20: "the curator has judged already";
    /// The contribution is not under review.
    NotUnderReview = 21: "contribution is not under review";
    /// No review was committed.
    UnknownReview = 22: "no review was committed";
    /// Reviews are still being committed.
    TooEarly = 23: "too early";
    /// A row proof does not verify.
    BadProof = 24: "row proof does not verify";
    /// The order of the two rows is wrong.
    WrongOrder = 25: "the original must have been committed before the duplicate";
    /// The row earns nothing already.
    RowDead = 26: "row was revoked or withdrawn already";
    /// No such row.
    UnknownRow = 27: "unknown row";
    /// Nothing to publish.
    NothingToPublish = 28: "no accepted rows to publish";
    /// More contributions than one version may hold.
    VersionFull = 29: "too many contributions for one version";
    /// The contribution is not accepted.
    NotAccepted = 30: "contribution is not accepted";
    /// The evidence was used before.
    EvidenceUsed = 31: "evidence was used before";
    /// No dispute has this id.
    UnknownDispute = 32: "unknown dispute";
    /// The dispute is decided.
    DisputeClosed = 33: "dispute is decided";
    /// A parameter is out of its bounds.
    BadParams = 34: "parameter is out of bounds";
    /// The authority is not governance.
    NotAuthority = 35: "only governance may do this";
    /// The genesis is inconsistent.
    BadGenesis = 36: "genesis is inconsistent";
}

impl From<Error> for whence_base::Error {
    fn from(e: Error) -> Self {
        Self::new(NAME, e.code(), e.to_string())
    }
}

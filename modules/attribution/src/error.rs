//! What can be wrong, each with a stable code of the codespace `attribution`.

/// Codespace and name of the module.
pub const NAME: &str = "attribution";

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $code:literal : $text:literal;)*) => {
        /// Why the attribution trade refuses something.
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
    /// No provider has this id.
    UnknownProvider = 2: "unknown provider";
    /// The signer is not the provider's operator.
    NotTheOperator = 3: "only the provider's operator may do this";
    /// The bond is below the least.
    BondTooSmall = 4: "bond is too small";
    /// The endpoint cannot be used.
    BadEndpoint = 5: "endpoint must be an http(s) URL of at most 256 characters";
    /// The price is malformed.
    BadPrice = 6: "price cannot be used";
    /// The provider has given notice or is gone.
    ProviderNotBonded = 7: "provider is not bonded";
    /// No escrow has this id.
    UnknownEscrow = 8: "unknown escrow";
    /// The signer is not the escrow's caller.
    NotTheCaller = 9: "only the escrow's caller may do this";
    /// The session key is no compressed secp256k1 key.
    BadSessionKey = 10: "session key must be a compressed secp256k1 public key of 33 bytes";
    /// The key before the last one is still good.
    RotationPending = 11: "the previous session key is still valid";
    /// No withdrawal was requested.
    NoWithdrawal = 12: "no withdrawal was requested";
    /// The withdrawal's delay has not passed.
    WithdrawalTooEarly = 13: "withdrawal is too early";
    /// More than the escrow holds.
    WithdrawalTooLarge = 14: "withdrawal is larger than the balance";
    /// The signer is not the provider's report key.
    NotTheReporter = 15: "only the provider's report key may report";
    /// The report holds no query.
    EmptyReport = 16: "report is empty";
    /// The report holds too many queries.
    TooManyQueries = 17: "report holds too many queries";
    /// The voucher is for another chain.
    WrongChain = 18: "voucher is for another chain";
    /// The escrow pays another provider.
    WrongProvider = 19: "escrow is for another provider";
    /// The voucher was not signed by the session key.
    BadSignature = 20: "voucher's signature does not verify";
    /// The query was reported before.
    AlreadyReported = 21: "query was reported already";
    /// The query's sequence is below the window.
    SequenceTooOld = 22: "sequence is below the window and counts as reported";
    /// The fee is below the least.
    FeeTooSmall = 23: "fee is too small";
    /// The fee is above what the voucher allows for this request.
    FeeAboveVoucher = 24: "fee is above the voucher's max_fee";
    /// The fees are above the cumulative amount that was signed.
    AboveCumulative = 25: "fees are above the cumulative amount that was signed";
    /// The escrow does not hold the fee.
    EscrowTooSmall = 26: "escrow does not hold the fee";
    /// The provider's unsettled fees would exceed the multiple of its bond.
    ExposureExceeded = 27: "unsettled fees would exceed what the bond covers";
    /// No adapter has this id.
    UnknownAdapter = 28: "unknown adapter";
    /// The provider never deployed the adapter.
    NotDeployed = 29: "adapter was not deployed by this provider";
    /// The method is not the adapter's.
    WrongMethod = 30: "method is not the adapter's";
    /// The index root is not the adapter's.
    WrongIndex = 31: "index root is not the adapter's";
    /// More shares than allowed.
    TooManyShares = 32: "too many shares";
    /// A row has two shares.
    ShareRepeated = 33: "a row has two shares";
    /// The shares are not in order, or one is zero.
    SharesUnordered = 34: "shares must be positive, the largest first, then by row";
    /// The shares sum to more than one.
    SharesOverOne = 35: "shares sum to more than 1000000000";
    /// A digest has not 32 bytes.
    BadDigest = 36: "digest must have 32 bytes";
    /// The voucher is malformed.
    BadVoucher = 37: "voucher is malformed";
    /// A parameter is out of its bounds.
    BadParams = 38: "parameter is out of bounds";
    /// The authority is not governance.
    NotAuthority = 39: "only governance may do this";
    /// The genesis is inconsistent.
    BadGenesis = 40: "genesis is inconsistent";
}

impl From<Error> for whence_base::Error {
    fn from(e: Error) -> Self {
        Self::new(NAME, e.code(), e.to_string())
    }
}

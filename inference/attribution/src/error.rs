//! What can be wrong with what is given to a measure.

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What was wrong, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A vector or matrix has another size than it should have.
    #[error("{what} has {found} numbers: {expected} expected")]
    Size {
        /// What was given.
        what: &'static str,
        /// Its size.
        found: usize,
        /// The size that fits.
        expected: usize,
    },
    /// A number is not finite, or a vector is all zeros where a length is needed.
    #[error("{0}")]
    Number(String),
    /// Bytes are not what they should be.
    #[error("{0}")]
    Format(String),
    /// A setting is outside its range.
    #[error("{0}")]
    Setting(String),
}

impl Error {
    /// A stable number for people who match on it.
    pub fn code(&self) -> u32 {
        match self {
            Self::Size { .. } => 1,
            Self::Number(_) => 2,
            Self::Format(_) => 3,
            Self::Setting(_) => 4,
        }
    }
}

/// Refuses a size that does not fit.
pub(crate) fn require_size(what: &'static str, found: usize, expected: usize) -> Result<()> {
    match found == expected {
        true => Ok(()),
        false => Err(Error::Size { what, found, expected }),
    }
}

//! What bank refuses, with the Cosmos SDK's codes of codespace `bank`.

use whence_base::Error;

use crate::NAME;

/// Bank's own refusals; coins and addresses use the SDK's common codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BankError {
    /// A multi-send takes from nobody.
    #[error("no inputs to send transaction")]
    NoInputs,
    /// A multi-send gives to nobody.
    #[error("no outputs to send transaction")]
    NoOutputs,
    /// A multi-send takes and gives different sums.
    #[error("takes {taken}, gives {given}: sum inputs != sum outputs")]
    Mismatch {
        /// Sum of the input.
        taken: String,
        /// Sum of the outputs.
        given: String,
    },
    /// Governance stopped sends of a denomination.
    #[error("{0} transfers are currently disabled: send transactions are disabled")]
    SendDisabled(String),
    /// A multi-send takes from more than one.
    #[error("{0} inputs, expected one: multiple senders not allowed")]
    MultipleSenders(usize),
}

impl From<BankError> for Error {
    fn from(e: BankError) -> Self {
        let code = match e {
            BankError::NoInputs => 2,
            BankError::NoOutputs => 3,
            BankError::Mismatch { .. } => 4,
            BankError::SendDisabled(_) => 5,
            BankError::MultipleSenders(_) => 9,
        };
        Self::new(NAME, code, e.to_string())
    }
}

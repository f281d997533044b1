//! Why a message has no JSON, or JSON no message.

/// What was wrong, and in which field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", if path.is_empty() { String::new() } else { format!("{path}: ") })]
pub struct JsonError {
    /// The field, as `messages[0].amount`; empty for the whole.
    pub path: String,
    /// What was wrong there.
    pub reason: Reason,
}

/// What was wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The name is not among the descriptors.
    #[error("unknown type {0:?}")]
    UnknownType(String),
    /// The bytes are no message of that type.
    #[error("malformed {0}: {1}")]
    Malformed(String, String),
    /// The JSON names a field that the message does not have.
    #[error("unknown field {0:?} in {1}")]
    UnknownField(String, String),
    /// The JSON gives a field twice, or two fields of which only one may be set.
    #[error("field {0:?} is given twice or excludes one that is given")]
    Conflict(String),
    /// The JSON value is not of the field's type.
    #[error("expected {0}, found {1}")]
    Expected(&'static str, String),
    /// The value cannot be shown in JSON.
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    /// An `Any` without `@type`.
    #[error("expected an \"@type\" that names the message")]
    MissingType,
    /// Messages nest too deep.
    #[error("nests deeper than 64 messages")]
    TooDeep,
}

impl Reason {
    /// A stable number of the kind of error.
    pub fn code(&self) -> u32 {
        match self {
            Self::UnknownType(_) => 1,
            Self::Malformed(..) => 2,
            Self::UnknownField(..) => 3,
            Self::Conflict(_) => 4,
            Self::Expected(..) => 5,
            Self::OutOfRange(_) => 6,
            Self::MissingType => 7,
            Self::TooDeep => 8,
        }
    }
}

impl From<Reason> for JsonError {
    fn from(reason: Reason) -> Self {
        Self { path: String::new(), reason }
    }
}

impl JsonError {
    /// The same error, seen from the message that has the field.
    pub(super) fn under(mut self, field: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{field}{joint}{}", self.path);
        self
    }
}

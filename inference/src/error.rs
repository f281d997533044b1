//! Everything that can be refused, each with a stable code.

use std::io;

/// Result of a call into the sidecar.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the sidecar refused or failed; the text says what was wrong and what was expected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The GGUF file is malformed or asks for what we do not hold.
    #[error("gguf: {0}")]
    Gguf(String),
    /// The tokenizer's data in the model file cannot be used.
    #[error("tokenizer: {0}")]
    Tokenizer(String),
    /// The model's shape or tensors do not fit together.
    #[error("model: {0}")]
    Model(String),
    /// The adapter is malformed, of a kind we refuse, or made for another base.
    #[error("adapter: {0}")]
    Adapter(String),
    /// No adapter has this name.
    #[error("adapter {0} is not loaded")]
    UnknownAdapter(String),
    /// The prompt leaves no room for an answer.
    #[error("prompt of {tokens} tokens is too long: at most {limit} fit")]
    PromptTooLong {
        /// Tokens in the prompt.
        tokens: usize,
        /// Tokens that fit.
        limit: usize,
    },
    /// A field of a request is out of its range.
    #[error("request: {0}")]
    Request(String),
    /// The tuning configuration or its rows cannot be used.
    #[error("tuning: {0}")]
    Tuning(String),
    /// The attribution index is malformed or belongs to something else.
    #[error("index: {0}")]
    Index(String),
    /// The device that was asked for is not there.
    #[error("device: {0}")]
    Device(String),
    /// The engine broke off this one request; others go on.
    #[error("the engine gave up on this request: {0}")]
    Panicked(String),
    /// The server could not start or went down.
    #[error("serve: {0}")]
    Serve(String),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// Stable number of this kind of error, for clients and logs.
    pub fn code(&self) -> u32 {
        match self {
            Self::Gguf(_) => 2,
            Self::Tokenizer(_) => 3,
            Self::Model(_) => 4,
            Self::Adapter(_) => 5,
            Self::UnknownAdapter(_) => 6,
            Self::PromptTooLong { .. } => 7,
            Self::Request(_) => 8,
            Self::Tuning(_) => 9,
            Self::Index(_) => 10,
            Self::Device(_) => 11,
            Self::Panicked(_) => 12,
            Self::Io { .. } => 13,
            Self::Serve(_) => 14,
        }
    }

    /// An input-output error with the file it happened on.
    pub fn io(path: &std::path::Path, source: io::Error) -> Self {
        Self::Io { path: path.display().to_string(), source }
    }
}

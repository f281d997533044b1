//! A row of a datanet in its one canonical form, so that equal content has an equal hash whoever
//! gives it.
//!
//! Canonical texts: `\r\n` and `\r` become `\n`, then white space at both ends goes. The bytes are
//! `"whence/row/v1"`, the kind (1 chat, 2 text), then each text with its length in front (u32,
//! big-endian). The row hash is their SHA-256; it is also the leaf's data in the batch's Merkle
//! tree. Unicode forms are kept as they are.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::merkle::Hash;

/// Name of the row schema.
pub const SCHEMA_CHAT: &str = "whence.row.chat.v1";
/// Most bytes of one canonical text.
pub const TEXT_MAX: usize = 1 << 20;

const DOMAIN: &[u8] = b"whence/row/v1";

/// Why something is no row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// A text is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// A text is too long.
    #[error("{0} has {1} bytes, expected at most {TEXT_MAX}")]
    TooLong(&'static str, usize),
    /// The line is not JSON of a row.
    #[error("expected {{\"prompt\",\"answer\"}} or {{\"text\"}}: {0}")]
    Json(String),
}

/// One row: its texts are canonical by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(Content);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Chat { prompt: String, answer: String },
    Text(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    prompt: Option<String>,
    answer: Option<String>,
    text: Option<String>,
}

impl Row {
    /// A question and its answer.
    pub fn chat(prompt: &str, answer: &str) -> Result<Self, RowError> {
        let (prompt, answer) = (canonical("prompt", prompt)?, canonical("answer", answer)?);
        Ok(Self(Content::Chat { prompt, answer }))
    }

    /// A text without roles.
    pub fn text(text: &str) -> Result<Self, RowError> {
        canonical("text", text).map(|t| Self(Content::Text(t)))
    }

    /// Reads one line of JSONL: `{"prompt","answer"}` or `{"text"}`, nothing else.
    pub fn parse_json(line: &str) -> Result<Self, RowError> {
        let line: Line = serde_json::from_str(line).map_err(|e| RowError::Json(e.to_string()))?;
        match (line.prompt, line.answer, line.text) {
            (Some(prompt), Some(answer), None) => Self::chat(&prompt, &answer),
            (None, None, Some(text)) => Self::text(&text),
            _ => Err(RowError::Json("other fields".into())),
        }
    }

    /// The question (empty for a text) and the answer (or the text).
    pub fn parts(&self) -> (&str, &str) {
        match &self.0 {
            Content::Chat { prompt, answer } => (prompt, answer),
            Content::Text(text) => ("", text),
        }
    }

    /// The canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = DOMAIN.to_vec();
        match &self.0 {
            Content::Chat { prompt, answer } => {
                out.push(1);
                put(&mut out, prompt);
                put(&mut out, answer);
            }
            Content::Text(text) => {
                out.push(2);
                put(&mut out, text);
            }
        }
        out
    }

    /// The row hash: equal for equal content, whoever gives it.
    pub fn hash(&self) -> Hash {
        Sha256::digest(self.bytes()).into()
    }
}

fn put(out: &mut Vec<u8>, text: &str) {
    // Canonical texts are shorter than TEXT_MAX.
    let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn canonical(what: &'static str, text: &str) -> Result<String, RowError> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if text.is_empty() {
        return Err(RowError::Empty(what));
    }
    if text.len() > TEXT_MAX {
        return Err(RowError::TooLong(what, text.len()));
    }
    Ok(text.to_owned())
}

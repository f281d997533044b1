//! Rows to learn from: a chat each, whose last assistant's words are the answer.

use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::model::Example;
use crate::tokenizer::{Message, Role, Tokenizer};

/// Largest file of rows that is read.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// One row of a published datanet version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The caller's number of the row, unique in its dataset; attribution names it. For rows on
    /// chain, see [`row_id`].
    pub id: u64,
    /// The row's canonical hash, as the datanet records it.
    pub hash: [u8; 32],
    /// What the row says.
    pub turn: Turn,
}

/// One number for a row on chain: its contribution in the upper half, its place in the lower.
pub fn row_id(contribution: u64, row: u64) -> Result<u64> {
    match (u32::try_from(contribution), u32::try_from(row)) {
        (Ok(contribution), Ok(row)) => Ok(u64::from(contribution) << 32 | u64::from(row)),
        _ => Err(Error::Tuning(format!("row {row} of contribution {contribution}: below 2^32"))),
    }
}

/// Contribution and place of a [`row_id`].
pub fn row_place(id: u64) -> (u64, u64) {
    (id >> 32, id & u64::from(u32::MAX))
}

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The chat before the answer; empty for a row of plain text.
    pub messages: Vec<Message>,
    /// The words to learn.
    pub answer: String,
}

impl Turn {
    /// Reads a row in one of the shapes people bring: OpenAI chat `{messages}`, Alpaca
    /// `{instruction, input, output}`, `{prompt, completion}`, `{question, answer}`, `{text}`, and
    /// the datanet's own `{prompt, answer}`.
    pub fn parse(row: &Value) -> Result<Self> {
        let text = |name: &str| row[name].as_str();
        if row["messages"].is_array() {
            return Self::from_messages(&row["messages"]);
        }
        for (ask, answer) in [
            ("instruction", "output"),
            ("prompt", "answer"),
            ("prompt", "completion"),
            ("question", "answer"),
        ] {
            if let (Some(ask), Some(answer)) = (text(ask), text(answer)) {
                let more = text("input").filter(|more| !more.is_empty());
                let ask = more.map_or(ask.to_owned(), |more| format!("{ask}\n\n{more}"));
                return Self::checked(vec![Message::user(ask)], answer);
            }
        }
        match text("text") {
            Some(text) => Self::checked(Vec::new(), text),
            None => Err(Error::Tuning(
                "a row has none of messages, instruction and output, prompt and answer, prompt \
                 and completion, question and answer, text"
                    .into(),
            )),
        }
    }

    fn from_messages(messages: &Value) -> Result<Self> {
        let mut messages: Vec<Message> = serde_json::from_value(messages.clone())
            .map_err(|why| Error::Tuning(format!("a row's messages: {why}")))?;
        match messages.pop() {
            Some(last) if last.role == Role::Assistant && !messages.is_empty() => {
                Self::checked(messages, &last.content)
            }
            _ => Err(Error::Tuning("a row's last message must be the assistant's answer".into())),
        }
    }

    fn checked(messages: Vec<Message>, answer: &str) -> Result<Self> {
        if answer.trim().is_empty() {
            return Err(Error::Tuning("a row's answer is empty".into()));
        }
        Ok(Self { messages, answer: answer.to_owned() })
    }

    /// The row as tokens, at most `tokens_max`, with the place of the answer.
    pub fn example(&self, tokenizer: &Tokenizer, tokens_max: usize) -> Result<Example> {
        let prompt = match self.messages.is_empty() {
            true => vec![tokenizer.end()],
            false => tokenizer.encode(&tokenizer.prompt(&self.messages)?)?,
        };
        if prompt.len() >= tokens_max {
            return Err(Error::Tuning(format!(
                "a row's prompt of {} tokens leaves no room for its answer: at most {}",
                prompt.len(),
                tokens_max - 1
            )));
        }
        let mut ids = prompt.clone();
        ids.extend(tokenizer.encode(&self.answer)?);
        ids.push(tokenizer.end());
        ids.truncate(tokens_max);
        let end = ids.len();
        Example::new(ids, prompt.len()..end)
    }
}

impl Row {
    /// A row as the datanet records it: its canonical texts and hash.
    pub fn from_canon(id: u64, row: &whence_canon::row::Row) -> Self {
        let (prompt, answer) = row.parts();
        let messages = match prompt {
            "" => Vec::new(),
            _ => vec![Message::user(prompt)],
        };
        Self { id, hash: row.hash(), turn: Turn { messages, answer: answer.to_owned() } }
    }

    /// A row in one of the shapes that [`Turn::parse`] takes, made canonical. A chat of several
    /// messages has no canonical form yet; its hash is that of the compact JSON.
    fn from_json(id: u64, row: &Value) -> Result<Self> {
        let turn = Turn::parse(row)?;
        let canon = match turn.messages.as_slice() {
            [] => whence_canon::row::Row::text(&turn.answer),
            [only] if only.role == Role::User => {
                whence_canon::row::Row::chat(&only.content, &turn.answer)
            }
            _ => return Ok(Self { id, hash: Sha256::digest(row.to_string()).into(), turn }),
        };
        let canon = canon.map_err(|why| Error::Tuning(why.to_string()))?;
        Ok(Self::from_canon(id, &canon))
    }
}

/// Reads rows from JSON lines; a row's id is its `id` field, or else its place in the file.
pub fn read_rows(path: &Path) -> Result<Vec<Row>> {
    let size = std::fs::metadata(path).map_err(|why| Error::io(path, why))?.len();
    if size > FILE_BYTES_MAX {
        return Err(Error::Tuning(format!("{size} bytes of rows: at most {FILE_BYTES_MAX}")));
    }
    let text = std::fs::read_to_string(path).map_err(|why| Error::io(path, why))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let rows = (0u64..).zip(lines).map(|(number, line)| {
        let wrong = |why: String| Error::Tuning(format!("row {number}: {why}"));
        let row: Value = serde_json::from_str(line).map_err(|why| wrong(why.to_string()))?;
        Row::from_json(row["id"].as_u64().unwrap_or(number), &row)
            .map_err(|why| wrong(why.to_string()))
    });
    rows.collect()
}

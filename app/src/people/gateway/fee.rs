//! Reads the fee out of an answer as it passes by: whole, or as a stream of server-sent events.

use serde_json::Value;

/// Longest event that is looked into; the one with the fee is a few kilobytes.
const EVENT_BYTES_MAX: usize = 1 << 20;

/// The fee that an answer (or one piece of a stream) names, in base units of a denomination.
pub fn of(answer: &Value, denom: &str) -> Option<u128> {
    let fee = answer.pointer("/attribution/fee")?;
    if fee.get("denom")?.as_str() != Some(denom) {
        return None;
    }
    fee.get("amount")?.as_str()?.parse().ok()
}

/// Looks for the fee in a stream that comes in pieces of any length.
#[derive(Debug)]
pub struct Watch {
    denom: String,
    line: Vec<u8>,
    fee: Option<u128>,
    refused: bool,
}

impl Watch {
    /// Nothing seen yet.
    pub fn new(denom: &str) -> Self {
        Self { denom: denom.to_owned(), line: Vec::new(), fee: None, refused: false }
    }

    /// Takes the next piece.
    pub fn take(&mut self, piece: &[u8]) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len().saturating_add(part.len()) <= EVENT_BYTES_MAX {
                self.line.extend_from_slice(part);
            }
            if part.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// What the stream said that it costs: nothing when it ended in an error, none when it did not
    /// say.
    pub fn fee(&self) -> Option<u128> {
        self.fee.or(self.refused.then_some(0))
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let Some(data) = line.strip_prefix(b"data:") else { return };
        let Ok(event) = serde_json::from_slice::<Value>(data.trim_ascii()) else { return };
        self.fee = self.fee.or_else(|| of(&event, &self.denom));
        self.refused |= event.get("error").is_some_and(Value::is_object);
    }
}

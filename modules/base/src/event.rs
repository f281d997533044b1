//! ABCI events: a type and text attributes, all indexed.

use prost::{Message, Name};
use whence_proto::json;

use crate::error::{Error, Result};

/// One event of a transaction or a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Event type, such as `transfer`.
    pub kind: String,
    /// Attribute keys and values, in order; keys are never empty.
    pub attributes: Vec<(String, String)>,
}

impl Event {
    /// An event without attributes yet.
    pub fn new(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), attributes: Vec::new() }
    }

    /// An event as the Cosmos SDK emits a typed one: its type is the message's full name, each
    /// field is an attribute in the order of the names, and its value is the field's JSON.
    pub fn typed<M: Message + Name>(message: &M) -> Result<Self> {
        let name = M::full_name();
        let value = json::encode(message).map_err(|e| Error::logic(format!("{name}: {e}")))?;
        let fields = value.as_object();
        let fields = fields.ok_or_else(|| Error::logic(format!("{name} is no JSON object")))?;
        let text = |(key, value): (&String, &serde_json::Value)| (key.clone(), value.to_string());
        let mut attributes: Vec<_> = fields.iter().map(text).collect();
        attributes.sort();
        Ok(Self { kind: name, attributes })
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attr(mut self, key: &str, value: impl ToString) -> Self {
        self.attributes.push((key.to_owned(), value.to_string()));
        self
    }
}

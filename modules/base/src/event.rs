//! ABCI events: a type and text attributes, all indexed.

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

    /// Adds an attribute.
    #[must_use]
    pub fn attr(mut self, key: &str, value: impl ToString) -> Self {
        self.attributes.push((key.to_owned(), value.to_string()));
        self
    }
}

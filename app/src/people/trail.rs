//! The trail of a story: for each step its height and, where the node's event index knows it, its
//! transaction.

use serde_json::{Value, json};

use super::Desk;
use super::desk::is;

/// A story, step by step.
#[derive(Debug, Default)]
pub struct Trail {
    lines: Vec<String>,
    steps: Vec<Value>,
}

/// Which transaction a step is: all of an event's attributes must be these.
pub struct Which<'a> {
    /// The event's type, such as `whence.reward.v1.EventClaimed`.
    pub event: &'a str,
    /// Its attributes: texts, addresses and 64-bit numbers, whose JSON is a string each.
    pub attributes: &'a [(&'a str, String)],
}

/// What is told of a step.
pub struct Step<'a> {
    /// Its name for programs.
    pub name: &'a str,
    /// Its line for people.
    pub line: String,
    /// At which height the state says that it was; none: the transaction's.
    pub height: Option<u64>,
    /// More for programs.
    pub fields: Value,
}

impl Trail {
    /// Adds a step, with its transaction looked up.
    pub async fn add(&mut self, desk: &Desk, step: Step<'_>, which: Which<'_>) {
        let found = find(desk, &which).await;
        let (height, hash) = match &found {
            Some((height, hash)) => (step.height.or(Some(*height)), Some(hash)),
            None => (step.height, None),
        };
        self.tell(step, height, hash);
    }

    /// Adds a step that no transaction of its own made.
    pub fn add_plain(&mut self, step: Step<'_>) {
        let height = step.height;
        self.tell(step, height, None);
    }

    fn tell(&mut self, step: Step<'_>, height: Option<u64>, hash: Option<&String>) {
        let place = match (height, hash) {
            (Some(height), Some(hash)) => format!(" (height {height}, tx {hash})"),
            (Some(height), None) => format!(" (height {height})"),
            _ => String::new(),
        };
        self.lines.push(format!("{}{place}", step.line));
        let mut all = json!({
            "step": step.name,
            "height": height.map(|height| height.to_string()),
            "txhash": hash,
        });
        if let (Some(all), Value::Object(fields)) = (all.as_object_mut(), step.fields) {
            all.extend(fields);
        }
        self.steps.push(all);
    }

    /// All lines, each on its own.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// All steps.
    pub fn json(self) -> Vec<Value> {
        self.steps
    }
}

/// Height and hash of a transaction; a node without an index finds none, which is no error of a
/// story.
async fn find(desk: &Desk, which: &Which<'_>) -> Option<(u64, String)> {
    let parts: Vec<String> = which
        .attributes
        .iter()
        .map(|(key, value)| is(&format!("{}.{key}", which.event), value))
        .collect();
    let found = desk.find(&parts.join(" AND ")).await.ok().flatten()?;
    Some((u64::try_from(found.height).ok()?, found.txhash))
}

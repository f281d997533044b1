//! What was done already: one JSON file, written after every step.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// Results of the steps by name.
pub struct Progress {
    path: PathBuf,
    done: Map<String, Value>,
}

impl Progress {
    /// Reads the file of a folder, or starts an empty one.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("progress.json");
        let done = match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).context("progress.json")?,
            Err(_) => Map::new(),
        };
        Ok(Self { path, done })
    }

    /// The result of a step, when it was done.
    pub fn get(&self, step: &str) -> Option<&Value> {
        self.done.get(step)
    }

    /// A field of a step that must have been done.
    pub fn field(&self, step: &str, field: &str) -> Result<&Value> {
        let result = self.done.get(step).with_context(|| format!("step {step} was not done"))?;
        result.get(field).with_context(|| format!("step {step} gave no {field}: {result}"))
    }

    /// A number that a step gave, as a number or as text.
    pub fn id(&self, step: &str, field: &str) -> Result<u64> {
        number(self.field(step, field)?).with_context(|| format!("{step}.{field} is no number"))
    }

    /// Notes the result of a step.
    pub fn note(&mut self, step: &str, result: Value) -> Result<()> {
        self.done.insert(step.to_owned(), result);
        let text = serde_json::to_string_pretty(&self.done)?;
        let partial = self.path.with_extension("partial");
        std::fs::write(&partial, text)?;
        std::fs::rename(&partial, &self.path).context("progress.json")
    }
}

/// A JSON number, or a text of digits as protobuf's JSON writes 64-bit numbers.
pub fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

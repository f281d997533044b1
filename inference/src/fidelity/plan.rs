//! What is measured: base, rows, queries, recipe and the points at which gradients are taken.

use std::path::Path;

use serde::{Deserialize, Serialize};
use whence_influence::layout::Layout;

use crate::error::{Error, Result};
use crate::tuning::TuningConfig;

/// File in the folder that says what it is about.
pub(super) const PLAN_FILE: &str = "plan.json";

/// A point of the whole run at which gradients were taken.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Steps that were done.
    pub step: usize,
    /// The learning rate of the step that followed; 0 at the end.
    pub rate: f64,
}

/// What the numbers in a folder are of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// SHA-256 of the base model's file, in hex.
    pub base_sha256: String,
    /// Hashes of the rows to learn from, in hex.
    pub rows: Vec<String>,
    /// Hashes of the queries: rows that are only asked about, in hex.
    pub queries: Vec<String>,
    /// The recipe of every run.
    pub config: TuningConfig,
    /// Where subsets come from.
    pub seed: u64,
    /// The matrices of a gradient in their order.
    pub layout: Layout,
    /// Where gradients are taken; the last is the end.
    pub points: Vec<Point>,
    /// Tokens of each row and then of each query, for measures of words.
    pub tokens: Vec<Vec<u32>>,
    /// Each row's loss at the end.
    pub losses: Vec<f32>,
}

impl Plan {
    /// The plan of a folder, if there is one.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(PLAN_FILE);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = std::fs::read(&path).map_err(|why| Error::io(&path, why))?;
        let plan = serde_json::from_slice(&bytes);
        plan.map(Some).map_err(|why| Error::Tuning(format!("{}: {why}", path.display())))
    }

    /// Writes the plan, last of all that belongs to the whole run.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(PLAN_FILE);
        let text = serde_json::to_vec(self).map_err(|why| Error::Tuning(why.to_string()))?;
        std::fs::write(&path, text).map_err(|why| Error::io(&path, why))
    }

    /// Refuses a folder that is about something else.
    pub(super) fn require_same(&self, other: &Self, folder: &Path) -> Result<()> {
        let same = self.base_sha256 == other.base_sha256
            && (&self.rows, &self.queries) == (&other.rows, &other.queries)
            && (&self.config, self.seed) == (&other.config, other.seed);
        match same {
            true => Ok(()),
            false => Err(Error::Tuning(format!(
                "{} is of another base, recipe, seed or other rows: name an empty folder",
                folder.display()
            ))),
        }
    }
}

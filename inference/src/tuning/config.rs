//! The recipe of a tuning run.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::adapter::AdapterConfig;
use crate::error::{Error, Result};
use crate::model::Target;

/// Everything besides base and rows that decides the adapter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TuningConfig {
    /// Rank of the deltas.
    pub rank: usize,
    /// Strength of the deltas.
    pub alpha: f32,
    /// Maps that get deltas.
    pub targets: Vec<Target>,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// Steps over which the rate rises to its highest; it falls to zero over the others.
    pub warmup_steps: usize,
    /// AdamW's decay of the numbers themselves.
    pub weight_decay: f64,
    /// Gradients are shortened to this length.
    pub gradient_norm_max: f64,
    /// Times every row is read.
    pub epochs: usize,
    /// Rows per step.
    pub batch_rows: usize,
    /// A longer row is cut here.
    pub row_tokens_max: usize,
    /// Where order and first numbers come from.
    pub seed: u64,
    /// States of the run at which attribution takes gradients: the start, and after equal parts.
    pub checkpoints: usize,
}

impl Default for TuningConfig {
    fn default() -> Self {
        Self {
            rank: 8,
            alpha: 16.0,
            targets: vec![Target::Query, Target::Value],
            learning_rate: 1e-3,
            warmup_steps: 8,
            weight_decay: 0.0,
            gradient_norm_max: 1.0,
            epochs: 2,
            batch_rows: 4,
            row_tokens_max: 160,
            seed: 0,
            checkpoints: 2,
        }
    }
}

impl TuningConfig {
    /// Reads a recipe from a file of JSON; a field that it leaves out has its default, and so have
    /// all where no file is named.
    pub fn read(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let bytes = std::fs::read(path).map_err(|why| Error::io(path, why))?;
        let parsed = serde_json::from_slice(&bytes);
        parsed.map_err(|why| Error::Tuning(format!("{}: {why}", path.display())))
    }

    /// Checks every field; gives the adapter's part.
    pub fn check(&self) -> Result<AdapterConfig> {
        let range = |name: &str, value: usize, most: usize| match (1..=most).contains(&value) {
            true => Ok(()),
            false => Err(Error::Tuning(format!("{name} {value} is not in 1 to {most}"))),
        };
        range("epochs", self.epochs, 1000)?;
        range("batch_rows", self.batch_rows, 64)?;
        range("row_tokens_max", self.row_tokens_max, 4096)?;
        range("checkpoints", self.checkpoints, 16)?;
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if !positive(self.learning_rate) || !positive(self.gradient_norm_max) {
            return Err(Error::Tuning(
                "learning_rate and gradient_norm_max must be positive numbers".into(),
            ));
        }
        if !self.weight_decay.is_finite() || self.weight_decay < 0.0 {
            return Err(Error::Tuning("weight_decay must be a number of at least 0".into()));
        }
        AdapterConfig::new(self.rank, self.alpha, self.targets.clone())
    }

    /// SHA-256 of the configuration as compact JSON, fields in this order.
    pub fn digest(&self) -> Result<[u8; 32]> {
        let json = serde_json::to_vec(self).map_err(|why| Error::Tuning(why.to_string()))?;
        Ok(Sha256::digest(json).into())
    }

    /// Numbers of steps after which a checkpoint is kept: none of them is the end, where the rate
    /// is zero and rows move nothing.
    pub(super) fn kept(&self, steps: usize) -> BTreeSet<usize> {
        (0..self.checkpoints).map(|part| part * steps / self.checkpoints).collect()
    }

    /// The learning rate at a step: up in a line, then down in a line to zero.
    pub(super) fn rate(&self, step: usize, steps: usize) -> f64 {
        let warmup = self.warmup_steps.min(steps / 4);
        if step < warmup {
            return self.learning_rate * (step + 1) as f64 / (warmup + 1) as f64;
        }
        let left = (steps - step) as f64 / (steps - warmup).max(1) as f64;
        self.learning_rate * left
    }
}

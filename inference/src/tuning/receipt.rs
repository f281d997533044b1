//! What a tuning run was, so that anyone can do it again and compare.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::TuningConfig;
use crate::error::{Error, Result};

/// File beside the adapter that records how it was made.
pub const RECEIPT_FILE: &str = "receipt.json";

/// A published version of a datanet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatanetVersion {
    /// The datanet.
    pub datanet: u64,
    /// Its version.
    pub version: u64,
    /// The version's manifest root, in hex.
    pub root: String,
}

/// A state of the run that was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptState {
    /// Steps that were done before.
    pub step: usize,
    /// The learning rate of the step that followed.
    pub rate: f64,
    /// SHA-256 of its adapter file, in hex.
    pub sha256: String,
}

/// How the run went; nothing here depends on the clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Steps of the optimiser.
    pub steps: usize,
    /// Tokens read while learning, pads not counted.
    pub tokens: u64,
    /// Mean loss of the last epoch's steps.
    pub training_loss: f32,
    /// Mean loss per answer token on held-out rows before, if there are such rows.
    pub held_out_loss_before: Option<f32>,
    /// The same after.
    pub held_out_loss_after: Option<f32>,
}

/// The record of a run: with base and rows at hand it is a recipe for the same adapter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// SHA-256 of the base model's file, in hex.
    pub base_sha256: String,
    /// Where the rows come from.
    pub datanet_versions: Vec<DatanetVersion>,
    /// Hashes of the rows that were learned from, in the order given, in hex.
    pub rows: Vec<String>,
    /// Hashes of the rows that were only measured, in hex.
    pub held_out: Vec<String>,
    /// The recipe.
    pub config: TuningConfig,
    /// Name and version of this software.
    pub software: String,
    /// The arithmetic that made the numbers: equal kernels give equal bits.
    pub kernel: String,
    /// States that were kept on the way, in their order; the adapter itself is not among them.
    #[serde(default)]
    pub checkpoints: Vec<KeptState>,
    /// How it went.
    pub metrics: Metrics,
    /// SHA-256 of the adapter's file, in hex.
    pub adapter_sha256: String,
}

impl Receipt {
    /// Name and version of this software.
    pub fn software() -> String {
        format!("whence-inference/{}", env!("CARGO_PKG_VERSION"))
    }

    /// The receipt as JSON for people and the record.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self).map_err(|why| Error::Tuning(why.to_string()))
    }

    /// Reads [`Self::to_json`].
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes)
            .map_err(|why| Error::Tuning(format!("the receipt does not parse: {why}")))
    }

    /// SHA-256 of the receipt as compact JSON, fields in this order.
    pub fn digest(&self) -> Result<[u8; 32]> {
        let json = serde_json::to_vec(self).map_err(|why| Error::Tuning(why.to_string()))?;
        Ok(Sha256::digest(json).into())
    }
}

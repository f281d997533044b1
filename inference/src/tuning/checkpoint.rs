//! States of a run that are kept on the way: attribution takes gradients there.

use std::path::Path;

use super::KeptState;
use super::adamw::Moments;
use crate::adapter::Adapter;
use crate::error::Result;

/// Folder beside the adapter with a folder for each kept state, named by its step.
pub const CHECKPOINTS_FOLDER: &str = "checkpoints";

/// One state of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Steps that were done.
    pub step: usize,
    /// The learning rate of the step that followed.
    pub rate: f64,
    /// The adapter as it was.
    pub adapter: Adapter,
    /// The optimiser's memory: matrix by matrix in the order of layer and map, `A` before `B`.
    pub moments: Moments,
}

impl Checkpoint {
    /// What the receipt says of it.
    pub(super) fn kept(&self) -> Result<KeptState> {
        let sha256 = hex::encode(self.adapter.digest()?);
        Ok(KeptState { step: self.step, rate: self.rate, sha256 })
    }

    /// Writes its adapter into the folder of a tuned adapter.
    pub fn write(&self, folder: &Path) -> Result<()> {
        self.adapter.write(&folder.join(CHECKPOINTS_FOLDER).join(self.step.to_string()))
    }
}

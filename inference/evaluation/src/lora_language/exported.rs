//! The language model as arrays, for programs of others that build the same model from them.

use anyhow::{Result, ensure};
use serde_json::json;

use super::LoraLanguage;
use super::base::{Base, config};
use crate::export::{Folder, Values};

impl LoraLanguage {
    /// Writes the base's weights, every row's tokens and where its answer is, and the base's logits
    /// of the first row, which say whether somebody's copy is the same model.
    pub fn export(&self, base: &Base, folder: &Folder) -> Result<()> {
        let decoder = self.objective.decoder();
        ensure!(decoder.config() == &config(), "an adapter on another base");
        folder.json(
            "model",
            &json!({
                "config": decoder.config(),
                "layout": decoder.config().layout()?,
                "adapter": self.objective.shape(),
            }),
        )?;
        let weights = base.weights();
        folder.array("base", &[weights.len()], Values::Single(weights))?;
        let rows: Vec<_> = (0..self.examples.len()).map(|row| self.objective.row(row)).collect();
        let longest = rows.iter().map(|row| row.ids().len()).max().unwrap_or(0);
        let padded = rows.iter().flat_map(|row| {
            let padding = std::iter::repeat_n(0, longest - row.ids().len());
            row.ids().iter().copied().chain(padding)
        });
        let padded: Vec<u32> = padded.collect();
        folder.array("tokens", &[rows.len(), longest], Values::Words(&padded))?;
        let places = rows.iter().flat_map(|row| {
            let (answer, length) = (row.answer(), row.ids().len());
            [length, answer.start, answer.end].map(|place| place as u32)
        });
        let places: Vec<u32> = places.collect();
        folder.array("places", &[rows.len(), 3], Values::Words(&places))?;
        let logits = decoder.logits(None, rows[0].ids())?;
        let shape = [logits.rows(), logits.columns()];
        folder.array("logits", &shape, Values::Single(logits.plane(0)))
    }
}

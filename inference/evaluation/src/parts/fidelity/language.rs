//! The adapter of a small language model, as it is measured on.

use std::path::Path;

use anyhow::{Context, Result};
use whence_influence::objective::Objective;
use whence_influence::replay::{Recipe, Run, train};

use super::points;
use super::setting::Setting;
use super::settings::Name;
use crate::export::Folder;
use crate::lora_language::{LoraLanguage, SMOOTH_PEAK, base::Base};

/// Letters of a word for BM25: four, as one number.
const LETTERS: usize = 4;

/// The adapter.
pub(super) struct Language {
    model: LoraLanguage,
    base: Base,
    recipe: Recipe,
    name: Name,
}

impl Language {
    /// A seed's rows and queries on the seed's base, which is kept in the folder.
    pub(super) fn new(name: Name, seed: u64, folder: &Path) -> Result<Self> {
        let base = base(seed, folder)?;
        let model = named(name, LoraLanguage::new(seed, &base)?);
        let mut recipe = model.recipe().clone();
        recipe.keep = points::all(&recipe);
        Ok(Self { model, base, recipe, name })
    }
}

/// The model with the rates of a setting.
pub(in super::super) fn named(name: Name, model: LoraLanguage) -> LoraLanguage {
    match name {
        Name::LoraSmooth => model.with_peak(SMOOTH_PEAK),
        _ => model,
    }
}

/// A seed's base model, trained once and kept in the folder.
pub(in super::super) fn base(seed: u64, folder: &Path) -> Result<Base> {
    let path = folder.join(format!("lora-language-base-{seed}"));
    if let Ok(bytes) = std::fs::read(&path) {
        return Base::from_bytes(&bytes);
    }
    let base = Base::train(seed)?;
    std::fs::create_dir_all(folder).context("the folder of retrained losses")?;
    std::fs::write(&path, base.to_bytes()).context("keeping a base model")?;
    Ok(base)
}

impl Setting for Language {
    fn name(&self) -> &'static str {
        self.name.as_str()
    }

    fn objective(&self) -> &dyn Objective {
        &self.model
    }

    fn trained(&self) -> usize {
        self.model.trained()
    }

    fn queries(&self) -> Vec<usize> {
        self.model.queries()
    }

    /// There are no others.
    fn held_out(&self) -> Vec<usize> {
        Vec::new()
    }

    fn class(&self, row: usize) -> usize {
        self.model.class(row)
    }

    fn train(&self, weights: &[f32]) -> Result<Run> {
        Ok(train(&self.model, self.model.start(), &self.recipe, weights)?)
    }

    fn recipe(&self) -> Option<&Recipe> {
        Some(&self.recipe)
    }

    fn penalty(&self) -> Option<f64> {
        None
    }

    fn representation(&self, theta: &[f32], row: usize) -> Result<Vec<f32>> {
        self.model.embedding(theta, row)
    }

    fn terms(&self, row: usize) -> Vec<u32> {
        let text = self.model.examples()[row].text();
        let number =
            |letters: &[u8]| letters.iter().fold(0, |n, letter| n << 8 | u32::from(*letter));
        text.as_bytes().windows(LETTERS).map(number).collect()
    }
    fn export(&self, folder: &Folder) -> Result<()> {
        self.model.export(&self.base, folder)
    }
}

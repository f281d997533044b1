//! The models that are replayed.

use std::path::Path;

use anyhow::{Context, Result};
use whence_influence::objective::Objective;
use whence_influence::replay::{Queries, Replay};

use super::Options;
use super::measure::{Found, measure};
use super::scores::Case;
use crate::digits::{Digits, linear::Linear, network::Network};
use crate::lora_language::{LoraLanguage, base::Base};
use crate::recipes;

/// Digits there are, those that are trained on, and those whose losses are kept.
const DIGITS: usize = 1_797;
const TRAINED: usize = 1_000;
const QUERIES: usize = 200;

/// A model, its data and its recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Setting {
    /// Logistic regression on digits: 1,000 rows, 300 steps of Adam from zeros.
    DigitsLr,
    /// The network on digits, the same way from its random start.
    DigitsMlp,
    /// An adapter of a small language model: 300 rows, 80 steps of Adam.
    LoraLanguage,
}

impl Setting {
    /// Its name in figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::DigitsLr => "digits-lr",
            Self::DigitsMlp => "digits-mlp",
            Self::LoraLanguage => "lora-language",
        }
    }

    /// Everything that is measured with one seed.
    pub fn measure(self, seed: u64, options: &Options) -> Result<Found> {
        match self {
            Self::DigitsLr => {
                let model = Linear::new(digits(seed))?;
                let start = vec![0.0; model.layout().width()];
                on_digits(("replay-digits-lr", &model, &start), (seed, options))
            }
            Self::DigitsMlp => {
                let model = Network::new(digits(seed))?;
                let start = model.start(seed);
                on_digits(("lds-digits-mlp", &model, &start), (seed, options))
            }
            Self::LoraLanguage => {
                let model = LoraLanguage::new(seed, &base(seed, &options.folder)?)?;
                let (rows, weights) = (model.queries(), vec![1.0; model.trained()]);
                let (start, recipe) = (model.start(), model.recipe());
                let replay = Replay { objective: &model, start, recipe, weights: &weights };
                let case = Case { replay, queries: Queries { objective: &model, rows: &rows } };
                measure(&case, "lds-lora-language", (seed, options))
            }
        }
    }
}

fn digits(seed: u64) -> Digits {
    Digits::draw(seed, TRAINED, DIGITS - TRAINED)
}

fn on_digits(
    (name, model, start): (&str, &dyn Objective, &[f32]),
    (seed, options): (u64, &Options),
) -> Result<Found> {
    let recipe = recipes::smooth_adam(5e-3, recipes::batches(seed, TRAINED, 50, 15));
    let rows: Vec<usize> = (TRAINED..TRAINED + QUERIES).collect();
    let replay = Replay { objective: model, start, recipe: &recipe, weights: &[1.0; TRAINED] };
    let case = Case { replay, queries: Queries { objective: model, rows: &rows } };
    measure(&case, name, (seed, options))
}

/// A seed's base model, trained once and kept.
fn base(seed: u64, folder: &Path) -> Result<Base> {
    let path = folder.join(format!("lora-language-base-{seed}"));
    if let Ok(bytes) = std::fs::read(&path) {
        return Base::from_bytes(&bytes);
    }
    let base = Base::train(seed)?;
    std::fs::create_dir_all(folder).context("the folder of retrained losses")?;
    std::fs::write(&path, base.to_bytes()).context("keeping a base model")?;
    Ok(base)
}

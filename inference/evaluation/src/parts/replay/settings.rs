//! The models that are replayed.

use anyhow::Result;
use whence_canon::score::Bits;
use whence_influence::objective::Objective;
use whence_influence::replay::{Queries, Replay};

use super::super::fidelity::{language, scored::Trained, settings::Name};
use super::Options;
use super::measure::{Found, measure};
use super::scores::Case;
use crate::digits::{Digits, linear::Linear, network::Network};
use crate::lora_language::LoraLanguage;
use crate::recipes;
use crate::retraining::Scores;

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
    /// The same with a peak rate that leaves the run smooth.
    LoraSmooth,
}

impl Setting {
    /// Its name in figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::DigitsLr => "digits-lr",
            Self::DigitsMlp => "digits-mlp",
            Self::LoraLanguage => "lora-language",
            Self::LoraSmooth => "lora-smooth",
        }
    }

    /// The setting of `lds` that it trains in the same way, whose retrained models it shares;
    /// logistic regression goes to its optimum there, and step by step here.
    pub fn shared(self) -> Option<Name> {
        match self {
            Self::DigitsLr => None,
            Self::DigitsMlp => Some(Name::DigitsMlp),
            Self::LoraLanguage => Some(Name::LoraLanguage),
            Self::LoraSmooth => Some(Name::LoraSmooth),
        }
    }

    /// What the index says of every row, where there is one.
    pub fn online(self, seed: u64, options: &Options) -> Result<Option<Scores>> {
        let Some(name) = self.shared() else { return Ok(None) };
        let setting = name.make(seed, &options.shared())?;
        Ok(Some(Trained::new(setting.as_ref())?.index()?.rounded(Bits::Eight)?))
    }

    /// Everything that is measured with one seed.
    pub fn measure(self, seed: u64, options: &Options) -> Result<Found> {
        match self {
            Self::DigitsLr => {
                let model = Linear::new(digits(seed))?;
                let start = vec![0.0; model.layout().width()];
                on_digits((self, &model, &start), (seed, options))
            }
            Self::DigitsMlp => {
                let model = Network::new(digits(seed))?;
                let start = model.start(seed);
                on_digits((self, &model, &start), (seed, options))
            }
            Self::LoraLanguage | Self::LoraSmooth => {
                let base = language::base(seed, &options.shared().folder()?)?;
                let name = self.shared().unwrap_or(Name::LoraLanguage);
                let model = language::named(name, LoraLanguage::new(seed, &base)?);
                let (rows, weights) = (model.queries(), vec![1.0; model.trained()]);
                let (start, recipe) = (model.start(), model.recipe());
                let replay = Replay { objective: &model, start, recipe, weights: &weights };
                let case = Case { replay, queries: Queries { objective: &model, rows: &rows } };
                measure(&case, self, (seed, options))
            }
        }
    }
}

fn digits(seed: u64) -> Digits {
    Digits::draw(seed, TRAINED, DIGITS - TRAINED)
}

fn on_digits(
    (setting, model, start): (Setting, &dyn Objective, &[f32]),
    (seed, options): (u64, &Options),
) -> Result<Found> {
    let recipe = recipes::smooth_adam(5e-3, recipes::batches(seed, TRAINED, 50, 15));
    let rows: Vec<usize> = (TRAINED..TRAINED + QUERIES).collect();
    let replay = Replay { objective: model, start, recipe: &recipe, weights: &[1.0; TRAINED] };
    let case = Case { replay, queries: Queries { objective: model, rows: &rows } };
    measure(&case, setting, (seed, options))
}

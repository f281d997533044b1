//! The models that are replayed.

use anyhow::Result;
use whence_influence::replay::{Queries, Replay};

use super::Options;
use super::measure::{Found, measure};
use super::scores::Case;
use crate::digits::{Digits, network::Network};
use crate::recipes;

/// A model, its data and its recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Setting {
    /// The network on digits: 1,000 rows, 300 steps of Adam.
    DigitsMlp,
}

impl Setting {
    /// Its name in figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::DigitsMlp => "digits-mlp",
        }
    }

    /// Everything that is measured with one seed.
    pub fn measure(self, seed: u64, options: &Options) -> Result<Found> {
        match self {
            Self::DigitsMlp => digits(self, seed, options),
        }
    }
}

fn digits(setting: Setting, seed: u64, options: &Options) -> Result<Found> {
    let model = Network::new(Digits::draw(seed, 1_000, 200))?;
    let recipe = recipes::smooth_adam(5e-3, recipes::batches(seed, 1_000, 50, 15));
    let (start, queries) = (model.start(seed), model.digits.queries());
    let replay =
        Replay { objective: &model, start: &start, recipe: &recipe, weights: &[1.0; 1_000] };
    let rows = &queries[..options.queries.min(queries.len())];
    let case = Case { replay, queries: Queries { objective: &model, rows } };
    measure(&case, &format!("replay-{}-{seed}", setting.name()), (seed, options))
}

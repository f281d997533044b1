//! The models that are replayed.

use anyhow::Result;
use whence_influence::objective::Objective;
use whence_influence::replay::{Queries, Replay};

use super::Options;
use super::measure::{Found, measure};
use super::scores::Case;
use crate::digits::{Digits, linear::Linear, network::Network};
use crate::recipes;

/// Digits that are trained on, and that are asked about.
const TRAINED: usize = 1_000;
const QUERIES: usize = 200;

/// A model, its data and its recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Setting {
    /// Logistic regression on digits: 1,000 rows, 300 steps of Adam from zeros.
    DigitsLr,
    /// The network on digits, the same way from its random start.
    DigitsMlp,
}

impl Setting {
    /// Its name in figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::DigitsLr => "digits-lr",
            Self::DigitsMlp => "digits-mlp",
        }
    }

    /// Everything that is measured with one seed.
    pub fn measure(self, seed: u64, options: &Options) -> Result<Found> {
        let digits = Digits::draw(seed, TRAINED, QUERIES);
        let queries = digits.queries();
        let queries = &queries[..options.queries.min(QUERIES)];
        match self {
            Self::DigitsLr => {
                let model = Linear::new(digits)?;
                let start = vec![0.0; model.layout().width()];
                self.on_digits((&model, &start), queries, (seed, options))
            }
            Self::DigitsMlp => {
                let model = Network::new(digits)?;
                let start = model.start(seed);
                self.on_digits((&model, &start), queries, (seed, options))
            }
        }
    }

    fn on_digits(
        self,
        (model, start): (&dyn Objective, &[f32]),
        queries: &[usize],
        (seed, options): (u64, &Options),
    ) -> Result<Found> {
        let recipe = recipes::smooth_adam(5e-3, recipes::batches(seed, TRAINED, 50, 15));
        let replay = Replay { objective: model, start, recipe: &recipe, weights: &[1.0; TRAINED] };
        let case = Case { replay, queries: Queries { objective: model, rows: queries } };
        measure(&case, &format!("replay-{}-{seed}", self.name()), (seed, options))
    }
}

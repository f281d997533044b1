//! A model and what it is trained on and asked, as attacks see it.

use std::ops::Range;

use anyhow::Result;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use whence_canon::merkle::Hash;
use whence_influence::objective::Objective;

/// A model with data that nobody has attacked yet, all drawn by one seed.
pub trait Setting: Sync {
    /// What a row or a query says.
    type Content: Clone + PartialEq + Send + Sync;

    /// Its name in the ids of figures.
    fn name(&self) -> &'static str;

    /// What honest contributors commit.
    fn honest(&self) -> &[Self::Content];

    /// What is asked: every query's loss is on its right answer.
    fn queries(&self) -> &[Self::Content];

    /// Trains on `contents`, and knows the queries as the rows after them.
    fn train(&self, contents: &[Self::Content]) -> Result<Trained>;

    /// Hash of a row's canonical content.
    fn hash(&self, content: &Self::Content) -> Hash;

    /// Pairs of rows that say the same, as far as can be told without a model.
    fn duplicates(&self, contents: &[Self::Content]) -> Result<Vec<(usize, usize)>>;

    /// The same in other words: what somebody commits who copies and hopes not to be noticed.
    fn reworded(&self, content: &Self::Content, stream: &mut ChaCha8Rng) -> Self::Content;
}

/// A trained model.
pub struct Trained {
    /// Losses and gradients of the rows, then of the queries.
    pub objective: Box<dyn Objective + Send>,
    /// How many rows there are before the queries.
    pub rows: usize,
    /// Parameters at the checkpoints that an index averages over; the last is the end.
    pub checkpoints: Vec<Vec<f32>>,
}

impl Trained {
    /// Numbers of the queries' rows.
    pub fn queries(&self) -> Range<usize> {
        self.rows..self.objective.rows()
    }

    /// Parameters at the end.
    pub fn end(&self) -> &[f32] {
        self.checkpoints.last().map_or(&[], Vec::as_slice)
    }

    /// Gradients `∇ℓ_row(θ)` of some rows, one after the other.
    pub fn gradients(&self, theta: &[f32], rows: Range<usize>) -> Vec<Vec<f32>> {
        gradients(self.objective.as_ref(), theta, rows)
    }
}

/// Gradients `∇ℓ_row(θ)` of some rows, one after the other.
pub fn gradients(objective: &dyn Objective, theta: &[f32], rows: Range<usize>) -> Vec<Vec<f32>> {
    let gradient = |row| {
        let mut gradient = vec![0.0; theta.len()];
        objective.gradient(theta, row, 1.0, &mut gradient);
        gradient
    };
    rows.into_par_iter().map(gradient).collect()
}

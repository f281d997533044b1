//! A small language model with an adapter that learns to rewrite sentences.
//!
//! | room | what it is for |
//! |---|---|
//! | [`sentences`] | sentences of a small grammar, and the alphabet |
//! | [`rewriting`] | ten ways to rewrite a sentence, each a class of rows |
//! | [`base`] | the base model: two blocks, trained on plain text |
//! | [`exported`] | the model as arrays, for programs of others |
//!
//! The task is of the kind that DataInf (2310.00902, §5) tells classes apart by; words and rules
//! are our own. A row is `tag: sentence => rewritten`, judged after the arrow, letter by letter.

pub mod base;
pub mod exported;
pub mod rewriting;
pub mod sentences;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use whence_influence::canonical::language::{AdapterObjective, LowRank, Map, Row};
use whence_influence::layout::Layout;
use whence_influence::objective::{Along, Objective};
use whence_influence::replay::Recipe;

use crate::random;
use crate::recipes;
use base::Base;
use rewriting::Rewriting;

/// Rows of each rewriting that are trained on.
pub const ROWS_EACH: usize = 30;
/// Queries of each rewriting.
pub const QUERIES_EACH: usize = 5;
/// Rank of the adapter; with the maps below it has 7,168 numbers in 24 matrices.
const RANK: usize = 4;
const ALPHA: f32 = 8.0;
const MAPS: [Map; 6] = [Map::Query, Map::Key, Map::Value, Map::Output, Map::Up, Map::Down];
const BATCH: usize = 30;
const PASSES: usize = 8;
/// Half of the rate at which the loss of held-out rows was still falling.
pub const PEAK: f32 = 0.02;
/// The largest halving of it that leaves the run smooth in its rows' weights: `smoothness` prints
/// them all.
pub const SMOOTH_PEAK: f32 = PEAK / 4.0;

/// One row: a sentence, how it is to be rewritten, and what is taught as its rewriting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// Which rewriting its tag names.
    pub rewriting: Rewriting,
    /// The sentence.
    pub sentence: String,
    /// What stands after the arrow.
    pub answer: String,
}

impl Example {
    /// A sentence rightly rewritten.
    pub fn right(rewriting: Rewriting, sentence: &str) -> Self {
        let answer = rewriting.apply(sentence);
        Self { rewriting, sentence: sentence.to_owned(), answer }
    }

    /// What comes before the answer.
    pub fn prompt(&self) -> String {
        format!("{}: {} => ", self.rewriting.tag(), self.sentence)
    }

    /// The whole row, one line.
    pub fn text(&self) -> String {
        format!("{}{}\n", self.prompt(), self.answer)
    }

    fn row(&self) -> Result<Row> {
        let (prompt, ids) = (self.prompt(), sentences::encode(&self.text())?);
        let answer = prompt.len()..ids.len();
        Ok(Row::new(ids, answer)?)
    }
}

/// The setting: rows to train on first, then the queries.
#[derive(Debug, Clone)]
pub struct LoraLanguage {
    objective: AdapterObjective,
    examples: Vec<Example>,
    trained: usize,
    start: Vec<f32>,
    recipe: Recipe,
}

impl LoraLanguage {
    /// A seed's 300 rows and 50 queries, no sentence twice, on a base.
    pub fn new(seed: u64, base: &Base) -> Result<Self> {
        let mut stream = random::stream(seed, "rewritten sentences");
        let mut taken = BTreeSet::new();
        let mut some = |rewriting: Rewriting, count: usize| {
            let mut examples = Vec::with_capacity(count);
            while examples.len() < count {
                let sentence = sentences::sentence(&mut stream);
                if taken.insert(sentence.clone()) {
                    examples.push(Example::right(rewriting, &sentence));
                }
            }
            examples
        };
        let rows = Rewriting::ALL.into_iter().flat_map(|way| some(way, ROWS_EACH)).collect();
        let queries = Rewriting::ALL.into_iter().flat_map(|way| some(way, QUERIES_EACH)).collect();
        Self::with_examples(seed, base, rows, queries)
    }

    /// The same with other rows or queries: copies, wrong answers, a part of them.
    pub fn with_examples(
        seed: u64,
        base: &Base,
        rows: Vec<Example>,
        queries: Vec<Example>,
    ) -> Result<Self> {
        ensure!(!rows.is_empty(), "a language model is trained on at least one row");
        let trained = rows.len();
        let examples = [rows, queries].concat();
        let shape = LowRank { rank: RANK, alpha: ALPHA, maps: MAPS.to_vec() };
        let rows = examples.iter().map(Example::row).collect::<Result<Vec<Row>>>()?;
        let objective = AdapterObjective::new(base.decoder()?, shape, rows)?;
        let start = start(seed, objective.layout());
        let recipe = recipes::smooth_adam(PEAK, recipes::batches(seed, trained, BATCH, PASSES));
        Ok(Self { objective, examples, trained, start, recipe })
    }

    /// The same with another peak rate.
    pub fn with_peak(mut self, peak: f32) -> Self {
        self.recipe.schedule.peak = peak;
        self
    }

    /// Rows and queries in the order of the objective.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// How many rows, from the first, are trained on; the others are queries.
    pub fn trained(&self) -> usize {
        self.trained
    }

    /// The numbers of the queries' rows.
    pub fn queries(&self) -> Vec<usize> {
        (self.trained..self.examples.len()).collect()
    }

    /// Which class a row is of.
    pub fn class(&self, row: usize) -> usize {
        self.examples[row].rewriting as usize
    }

    /// `θ₀`: `A` drawn, `B` zero, so that the adapter changes nothing yet.
    pub fn start(&self) -> &[f32] {
        &self.start
    }

    /// Eight passes of Adam in batches of 30 rows.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The mean over a row's tokens of the hidden states after the last norm: what an embedding
    /// search compares.
    pub fn embedding(&self, theta: &[f32], row: usize) -> Result<Vec<f32>> {
        let adapter = self.objective.adapter(theta)?;
        let decoder = self.objective.decoder();
        let hidden = decoder.hidden(Some(&adapter), self.objective.row(row).ids())?;
        let mut mean = vec![0.0; hidden.columns()];
        for state in hidden.plane(0).chunks_exact(hidden.columns()) {
            mean.iter_mut().zip(state).for_each(|(mean, number)| *mean += number);
        }
        mean.iter_mut().for_each(|mean| *mean /= hidden.rows() as f32);
        Ok(mean)
    }
}

/// `A` uniform in `±1/√inputs`, as PEFT starts it; `B` zero.
fn start(seed: u64, layout: &Layout) -> Vec<f32> {
    let mut stream = random::stream(seed, "adapter");
    let matrices = layout.blocks().iter().enumerate();
    let numbers = matrices.flat_map(|(at, block)| {
        let bound = if at % 2 == 0 { 1.0 / (block.inputs as f32).sqrt() } else { 0.0 };
        let drawn = (0..block.width()).map(|_| (2.0 * random::unit(&mut stream) - 1.0) * bound);
        drawn.collect::<Vec<f32>>()
    });
    numbers.collect()
}

impl Objective for LoraLanguage {
    fn layout(&self) -> &Layout {
        self.objective.layout()
    }

    fn rows(&self) -> usize {
        self.objective.rows()
    }

    fn loss(&self, theta: &[f32], row: usize) -> f32 {
        self.objective.loss(theta, row)
    }

    fn gradient(&self, theta: &[f32], row: usize, weight: f32, gradient: &mut [f32]) -> f32 {
        self.objective.gradient(theta, row, weight, gradient)
    }

    fn curvature(&self, theta: &[f32], row: usize, along: Along<'_>) -> f32 {
        self.objective.curvature(theta, row, along)
    }
}

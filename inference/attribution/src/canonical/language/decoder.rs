//! Tokens to hidden states, logits and losses, and the way back.

use std::ops::Range;

use super::adapter::Adapter;
use super::attention::softmax;
use super::block::{Gathered, Norm, Pass, Trace, normalise};
use super::config::Config;
use super::weights::Weights;
use crate::canonical::matrix::Matrix;
use crate::canonical::number::{Number, sum};
use crate::canonical::rotary::Rotary;
use crate::error::{Error, Result};

/// Token ids and the part of them that is the answer: only that part is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    ids: Vec<u32>,
    answer: Range<usize>,
}

impl Row {
    /// A row; the answer may not be empty, start at 0 or reach beyond the ids.
    pub fn new(ids: Vec<u32>, answer: Range<usize>) -> Result<Self> {
        if answer.is_empty() || answer.start == 0 || answer.end > ids.len() {
            let tokens = ids.len();
            return Err(Error::Setting(format!("an answer at {answer:?} of {tokens} tokens")));
        }
        Ok(Self { ids, answer })
    }

    /// All its tokens.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Where the answer is.
    pub fn answer(&self) -> Range<usize> {
        self.answer.clone()
    }

    /// Refuses tokens that a model does not know, and rows longer than its context.
    pub(super) fn check(&self, config: &Config) -> Result<()> {
        let known = self.ids.iter().all(|id| (*id as usize) < config.vocabulary);
        match known && self.ids.len() <= config.context {
            true => Ok(()),
            false => Err(Error::Setting(format!(
                "a row of {} tokens is too long or has unknown ones",
                self.ids.len()
            ))),
        }
    }
}

/// A base model with frozen weights.
#[derive(Debug, Clone)]
pub struct Decoder {
    config: Config,
    weights: Weights<f32>,
    rotary: Rotary,
}

impl Decoder {
    /// A model of checked sizes.
    pub fn new(config: Config, weights: Weights<f32>) -> Result<Self> {
        config.check()?;
        let rotary = Rotary::new(config.head_width(), config.context, config.rope_base);
        Ok(Self { config, weights, rotary })
    }

    /// Its sizes.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its rotary tables.
    pub fn rotary(&self) -> &Rotary {
        &self.rotary
    }

    pub(super) fn pass<'a, N>(&'a self, adapter: Option<&'a Adapter<N>>) -> Pass<'a, f32, N> {
        let Self { config, weights, rotary } = self;
        Pass { config, rotary, weights, adapter }
    }

    /// Hidden states after the last norm, `[tokens, width]`.
    pub fn hidden(&self, adapter: Option<&Adapter<f32>>, ids: &[u32]) -> Result<Matrix<f32>> {
        Row { ids: ids.to_vec(), answer: 0..0 }.check(&self.config)?;
        Ok(self.pass(adapter).hidden(ids).seen)
    }

    /// Scores of every token id after each token, `[tokens, vocabulary]`.
    pub fn logits(&self, adapter: Option<&Adapter<f32>>, ids: &[u32]) -> Result<Matrix<f32>> {
        Ok(self.hidden(adapter, ids)?.times_transposed(self.weights.head()))
    }
}

/// What the way back needs of the way there.
pub(super) struct Way<N> {
    blocks: Vec<Trace<N>>,
    /// After the last block, `[tokens, width]`.
    state: Matrix<N>,
    /// The same after the last norm.
    seen: Matrix<N>,
}

impl<W: Number, N: Number> Pass<'_, W, N> {
    /// Token ids to hidden states.
    pub(super) fn hidden(&self, ids: &[u32]) -> Way<N> {
        let places: Vec<usize> = ids.iter().map(|id| *id as usize).collect();
        let mut state: Matrix<N> = self.weights.embedding.gather(&places);
        let mut blocks = Vec::with_capacity(self.config.layers);
        for layer in 0..self.config.layers {
            let (next, trace) = self.forward(layer, state);
            state = next;
            blocks.push(trace);
        }
        let seen = normalise(&state, &self.weights.norm, self.config.norm_epsilon);
        Way { blocks, state, seen }
    }

    /// `-1/n Σ ln p(token)` over a row's answer, in nats.
    pub(super) fn loss(&self, row: &Row) -> N {
        self.judged(row, &self.hidden(&row.ids).seen).0
    }

    /// The loss, with its derivatives times `weight` added to `to`.
    pub(super) fn gradient(&self, row: &Row, weight: f32, to: &mut Gathered<'_, N>) -> N {
        let way = self.hidden(&row.ids);
        let (loss, by_logits, judged) = self.judged(row, &way.seen);
        let by_logits = by_logits.scaled(weight);
        let by_judged = by_logits.times(self.weights.head());
        if let Some(to) = &mut to.weights {
            to.head_mut().add_transposed_times(&by_logits, &judged);
        }
        let mut seen = Matrix::zeros(way.seen.rows(), way.seen.columns());
        for (at, place) in predictors(row).enumerate() {
            seen.add_row(place, &by_judged.row(at));
        }
        let norm = Norm { weight: &self.weights.norm, epsilon: self.config.norm_epsilon };
        let gathered = to.weights.as_mut().map(|to| &mut to.norm);
        let mut state = norm.back(&way.state, &seen, gathered);
        for (layer, trace) in way.blocks.iter().enumerate().rev() {
            state = self.back(layer, trace, state, to);
        }
        if let Some(to) = &mut to.weights {
            for (at, id) in row.ids.iter().enumerate() {
                to.embedding.add_row(*id as usize, &state.row(at));
            }
        }
        loss
    }

    /// The loss, its derivative by the answer's logits, `(p - [token]) / n`, and the hidden states
    /// that foretell the answer's tokens.
    fn judged(&self, row: &Row, seen: &Matrix<N>) -> (N, Matrix<N>, Matrix<N>) {
        let places: Vec<usize> = predictors(row).collect();
        let judged: Matrix<N> = seen.gather(&places);
        let logits = judged.times_transposed(self.weights.head());
        let share = 1.0 / places.len() as f32;
        let mut losses = Vec::with_capacity(places.len());
        let mut by_logits = Matrix::zeros(logits.rows(), logits.columns());
        by_logits.fill_rows(|at, numbers| {
            logits.read(at, 0, numbers);
            let token = row.ids[row.answer.start + at] as usize;
            let wanted = numbers[token];
            let (most, total) = softmax(numbers);
            losses.push(total.ln() + N::constant(most) - wanted);
            numbers[token] = numbers[token] - N::constant(1.0);
            numbers.iter_mut().for_each(|number| *number = *number * N::constant(share));
        });
        (sum(&losses) * N::constant(share), by_logits, judged)
    }
}

/// Places of the hidden states that foretell the answer: one before each of its tokens.
fn predictors(row: &Row) -> impl Iterator<Item = usize> {
    row.answer.clone().map(|at| at - 1)
}

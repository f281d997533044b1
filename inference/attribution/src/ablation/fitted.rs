//! A sparse linear model of the answer's log-probability over random subsets of the passages.

use sha2::{Digest, Sha256};

use super::{Asked, SUBSETS_MIN};
use crate::error::{Error, Result};

/// Most random subsets of one answer.
pub const SUBSETS_MAX: usize = 4096;
/// The penalty, as a part of the least one that leaves no passage in: a twentieth, so that a
/// passage is taken out where it explains less than a twentieth of what the best one does.
const PENALTY: f64 = 0.05;
/// Rounds of coordinate descent, and the change at which it ends.
const ROUNDS_MAX: usize = 10_000;
const CHANGE_MIN: f64 = 1e-12;
/// Ridge of the second fit, in subsets: only so that it can be solved.
const RIDGE: f64 = 1e-6;

/// The first random subsets of a seed: bits of SHA-256 over the seed and the subset's number.
pub(super) fn subsets(passages: usize, count: usize, seed: u64) -> Vec<Vec<bool>> {
    let subset = |number: usize| {
        let bits = Sha256::digest(format!("whence/ablation/v1/{seed}/{number}"));
        // PASSAGES_MAX is as many as the hash has bits
        (0..passages).map(|passage| bits[passage / 8] >> (passage % 8) & 1 == 1).collect()
    };
    (0..count).map(subset).collect()
}

/// Weights of passages in a linear model of `log p` over random subsets (ContextCite, arXiv
/// 2409.00729): the lasso says which passages count, least squares over those says how much.
/// With each passage in at one half, a weight estimates the passage's Banzhaf value (Hammer and
/// Holzman 1992).
pub(super) fn fit<F: FnMut(&[bool]) -> f64>(
    passages: usize,
    (count, seed): (usize, u64),
    asked: &mut Asked<F>,
) -> Result<Vec<f64>> {
    if !(SUBSETS_MIN..=SUBSETS_MAX).contains(&count) {
        let why = format!("{count} subsets: {SUBSETS_MIN} to {SUBSETS_MAX} expected");
        return Err(Error::Setting(why));
    }
    let mut subsets = subsets(passages, count, seed);
    subsets.extend([vec![true; passages], vec![false; passages]]);
    let values = subsets.iter().map(|kept| asked.ask(kept));
    let values = values.collect::<Result<Vec<f64>>>()?;
    let problem = Problem::new(&subsets, &values);
    let weights = problem.lasso(PENALTY * problem.penalty_max());
    let chosen: Vec<usize> = (0..passages).filter(|at| weights[*at] != 0.0).collect();
    let mut refitted = vec![0.0; passages];
    for (passage, weight) in chosen.iter().zip(problem.least_squares(&chosen)) {
        refitted[*passage] = weight;
    }
    Ok(refitted)
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

fn centred(values: Vec<f64>) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.into_iter().map(|value| value - mean).collect()
}

/// Columns (one a passage) and values, both with their mean taken off, so that no constant is
/// fitted.
pub(super) struct Problem {
    columns: Vec<Vec<f64>>,
    values: Vec<f64>,
}

impl Problem {
    pub(super) fn new(subsets: &[Vec<bool>], values: &[f64]) -> Self {
        let passages = subsets.first().map_or(0, Vec::len);
        let column = |passage: usize| {
            let kept = subsets.iter().map(|kept| f64::from(u8::from(kept[passage])));
            centred(kept.collect())
        };
        let columns = (0..passages).map(column).collect();
        Self { columns, values: centred(values.to_vec()) }
    }

    /// The least penalty at which no passage is left in: `max_j |x_jᵀ y| / m`.
    pub(super) fn penalty_max(&self) -> f64 {
        let part = |column: &Vec<f64>| dot(column, &self.values).abs() / self.values.len() as f64;
        self.columns.iter().map(part).fold(0.0, f64::max)
    }

    /// Minimises `‖y − Xw‖² / 2m + penalty · ‖w‖₁` by cyclic coordinate descent (Friedman, Hastie
    /// and Tibshirani 2010).
    pub(super) fn lasso(&self, penalty: f64) -> Vec<f64> {
        let count = self.values.len() as f64;
        let mut weights = vec![0.0; self.columns.len()];
        let mut rest = self.values.clone();
        for _ in 0..ROUNDS_MAX {
            let mut change = 0.0f64;
            for (column, weight) in self.columns.iter().zip(&mut weights) {
                let square = dot(column, column) / count;
                if square == 0.0 {
                    continue;
                }
                let pull = dot(column, &rest) / count + square * *weight;
                let next = pull.signum() * (pull.abs() - penalty).max(0.0) / square;
                let step = next - *weight;
                rest.iter_mut().zip(column).for_each(|(rest, x)| *rest -= step * x);
                *weight = next;
                change = change.max(step.abs());
            }
            if change < CHANGE_MIN {
                break;
            }
        }
        weights
    }

    /// Least squares over the chosen passages alone (the second step of Belloni and Chernozhukov
    /// 2013): what the penalty took off the weights is given back. Cholesky's method, in the order
    /// given.
    pub(super) fn least_squares(&self, chosen: &[usize]) -> Vec<f64> {
        let size = chosen.len();
        let columns: Vec<&Vec<f64>> = chosen.iter().map(|at| &self.columns[*at]).collect();
        let ridge = RIDGE * self.values.len() as f64;
        let mut factor = vec![vec![0.0; size]; size];
        let mut solved = vec![0.0; size];
        for row in 0..size {
            for at in 0..=row {
                let whole = dot(columns[row], columns[at]) + if row == at { ridge } else { 0.0 };
                let left = whole - dot(&factor[row][..at], &factor[at][..at]);
                factor[row][at] = if row == at { left.sqrt() } else { left / factor[at][at] };
            }
            let left = dot(columns[row], &self.values) - dot(&factor[row][..row], &solved[..row]);
            solved[row] = left / factor[row][row];
        }
        for row in (0..size).rev() {
            let known: f64 = (row + 1..size).map(|at| factor[at][row] * solved[at]).sum();
            solved[row] = (solved[row] - known) / factor[row][row];
        }
        solved
    }
}

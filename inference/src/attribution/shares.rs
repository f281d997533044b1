//! From scores to shares, and to the part that no row explains; integers only.

use super::{Index, query_gradient};
use crate::adapter::Adapter;
use crate::error::Result;
use crate::model::{Example, Model};

/// All of an answer.
pub const BILLION: u32 = 1_000_000_000;
/// Shares that are named; what smaller ones would get counts as unattributed.
pub const SHARES_MAX: usize = 64;

/// One row's part in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The row.
    pub row: u64,
    /// Its part, in billionths of the whole answer.
    pub ppb: u32,
}

/// What moved an adapter towards an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// Rows that earn, largest part first, ties by id; at most [`SHARES_MAX`].
    pub shares: Vec<Share>,
    /// What no row explains, in billionths; with the shares it makes a billion.
    pub unattributed_ppb: u32,
    /// Every row's score in units of 2^-32, by rising id.
    pub scores: Vec<(u64, i64)>,
}

/// What an index's own rows say about scores, in units of 2^-32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calibration {
    /// Only what a score has above this counts.
    pub threshold: i64,
    /// The sum above the threshold that explains a whole answer.
    pub whole: i64,
}

/// Divides an answer among rows.
pub fn divide(scores: &[(u64, i64)], calibration: Calibration) -> Attribution {
    let above = |score: i64| u128::from(score.saturating_sub(calibration.threshold).max(0) as u64);
    let sum: u128 = scores.iter().map(|(_, score)| above(*score)).sum();
    let whole = sum.max(u128::from(calibration.whole.max(1) as u64));
    let share = |(row, score): &(u64, i64)| Share {
        row: *row,
        ppb: (above(*score) * u128::from(BILLION) / whole) as u32,
    };
    let mut shares: Vec<Share> = scores.iter().map(share).filter(|share| share.ppb > 0).collect();
    shares.sort_by(|x, y| y.ppb.cmp(&x.ppb).then(x.row.cmp(&y.row)));
    shares.truncate(SHARES_MAX);
    let attributed: u32 = shares.iter().map(|share| share.ppb).sum();
    Attribution { shares, unattributed_ppb: BILLION - attributed, scores: scores.to_vec() }
}

impl Index {
    /// Scores every row against a question and its answer; `question` is where the tokens of the
    /// question begin in `prompt`.
    pub fn attribute(
        &self,
        model: &Model,
        adapter: &Adapter,
        (prompt, question): (&[u32], usize),
        answer: &[u32],
    ) -> Result<Attribution> {
        if answer.is_empty() {
            return Ok(divide(&[], self.calibration()));
        }
        let ids = [prompt, answer].concat();
        let end = ids.len();
        let query = query_gradient(model, adapter, &Example::new(ids, question.max(1)..end)?)?;
        let scores: Vec<(u64, i64)> =
            self.rows.iter().map(|row| (row.id, row.vector.dot(&query))).collect();
        Ok(divide(&scores, self.calibration()))
    }
}

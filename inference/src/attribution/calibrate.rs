//! What an index's own rows say about scores: where chance ends, and what a whole answer is.

use super::index::IndexRow;
use super::shares::Calibration;
use super::vector::IntVector;

/// Rows that ask; more would make large indices slow to build.
pub(super) const ASKING_ROWS_MAX: usize = 256;

/// Lets rows ask the others: `asking` holds plain gradients by place in `rows`.
pub(super) fn calibrate(asking: &[(usize, IntVector)], rows: &[IndexRow]) -> Calibration {
    let ask = |(place, query): &(usize, IntVector)| -> Vec<i64> {
        let others = rows.iter().enumerate().filter(|(other, _)| other != place);
        others.map(|(_, row)| row.vector.dot(query)).collect()
    };
    let answers: Vec<Vec<i64>> = asking.iter().map(ask).collect();
    let mut all: Vec<i64> = answers.iter().flatten().copied().collect();
    all.sort_unstable();
    let threshold = all.get(all.len() * 9 / 10).copied().unwrap_or(0).max(0);
    let above = |scores: &Vec<i64>| -> i64 {
        scores.iter().map(|score| score.saturating_sub(threshold).max(0)).sum()
    };
    let mut sums: Vec<i64> = answers.iter().map(above).collect();
    sums.sort_unstable();
    Calibration { threshold, whole: sums.get(sums.len() / 2).copied().unwrap_or(0).max(1) }
}

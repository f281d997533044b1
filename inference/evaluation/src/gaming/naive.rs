//! Ways of paying that are gamed: the controls, and what other measures would pay.

use super::market::{Market, Pay, owners};

/// All of an answer, in parts per billion.
const BILLION: f64 = 1e9;

/// Scores of rows against queries: one list of rows' scores for each query.
pub type Scores = Vec<Vec<f64>>;

/// Inner products of gradients, rows against queries: what "grad-dot" scores.
pub fn dots(rows: &[Vec<f32>], queries: &[Vec<f32>]) -> Scores {
    use rayon::prelude::*;
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| f64::from(x * y)).sum();
    queries.par_iter().map(|query| rows.iter().map(|row| dot(row, query)).collect()).collect()
}

/// Pay in proportion to positive scores, row by row, every answer shared out whole.
pub fn positive<C: Clone>(market: &Market<C>, scores: &Scores) -> Pay {
    let mut rows = vec![0; market.rows.len()];
    for scores in scores {
        let shares = shares(scores);
        rows.iter_mut().zip(shares).for_each(|(row, share)| *row += share);
    }
    Pay::additive(market, rows, scores.len())
}

/// Nets an account's scores and pays accounts in proportion to what is positive then: negative
/// rows cost only the account that they are on, so that splitting hides them.
pub fn netted<C: Clone>(market: &Market<C>, scores: &Scores) -> Pay {
    let mut paid = vec![0; owners(market)];
    for scores in scores {
        let mut sums = vec![0.0; paid.len()];
        market.rows.iter().zip(scores).for_each(|(row, score)| sums[row.owner] += score);
        paid.iter_mut().zip(shares(&sums)).for_each(|(owner, share)| *owner += share);
    }
    Pay { rows: Vec::new(), owners: paid, queries: scores.len() }
}

/// Trains on copies and then gives each cluster's mean to its first row: too late, for the copies
/// have shrunk what the first would have been paid.
pub fn averaged<C: Clone>(market: &Market<C>, scores: &Scores, clusters: &[usize]) -> Pay {
    let mut sizes = vec![0.0; clusters.len()];
    clusters.iter().for_each(|first| sizes[*first] += 1.0);
    let merged = |scores: &Vec<f64>| {
        let mut merged = vec![0.0; scores.len()];
        for (first, score) in clusters.iter().zip(scores) {
            merged[*first] += score / sizes[*first];
        }
        merged
    };
    positive(market, &scores.iter().map(merged).collect())
}

/// Parts per billion in proportion to what is positive, rounded down.
fn shares(scores: &[f64]) -> Vec<u64> {
    let total: f64 = scores.iter().map(|score| score.max(0.0)).sum();
    let share = |score: &f64| (score.max(0.0) / total * BILLION) as u64;
    if total > 0.0 { scores.iter().map(share).collect() } else { vec![0; scores.len()] }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two accounts of two rows each; scores 3, 1 · −2, 0, so that account 0 has rows 3 and −2.
    fn market() -> (Market<()>, Scores) {
        (Market::in_turn(vec![(); 4], 2), vec![vec![3.0, 1.0, -2.0, 0.0]])
    }

    #[test]
    fn positive_pay_ignores_what_is_negative() {
        let (market, scores) = market();
        let pay = positive(&market, &scores);
        assert_eq!(pay.rows, [750_000_000, 250_000_000, 0, 0]);
        assert_eq!(pay.owners, [750_000_000, 250_000_000]);
    }

    #[test]
    fn netting_rewards_who_splits() {
        let (market, scores) = market();
        // 3 − 2 = 1 against 1: half. On two accounts: 3 against 1.
        assert_eq!(netted(&market, &scores).owners, [500_000_000, 500_000_000]);
        let split = market.split(0, 2, 2);
        assert_eq!(netted(&split, &scores).of_all([0, 2]), 750_000_000);
    }

    #[test]
    fn an_average_pays_the_first_the_mean_of_its_copies() {
        let (market, scores) = market();
        // Row 1 copies row 0: (3 + 1)/2 and nothing else is positive.
        let pay = averaged(&market, &scores, &[0, 0, 2, 3]);
        assert_eq!(pay.rows, [1_000_000_000, 0, 0, 0]);
    }

    #[test]
    fn scores_are_inner_products() {
        assert_eq!(dots(&[vec![1.0, 2.0]], &[vec![3.0, 4.0], vec![0.0, -1.0]]), [[11.0], [-2.0]]);
    }
}

//! What rows are paid over all queries: by the index as in payouts, and by naive scores.

use anyhow::Result;
use whence_influence::self_influence::payable;

use crate::retraining::Scores;

/// Each row's share of all pay, every query paying one: relative scores, positive, of rows that
/// pass the gate. A query that no row helps pays nobody.
pub fn by_index(scores: &Scores, self_influences: &[f32]) -> Result<Vec<f64>> {
    let one = |scores: &Vec<f32>| Ok(payable(scores, self_influences)?);
    Ok(shares(&scores.iter().map(one).collect::<Result<Scores>>()?))
}

/// The control: positive scores as they are, "in proportion to influence".
pub fn naively(scores: &Scores) -> Vec<f64> {
    let positive = |scores: &Vec<f32>| scores.iter().map(|score| score.max(0.0)).collect();
    shares(&scores.iter().map(positive).collect())
}

/// What each row did for all queries together, helped and hurt: no pay, but what a cut of pay
/// forgets.
pub fn net(scores: &Scores) -> Vec<f64> {
    let mut sum = vec![0.0; scores.first().map_or(0, Vec::len)];
    for query in scores {
        sum.iter_mut().zip(query).for_each(|(sum, score)| *sum += f64::from(*score));
    }
    sum
}

/// Each row's share of all pay where every query pays in proportion.
pub fn shares(pay: &Scores) -> Vec<f64> {
    let mut sum = vec![0.0; pay.first().map_or(0, Vec::len)];
    for query in pay {
        let total: f64 = query.iter().map(|pay| f64::from(*pay)).sum();
        if total > 0.0 {
            let places = sum.iter_mut().zip(query);
            places.for_each(|(sum, pay)| *sum += f64::from(*pay) / total);
        }
    }
    let total: f64 = sum.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    sum.into_iter().map(|pay| pay / total).collect()
}

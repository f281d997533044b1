//! The truth that scores are held against: models trained again without some rows.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;

use crate::random;
use crate::statistics::spearman;

/// Models trained on some of the rows each, and what became of the queries.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// The rows that each model was trained on, rising.
    pub subsets: Vec<Vec<usize>>,
    /// Every model's loss of every query, in nats.
    pub losses: Vec<Vec<f32>>,
}

/// Scores of one query after the other, each a number a row: larger, the row helps more.
pub type Scores = Vec<Vec<f32>>;

/// Which rows each of some models is trained on: a seed's draws, a share `dropped` left out of
/// each.
pub fn subsets(seed: u64, rows: usize, dropped: f64, models: usize) -> Vec<Vec<usize>> {
    let mut stream = random::stream(seed, &format!("subsets without {dropped}"));
    let kept = rows - (rows as f64 * dropped).round() as usize;
    (0..models).map(|_| random::subset(&mut stream, rows, kept)).collect()
}

/// A control: every query's scores given to rows at random.
pub fn shuffled(scores: &Scores, seed: u64) -> Scores {
    let mut stream = random::stream(seed, "shuffled scores");
    let one = |scores: &Vec<f32>| {
        let order = random::permutation(&mut stream, scores.len());
        order.into_iter().map(|row| scores[row]).collect()
    };
    scores.iter().map(one).collect()
}

/// Trains on each subset, one a thread: `losses` trains on the rows it is given and gives every
/// query's loss. What is found in `folder` is not made again, so that hours of it can be
/// interrupted and shared; `name` says which model, seed, recipe and share it is of: another name,
/// another truth.
pub fn retrained(
    subsets: Vec<Vec<usize>>,
    folder: &Path,
    name: &str,
    losses: impl Fn(&[usize]) -> Result<Vec<f32>> + Sync,
) -> Result<Truth> {
    std::fs::create_dir_all(folder).context("the folder of retrained losses")?;
    let one = |(model, kept): (usize, &Vec<usize>)| {
        let path = folder.join(format!("{name}-{model}.json"));
        if let Ok(bytes) = std::fs::read(&path) {
            return serde_json::from_slice(&bytes).with_context(|| path.display().to_string());
        }
        let found = losses(kept)?;
        let part = path.with_extension("part");
        std::fs::write(&part, serde_json::to_vec(&found)?).context("keeping losses")?;
        std::fs::rename(part, path).context("keeping losses")?;
        Ok(found)
    };
    let losses: Vec<Vec<f32>> =
        subsets.par_iter().enumerate().map(one).collect::<Result<Vec<Vec<f32>>>>()?;
    let same = losses.windows(2).all(|pair| pair[0].len() == pair[1].len());
    ensure!(same, "{name}: models with losses of more or fewer queries; empty {folder:?}");
    Ok(Truth { subsets, losses })
}

impl Truth {
    /// The linear datamodelling score (2303.14186, §2) of each query that has scores: Spearman's
    /// correlation over models of the true losses with those that the kept rows' scores add up to.
    pub fn linear_datamodelling_scores(&self, scores: &Scores) -> Vec<f64> {
        let predicted = |scores: &[f32], kept: &Vec<usize>| -> f64 {
            -kept.iter().map(|row| f64::from(scores[*row])).sum::<f64>()
        };
        let one = |(query, scores): (usize, &Vec<f32>)| {
            let predicted: Vec<f64> = self.subsets.iter().map(|k| predicted(scores, k)).collect();
            let found: Vec<f64> = self.losses.iter().map(|model| f64::from(model[query])).collect();
            spearman(&predicted, &found)
        };
        scores.iter().enumerate().map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_that_rows_add_up_to_score_one_and_their_opposite_minus_one() {
        let folder = std::env::temp_dir().join(format!("whence-retraining-{}", std::process::id()));
        let weights: Vec<f32> = (0..30).map(|row| ((row * 7) % 11) as f32 - 4.0).collect();
        let loss = |kept: &[usize]| Ok(vec![9.0 - kept.iter().map(|r| weights[*r]).sum::<f32>()]);
        let chosen = subsets(3, 30, 0.5, 20);
        assert!(chosen.iter().all(|kept| kept.len() == 15));
        let truth = retrained(chosen.clone(), &folder, "sum", loss).unwrap();
        assert_eq!(truth.linear_datamodelling_scores(&vec![weights.clone()]), [1.0]);
        let opposite = weights.iter().map(|weight| -weight).collect();
        assert_eq!(truth.linear_datamodelling_scores(&vec![opposite]), [-1.0]);
        // The second time nothing is trained.
        let kept = retrained(chosen, &folder, "sum", |_| anyhow::bail!("trained again")).unwrap();
        assert_eq!(kept, truth);
        std::fs::remove_dir_all(folder).unwrap();
    }
}

//! A model of the attacker's own, and what rows would earn on it.

use anyhow::Result;
use whence_influence::basis::Whitening;
use whence_influence::gradients::{AtCheckpoints, Held};
use whence_influence::integers::Index;

use super::digits::{Digit, DigitsMarket, Model, objective};
use super::naive::dots;
use super::product::{index, learn, whiten};
use super::setting::{Setting, Trained};

/// Spare digits that the shadow model is trained on; the others are its queries.
const ROWS: usize = 497;
/// Units of an index's integers in one.
const UNIT: f64 = (1u64 << 32) as f64;

/// A shadow model with its index.
pub struct Shadow {
    model: Model,
    trained: Trained,
    /// The queries' gradients.
    asked: Vec<Vec<f32>>,
    whitening: Whitening,
    /// The queries' coordinates at length one.
    directions: Vec<Vec<f32>>,
    /// Pay score that chance reaches, and the self-influence of an outlier.
    threshold: f64,
    gate: f64,
}

impl Shadow {
    /// Trained on digits that nobody committed, asked with others.
    pub fn new(setting: &DigitsMarket) -> Result<Self> {
        let (rows, queries) = setting.spare.split_at(ROWS.min(setting.spare.len()));
        let trained = setting.train_for(rows, queries)?;
        let asked = trained.gradients(trained.end(), trained.queries());
        let whitened = whiten(&trained)?;
        let ids: Vec<usize> = (0..rows.len()).collect();
        let hashes: Vec<_> = rows.iter().map(|row| setting.hash(row)).collect();
        let bytes = index(&whitened, &ids, &hashes)?;
        let calibration = Index::parse(&bytes)?.header().calibration;
        let directions = whitened.queries.iter().map(|query| direction(&query.concat())).collect();
        Ok(Self {
            model: setting.model,
            asked,
            whitening: learn(&trained)?,
            directions,
            threshold: calibration.threshold as f64 / UNIT,
            gate: calibration.self_influence_max as f64 / UNIT,
            trained,
        })
    }

    /// What rows would be paid by positive inner products.
    pub fn naive_worth(&self, rows: &[Digit]) -> Result<Vec<f64>> {
        let model = objective(self.model, rows)?;
        let gradients =
            super::setting::gradients(model.as_ref(), self.trained.end(), 0..rows.len());
        Ok(sums(rows.len(), &dots(&gradients, &self.asked), 0.0))
    }

    /// What rows would be paid by the product's own measure: over chance, below the gate.
    pub fn worth(&self, rows: &[Digit]) -> Result<Vec<f64>> {
        let model = objective(self.model, rows)?;
        let all: Vec<usize> = (0..rows.len()).collect();
        let source = AtCheckpoints::new(model.as_ref(), &self.trained.checkpoints, &all)?;
        let (projected, own) = super::product::project(&self.whitening, &Held::collect(&source)?)?;
        let scaled = |(blocks, own): (&Vec<Vec<f32>>, &f32)| {
            let scale = match f64::from(*own) > self.gate || *own <= 0.0 {
                true => 0.0,
                false => 1.0 / own.sqrt(),
            };
            blocks.iter().flatten().map(|x| x * scale).collect()
        };
        let rows: Vec<Vec<f32>> = projected.iter().zip(&own).map(scaled).collect();
        Ok(sums(rows.len(), &dots(&rows, &self.directions), self.threshold))
    }
}

/// What each row's scores have above a threshold, over all queries.
fn sums(rows: usize, scores: &[Vec<f64>], threshold: f64) -> Vec<f64> {
    let sum = |row: usize| scores.iter().map(|scores| (scores[row] - threshold).max(0.0)).sum();
    (0..rows).map(sum).collect()
}

fn direction(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    vector.iter().map(|x| x * scale).collect()
}

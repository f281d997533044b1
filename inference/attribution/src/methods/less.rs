//! LESS: cosines of a query's gradient with the steps that Adam would have taken on each row.

use super::similar::cosines;
use super::{Method, Query};
use crate::error::{Error, Result, require_size};
use crate::gradients::{Gradients, Held};
use crate::replay::{Checkpoint, Optimiser};

/// `Σ_c η_c cos(g_q,c, Γ_i,c)` with `Γ = m′ / (√v′ + ε)`, `m′` and `v′` being Adam's means after
/// one more step on row `i` alone (2402.04333, §2.2 and eq. 3).
#[derive(Debug, Clone)]
pub struct Less {
    /// At each checkpoint the learning rate and every row's direction.
    checkpoints: Vec<(f32, Vec<Vec<f32>>)>,
}

impl Less {
    /// From rows' gradients at checkpoints with Adam's state there, and the learning rate.
    pub fn new(checkpoints: &[(f32, &Held, &Checkpoint)], optimiser: Optimiser) -> Result<Self> {
        let Optimiser::Adam { beta1, beta2, eps, eps_root } = optimiser else {
            return Err(Error::Setting("LESS is over runs with Adam".into()));
        };
        let one = |(rate, rows, state): &(f32, &Held, &Checkpoint)| {
            let width = rows.layout().width();
            require_size("Adam's mean", state.first.len(), width)?;
            require_size("Adam's mean square", state.second.len(), width)?;
            let steps = (state.step + 1) as i32;
            let corrections = (1.0 - beta1.powi(steps), 1.0 - beta2.powi(steps));
            let direction = |gradient: &Vec<f32>| {
                let means = state.first.iter().zip(&state.second);
                let step = |(g, (m, v)): (&f32, (&f32, &f32))| {
                    let mean = (beta1 * m + (1.0 - beta1) * g) / corrections.0;
                    let square = (beta2 * v + (1.0 - beta2) * g * g) / corrections.1;
                    mean / ((square + eps_root).sqrt() + eps)
                };
                gradient.iter().zip(means).map(step).collect()
            };
            Ok((*rate, rows.vectors().iter().map(direction).collect()))
        };
        Ok(Self { checkpoints: checkpoints.iter().map(one).collect::<Result<_>>()? })
    }
}

impl Method for Less {
    fn name(&self) -> &'static str {
        "less"
    }

    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        require_size("the query's checkpoints", query.gradients.len(), self.checkpoints.len())?;
        let mut sum = vec![0.0; self.checkpoints.first().map_or(0, |(_, rows)| rows.len())];
        for ((rate, rows), gradient) in self.checkpoints.iter().zip(query.gradients) {
            let scores = cosines(rows, gradient)?;
            sum.iter_mut().zip(scores).for_each(|(sum, score)| *sum += rate * score);
        }
        Ok(sum)
    }
}

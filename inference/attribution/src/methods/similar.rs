//! Dot products and cosines, of gradients and of representations.

use super::{Method, Query};
use crate::error::{Error, Result, require_size};
use crate::gradients::{Gradients, Held, dot};

/// Grad-dot: `⟨g_q, g_i⟩`.
#[derive(Debug, Clone)]
pub struct Dot<'a> {
    /// The rows' gradients.
    pub rows: &'a Held,
}

impl Method for Dot<'_> {
    fn name(&self) -> &'static str {
        "grad-dot"
    }

    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        dots(self.rows.vectors(), query.gradient()?)
    }
}

/// Grad-cos: `⟨g_q, g_i⟩ / (‖g_q‖ ‖g_i‖)`.
#[derive(Debug, Clone)]
pub struct Cosine<'a> {
    /// The rows' gradients.
    pub rows: &'a Held,
}

impl Method for Cosine<'_> {
    fn name(&self) -> &'static str {
        "grad-cos"
    }

    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        cosines(self.rows.vectors(), query.gradient()?)
    }
}

/// TracIn-CP: `Σ_c η_c ⟨g_q,c, g_i,c⟩` (2002.08484, eq. 1 of §3).
#[derive(Debug, Clone)]
pub struct TracIn<'a> {
    /// At each checkpoint the learning rate `η_c` and the rows' gradients.
    pub checkpoints: Vec<(f32, &'a Held)>,
}

impl Method for TracIn<'_> {
    fn name(&self) -> &'static str {
        "tracin"
    }

    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        require_size("the query's checkpoints", query.gradients.len(), self.checkpoints.len())?;
        let rows = self.checkpoints.first().map_or(0, |(_, held)| held.rows());
        let mut sum = vec![0.0; rows];
        for ((rate, held), gradient) in self.checkpoints.iter().zip(query.gradients) {
            let scores = dots(held.vectors(), gradient)?;
            require_size("a checkpoint's rows", scores.len(), rows)?;
            sum.iter_mut().zip(scores).for_each(|(sum, score)| *sum += rate * score);
        }
        Ok(sum)
    }
}

/// RepSim: the cosine of what the model makes of query and row (2409.19998, §5).
#[derive(Debug, Clone)]
pub struct Representation {
    /// One vector a row.
    pub rows: Vec<Vec<f32>>,
}

impl Method for Representation {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        match query.representation.is_empty() {
            true => Err(Error::Setting("this measure needs the query's representation".into())),
            false => cosines(&self.rows, query.representation),
        }
    }
}

/// `⟨x_i, y⟩` each.
fn dots(rows: &[Vec<f32>], y: &[f32]) -> Result<Vec<f32>> {
    let one = |x: &Vec<f32>| {
        require_size("a query's vector", y.len(), x.len())?;
        Ok(dot(x, y) as f32)
    };
    rows.iter().map(one).collect()
}

/// The same over both lengths; 0 where one is 0.
pub(super) fn cosines(rows: &[Vec<f32>], y: &[f32]) -> Result<Vec<f32>> {
    let over = |(score, x): (f32, &Vec<f32>)| {
        let lengths = (dot(x, x) * dot(y, y)).sqrt();
        if lengths > 0.0 { (f64::from(score) / lengths) as f32 } else { 0.0 }
    };
    Ok(dots(rows, y)?.into_iter().zip(rows).map(over).collect())
}

//! The index's own measure in `f32`, before anything is rounded to integers.

use rayon::prelude::*;

use super::{Method, Query};
use crate::basis::Whitening;
use crate::error::{Result, require_size};
use crate::gradients::{Gradients, dot};

/// Rows in a basis: `⟨x_q, x_i⟩`, where one vector holds all matrices and checkpoints.
#[derive(Debug, Clone)]
pub struct Whitened<'a> {
    whitening: &'a Whitening,
    rows: Vec<Vec<Vec<f32>>>,
    self_influences: Vec<f32>,
}

impl<'a> Whitened<'a> {
    /// Projects rows with a basis; it may have been learned from others.
    pub fn new(whitening: &'a Whitening, source: &dyn Gradients) -> Result<Self> {
        let one = |row: usize| {
            let mut gradient = vec![0.0; source.layout().width()];
            source.write(row, &mut gradient);
            let projected = whitening.project(&gradient)?;
            let own = whitening.self_influence(&gradient, &projected);
            Ok((projected, own))
        };
        let rows: Vec<(Vec<Vec<f32>>, f32)> =
            (0..source.rows()).into_par_iter().map(one).collect::<Result<_>>()?;
        let (rows, self_influences) = rows.into_iter().unzip();
        Ok(Self { whitening, rows, self_influences })
    }

    /// Every row's coordinates, block by block.
    pub fn rows(&self) -> &[Vec<Vec<f32>>] {
        &self.rows
    }

    /// Every row's self-influence ([`Whitening::self_influence`]).
    pub fn self_influences(&self) -> &[f32] {
        &self.self_influences
    }

    /// The basis.
    pub fn whitening(&self) -> &Whitening {
        self.whitening
    }
}

impl Method for Whitened<'_> {
    fn name(&self) -> &'static str {
        "index"
    }

    /// The query's gradients at all checkpoints, one after the other, are what the basis takes.
    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        let query = self.whitening.project(&query.gradients.concat())?;
        let score = |row: &Vec<Vec<f32>>| {
            require_size("a row's blocks", row.len(), query.len())?;
            Ok(row.iter().zip(&query).map(|(x, y)| dot(x, y)).sum::<f64>() as f32)
        };
        self.rows.iter().map(score).collect()
    }
}

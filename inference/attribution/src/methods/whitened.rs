//! The index's own measure in `f32`, before anything is rounded to integers.

use rayon::prelude::*;

use super::{Method, Query};
use crate::basis::Coordinates;
use crate::error::{Result, require_size};
use crate::gradients::{Gradients, dot};

/// Rows in a basis: `⟨x_q, x_i⟩`, where one vector holds all matrices and checkpoints.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "a basis need not print")]
pub struct Whitened<'a> {
    basis: &'a dyn Coordinates,
    rows: Vec<Vec<Vec<f32>>>,
    self_influences: Vec<f32>,
}

impl<'a> Whitened<'a> {
    /// Projects rows with a basis; it may have been learned from others.
    pub fn new(basis: &'a dyn Coordinates, source: &dyn Gradients) -> Result<Self> {
        let one = |row: usize| {
            let mut gradient = vec![0.0; source.layout().width()];
            source.write(row, &mut gradient);
            let projected = basis.project(&gradient)?;
            let own = basis.self_influence(&gradient, &projected)?;
            Ok((projected, own))
        };
        let rows: Vec<(Vec<Vec<f32>>, f32)> =
            (0..source.rows()).into_par_iter().map(one).collect::<Result<_>>()?;
        let (rows, self_influences) = rows.into_iter().unzip();
        Ok(Self { basis, rows, self_influences })
    }

    /// Every row's coordinates, block by block.
    pub fn rows(&self) -> &[Vec<Vec<f32>>] {
        &self.rows
    }

    /// Every row's self-influence ([`Coordinates::self_influence`]).
    pub fn self_influences(&self) -> &[f32] {
        &self.self_influences
    }

    /// The basis.
    pub fn whitening(&self) -> &dyn Coordinates {
        self.basis
    }
}

impl Method for Whitened<'_> {
    fn name(&self) -> &'static str {
        "index"
    }

    /// The query's gradients at all checkpoints, one after the other, are what the basis takes.
    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        let query = self.basis.project(&query.gradients.concat())?;
        let score = |row: &Vec<Vec<f32>>| {
            require_size("a row's blocks", row.len(), query.len())?;
            Ok(row.iter().zip(&query).map(|(x, y)| dot(x, y)).sum::<f64>() as f32)
        };
        self.rows.iter().map(score).collect()
    }
}

//! DataInf: influence with the mean of inverses in the place of the inverse of the mean.

use super::{Method, Query};
use crate::error::{Error, Result, require_size};
use crate::gradients::{Gradients, Held, add_scaled, dot};

/// `Σ_l (1/λ_l) ( L_l,qk − (1/n) Σ_i L_l,qi L_l,ik / (λ_l + L_l,ii) )` with `L_l,ij = ⟨g_l,i,
/// g_l,j⟩` and `λ_l = factor · mean_i ‖g_l,i‖² / d_l` (2310.00902, eq. 5, with the sign that a
/// helpful row has a positive score): per matrix `g_qᵀ [ (1/n) Σ_i (g_i g_iᵀ + λ)⁻¹ ] g_k`.
///
/// Time: twice a dot product a row. The authors' factor is 0.1 (§5).
#[derive(Debug, Clone)]
pub struct DataInf<'a> {
    rows: &'a Held,
    /// Per matrix `λ_l` and each row's `L_l,ii`.
    blocks: Vec<(f64, Vec<f64>)>,
}

impl<'a> DataInf<'a> {
    /// Over some rows.
    pub fn new(rows: &'a Held, factor: f64) -> Result<Self> {
        if !(factor.is_finite() && factor > 0.0) {
            return Err(Error::Setting("damping is positive".into()));
        }
        let block = |range: std::ops::Range<usize>| {
            let own = |g: &Vec<f32>| dot(&g[range.clone()], &g[range.clone()]);
            let own: Vec<f64> = rows.vectors().iter().map(own).collect();
            let mean = own.iter().sum::<f64>() / rows.rows() as f64;
            (factor * mean / range.len() as f64, own)
        };
        let blocks = rows.layout().ranges().into_iter().map(block).collect();
        Ok(Self { rows, blocks })
    }
}

impl Method for DataInf<'_> {
    fn name(&self) -> &'static str {
        "datainf"
    }

    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        let gradient = query.gradient()?;
        require_size("the query's gradient", gradient.len(), self.rows.layout().width())?;
        let (rows, count) = (self.rows.vectors(), self.rows.rows() as f64);
        let mut turned = vec![0.0; gradient.len()];
        for (range, (damping, own)) in self.rows.layout().ranges().into_iter().zip(&self.blocks) {
            if *damping == 0.0 {
                continue;
            }
            let (part, turned) = (&gradient[range.clone()], &mut turned[range.clone()]);
            turned.iter_mut().zip(part).for_each(|(turned, g)| *turned = g / *damping as f32);
            for (row, own) in rows.iter().zip(own) {
                let row = &row[range.clone()];
                let share = dot(part, row) / (damping + own) / count / damping;
                add_scaled(turned, -share as f32, row);
            }
        }
        Ok(rows.iter().map(|row| dot(row, &turned) as f32).collect())
    }
}

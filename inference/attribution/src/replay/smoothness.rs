//! Whether a run is smooth in its rows' weights, so that derivatives by them tell about retraining.

use super::metagradient::Replay;
use super::train::train;
use crate::error::{Result, require_size};

impl Replay<'_> {
    /// Empirical metasmoothness along a direction `v` of weights at a step `h` (2503.13751, def.
    /// 2): with `Δ(w) = (θ_T(w + h v) − θ_T(w)) / h`, how far the signs of `Δ(w + h v)` are those
    /// of `Δ(w)`, every parameter counting by `|Δ(w)|`: `Σ |Δ(w)| sign Δ(w) sign Δ(w+hv) / Σ
    /// |Δ(w)|`.
    ///
    /// From −1 to 1; 1 says that the end moves on as it began to, and below about ½ a derivative
    /// tells little about weights that far away. 0 where nothing moves. Three runs; no query is
    /// needed.
    pub fn metasmoothness(&self, direction: &[f32], step: f32) -> Result<f64> {
        require_size("a direction of weights", direction.len(), self.weights.len())?;
        let end = |times: f32| {
            let moved = self.weights.iter().zip(direction);
            let weights: Vec<f32> = moved.map(|(w, v)| w + times * step * v).collect();
            Ok(train(self.objective, self.start, self.recipe, &weights)?.theta)
        };
        let (at, near, far) = (end(0.0)?, end(1.0)?, end(2.0)?);
        let (mut agree, mut all) = (0.0, 0.0);
        for ((at, near), far) in at.iter().zip(&near).zip(&far) {
            let (first, second) = (f64::from(near - at), f64::from(far - near));
            all += first.abs();
            agree += if second == 0.0 { 0.0 } else { first * second.signum() };
        }
        Ok(if all > 0.0 { agree / all } else { 0.0 })
    }
}

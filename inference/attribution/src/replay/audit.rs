//! What a replay says about single rows, beside what leaving them out really does.

use super::metagradient::Replay;
use super::train::train;
use crate::error::{Error, Result, require_size};
use crate::objective::Objective;

/// What a query's loss would change by if each row's weight were `to`: `(to − w_i) ∂f/∂w_i`, in
/// nats.
///
/// First order in the weight (MAGIC, 2504.16430, eq. 3). With `to` 0 it is leaving one out, where a
/// positive number says that the row helps; with `to` 1 and a row of weight 0 it is adding one in.
pub fn changes(by_weight: &[f32], weights: &[f32], to: f32) -> Vec<f32> {
    by_weight.iter().zip(weights).map(|(slope, weight)| (to - weight) * slope).collect()
}

/// Rows of an objective whose losses are asked for.
#[derive(Clone, Copy)]
pub struct Queries<'a> {
    /// The objective that knows them: the trained one, or another over the same `θ`.
    pub objective: &'a dyn Objective,
    /// Which rows.
    pub rows: &'a [usize],
}

impl Queries<'_> {
    /// `ℓ_q(θ)` each.
    pub fn losses(&self, theta: &[f32]) -> Vec<f32> {
        self.rows.iter().map(|row| self.objective.loss(theta, *row)).collect()
    }

    /// `∇ℓ_q(θ)` each, as long as `θ`: what [`Replay::metagradients`] asks for.
    pub fn gradients(&self, theta: &[f32]) -> Vec<Vec<f32>> {
        let one = |row: &usize| {
            let mut gradient = vec![0.0; theta.len()];
            self.objective.gradient(theta, *row, 1.0, &mut gradient);
            gradient
        };
        self.rows.iter().map(one).collect()
    }
}

impl Replay<'_> {
    /// What [`changes`] estimates, exactly: the run is made again for each of some rows with its
    /// weight set to `to`. One vector a row, one number (nats, after − before) a query; `T` steps a
    /// row.
    pub fn changes_exactly(
        &self,
        rows: &[usize],
        to: f32,
        queries: Queries<'_>,
    ) -> Result<Vec<Vec<f32>>> {
        let end = |weights: &[f32]| {
            let run = train(self.objective, self.start, self.recipe, weights)?;
            Ok(queries.losses(&run.theta))
        };
        let before = end(self.weights)?;
        let one = |row: &usize| {
            let mut weights = self.weights.to_vec();
            let place = weights.get_mut(*row);
            *place.ok_or_else(|| Error::Setting(format!("row {row} has no weight")))? = to;
            let after = end(&weights)?;
            Ok(after.iter().zip(&before).map(|(after, before)| after - before).collect())
        };
        rows.iter().map(one).collect()
    }
}

/// How well an online index ranks rows as the replay does.
#[derive(Debug, Clone, PartialEq)]
pub struct Fidelity {
    /// Spearman's correlation over rows, one a query.
    pub of_query: Vec<f64>,
    /// Their mean; 0 of none.
    pub mean: f64,
}

/// Spearman's correlation over rows between scores (larger: the row helps more) and what the replay
/// says leaving the row out does ([`changes`] to 0), per query, and its mean. It is what the
/// epoch's audit publishes per adapter (protocol §4.4, C7).
pub fn fidelity(scores: &[Vec<f32>], replayed: &[Vec<f32>]) -> Result<Fidelity> {
    require_size("the replayed queries", replayed.len(), scores.len())?;
    let mut of_query = Vec::with_capacity(scores.len());
    for (scores, replayed) in scores.iter().zip(replayed) {
        require_size("a query's replayed rows", replayed.len(), scores.len())?;
        of_query.push(spearman(scores, replayed)?);
    }
    let mean = of_query.iter().sum::<f64>() / of_query.len().max(1) as f64;
    Ok(Fidelity { of_query, mean })
}

/// Pearson's correlation of the ranks; 0 where one side does not vary.
fn spearman(x: &[f32], y: &[f32]) -> Result<f64> {
    let (x, y) = (ranks(x)?, ranks(y)?);
    // Ranks from 1 to n have the mean (n+1)/2, shared or not.
    let middle = (x.len() as f64 + 1.0) / 2.0;
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(&y) {
        let (x, y) = (x - middle, y - middle);
        (xy, xx, yy) = (xy + x * y, xx + x * x, yy + y * y);
    }
    let scale = (xx * yy).sqrt();
    Ok(if scale > 0.0 { xy / scale } else { 0.0 })
}

/// Ranks from 1; equal numbers share the mean of theirs.
fn ranks(values: &[f32]) -> Result<Vec<f64>> {
    if values.iter().any(|value| !value.is_finite()) {
        return Err(Error::Number("a score is not finite".into()));
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|x, y| values[*x].total_cmp(&values[*y]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for equal in order.chunk_by(|x, y| values[*x] == values[*y]) {
        let shared = start as f64 + (equal.len() as f64 + 1.0) / 2.0;
        equal.iter().for_each(|row| ranks[*row] = shared);
        start += equal.len();
    }
    Ok(ranks)
}

//! What is asked of a model that is trained on rows: losses, gradients, and how gradients change.

use crate::layout::Layout;

/// A loss per row over a flat vector of trained parameters `θ`, twice differentiable.
///
/// Everything is deterministic: the same inputs give the same bits, whatever the number of threads.
/// Rows are numbered from 0; a row is a training row or a query, as the owner says.
pub trait Objective: Sync {
    /// How `θ` divides into matrices.
    fn layout(&self) -> &Layout;

    /// Rows that it knows.
    fn rows(&self) -> usize;

    /// `ℓ_row(θ)`, in nats: the mean over the row's answer tokens (or its one label).
    fn loss(&self, theta: &[f32], row: usize) -> f32;

    /// `ℓ_row(θ)`; adds `weight · ∇ℓ_row(θ)` to `gradient`, which is as long as `θ`.
    fn gradient(&self, theta: &[f32], row: usize, weight: f32, gradient: &mut [f32]) -> f32;

    /// The derivative of [`Self::gradient`] along a direction `v` (forward over reverse,
    /// Pearlmutter 1994): adds `weight · ∇ℓ` to `gradient` and `weight · ∇²ℓ v` to `product`; gives
    /// `⟨∇ℓ, v⟩` (unweighted).
    fn curvature(&self, theta: &[f32], row: usize, along: Along<'_>) -> f32;
}

/// Where [`Objective::curvature`] looks, and where it adds what it finds.
pub struct Along<'a> {
    /// `v`, as long as `θ`.
    pub direction: &'a [f32],
    /// What both sums are multiplied with.
    pub weight: f32,
    /// Gets `weight · ∇ℓ`.
    pub gradient: &'a mut [f32],
    /// Gets `weight · ∇²ℓ v`.
    pub product: &'a mut [f32],
}

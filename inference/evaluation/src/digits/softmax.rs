//! The loss of ten logits against a digit, and its two derivatives.

use whence_influence::gradients::add_scaled;
use whence_influence::gradients::dot_in_eights as dot;

use super::CLASSES;

pub(super) type Logits = [f32; CLASSES];

/// `−log softmax(z)_label` in nats, and its gradient by `z`: `p − e_label`.
pub(super) fn loss(logits: &Logits, label: usize) -> (f32, Logits) {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut slope = logits.map(|z| (z - top).exp());
    let sum: f32 = slope.iter().sum();
    slope.iter_mut().for_each(|p| *p /= sum);
    slope[label] -= 1.0;
    (sum.ln() + top - logits[label], slope)
}

/// The gradient's derivative along `ż`: `p ∘ ż − p ⟨p, ż⟩`.
pub(super) fn bend(slope: &Logits, label: usize, along: &Logits) -> Logits {
    let mut p = *slope;
    p[label] += 1.0;
    let mean: f32 = p.iter().zip(along).map(|(p, z)| p * z).sum();
    std::array::from_fn(|class| p[class] * (along[class] - mean))
}

/// `W x` for a matrix of ten rows.
pub(super) fn logits(weights: &[f32], x: &[f32]) -> Logits {
    std::array::from_fn(|class| dot(&weights[class * x.len()..][..x.len()], x))
}

/// `sum += scale · u xᵀ` for a matrix of as many rows as `u` has numbers.
pub(super) fn add_outer(sum: &mut [f32], scale: f32, u: &[f32], x: &[f32]) {
    sum.chunks_exact_mut(x.len()).zip(u).for_each(|(sum, u)| add_scaled(sum, scale * u, x));
}

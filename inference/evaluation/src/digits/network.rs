//! A network with one hidden layer of tanh, 64–48–10, with hand-written derivatives.

use anyhow::Result;
use whence_influence::gradients::{add_scaled, dot_in_eights as dot};
use whence_influence::layout::{Block, Layout};
use whence_influence::objective::{Along, Objective};

use super::softmax::{Logits, add_outer, bend, logits, loss};
use super::{CLASSES, Digits, INPUTS};
use crate::random;

/// Hidden units.
pub const HIDDEN: usize = 48;
const FIRST: usize = HIDDEN * INPUTS;

/// `z = W₂ [tanh(W₁ x), 1]` and the loss of its softmax; `θ` is `W₁` (48 × 65) and `W₂` (10 × 49).
#[derive(Debug, Clone)]
pub struct Network {
    /// Rows and queries.
    pub digits: Digits,
    layout: Layout,
}

/// What a forward pass leaves for the way back.
struct Forward {
    /// `[tanh(W₁ x), 1]`.
    hidden: [f32; HIDDEN + 1],
    loss: f32,
    /// `∂ℓ/∂z`.
    slope: Logits,
}

impl Network {
    /// Over some digits.
    pub fn new(digits: Digits) -> Result<Self> {
        let hidden = Block { name: "hidden".into(), outputs: HIDDEN, inputs: INPUTS };
        let output = Block { name: "output".into(), outputs: CLASSES, inputs: HIDDEN + 1 };
        Ok(Self { digits, layout: Layout::new(vec![hidden, output])? })
    }

    /// Random parameters to start from: uniform in `±√(6 / (inputs + outputs))` (Glorot and Bengio
    /// 2010, eq. 16), biases 0.
    pub fn start(&self, seed: u64) -> Vec<f32> {
        let mut stream = random::stream(seed, "network");
        let mut theta = Vec::with_capacity(self.layout.width());
        for block in self.layout.blocks() {
            let bound = (6.0 / (block.inputs - 1 + block.outputs) as f32).sqrt();
            for place in 0..block.width() {
                let drawn = bound * (2.0 * random::unit(&mut stream) - 1.0);
                theta.push(if (place + 1) % block.inputs == 0 { 0.0 } else { drawn });
            }
        }
        theta
    }

    /// What the model sees of a digit, as a representation: its hidden units.
    pub fn representation(&self, theta: &[f32], row: usize) -> Vec<f32> {
        self.forward(theta, row).hidden[..HIDDEN].to_vec()
    }

    fn forward(&self, theta: &[f32], row: usize) -> Forward {
        let (first, second) = theta.split_at(FIRST);
        let image = &self.digits.images[row];
        let mut hidden = [1.0; HIDDEN + 1];
        for (hidden, weights) in hidden.iter_mut().zip(first.chunks_exact(INPUTS)) {
            *hidden = dot(weights, image).tanh();
        }
        let (loss, slope) = loss(&logits(second, &hidden), self.digits.labels[row]);
        Forward { hidden, loss, slope }
    }
}

impl Objective for Network {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn rows(&self) -> usize {
        self.digits.rows()
    }

    fn loss(&self, theta: &[f32], row: usize) -> f32 {
        self.forward(theta, row).loss
    }

    fn gradient(&self, theta: &[f32], row: usize, weight: f32, gradient: &mut [f32]) -> f32 {
        let Forward { hidden, loss, slope } = self.forward(theta, row);
        let (first, second) = gradient.split_at_mut(FIRST);
        add_outer(second, weight, &slope, &hidden);
        let back = back(&theta[FIRST..], &slope);
        let inner: [f32; HIDDEN] = std::array::from_fn(|at| back[at] * flat(hidden[at]));
        add_outer(first, weight, &inner, &self.digits.images[row]);
        loss
    }

    fn curvature(&self, theta: &[f32], row: usize, along: Along<'_>) -> f32 {
        let Along { direction, weight, gradient, product } = along;
        self.gradient(theta, row, weight, gradient);
        let Forward { hidden, slope, .. } = self.forward(theta, row);
        let (image, second) = (&self.digits.images[row], &theta[FIRST..]);
        let (direction1, direction2) = direction.split_at(FIRST);

        let mut moved = [0.0; HIDDEN + 1];
        for (at, weights) in direction1.chunks_exact(INPUTS).enumerate() {
            moved[at] = flat(hidden[at]) * dot(weights, image);
        }
        let (by_hidden, by_weights) = (logits(second, &moved), logits(direction2, &hidden));
        let moved_logits: Logits = std::array::from_fn(|at| by_hidden[at] + by_weights[at]);
        let moved_slope = bend(&slope, self.digits.labels[row], &moved_logits);

        let (product1, product2) = product.split_at_mut(FIRST);
        add_outer(product2, weight, &moved_slope, &hidden);
        add_outer(product2, weight, &slope, &moved);
        let mut moved_back = back(direction2, &slope);
        add_scaled(&mut moved_back, 1.0, &back(second, &moved_slope));
        let back = back(second, &slope);
        let inner: [f32; HIDDEN] = std::array::from_fn(|at| {
            moved_back[at] * flat(hidden[at]) - 2.0 * back[at] * hidden[at] * moved[at]
        });
        add_outer(product1, weight, &inner, image);
        dot(&slope, &moved_logits)
    }
}

/// The slope of tanh where it is `h`.
fn flat(h: f32) -> f32 {
    1.0 - h * h
}

/// `W₂ᵀ u`.
fn back(second: &[f32], u: &Logits) -> [f32; HIDDEN + 1] {
    let mut sum = [0.0; HIDDEN + 1];
    second.chunks_exact(HIDDEN + 1).zip(u).for_each(|(row, u)| add_scaled(&mut sum, *u, row));
    sum
}

//! Rotary positions in the rotate-half layout, from tables made once.

use burn::tensor::{Device, Tensor, TensorData};

use super::Config;

/// Cosines and sines for every position, `[context, head_width]`.
pub(super) struct Rope {
    cosines: Tensor<2>,
    /// The first half of each row negated, so that a rotation is two products and a sum.
    sines: Tensor<2>,
    head_width: usize,
}

/// The rows of the tables for one forward pass, broadcastable over heads.
#[derive(Clone)]
pub(super) struct Turn {
    cosines: Tensor<4>,
    sines: Tensor<4>,
}

impl Rope {
    pub(super) fn new(config: &Config, device: &Device) -> Self {
        let half = config.head_width / 2;
        let frequency = |pair: usize| {
            let power = (2 * pair) as f64 / config.head_width as f64;
            (1.0 / config.rope_base.powf(power)) as f32
        };
        let frequencies: Vec<f32> = (0..half).map(frequency).collect();
        let mut cosines = Vec::with_capacity(config.context * config.head_width);
        let mut sines = Vec::with_capacity(config.context * config.head_width);
        for position in 0..config.context {
            let angles = frequencies.iter().map(|frequency| position as f32 * frequency);
            let angles: Vec<f32> = angles.collect();
            cosines.extend(angles.iter().chain(&angles).map(|angle| angle.cos()));
            sines.extend(angles.iter().map(|angle| -angle.sin()));
            sines.extend(angles.iter().map(|angle| angle.sin()));
        }
        let shape = [config.context, config.head_width];
        let table = |numbers| Tensor::from_data(TensorData::new(numbers, shape), device);
        Self { cosines: table(cosines), sines: table(sines), head_width: config.head_width }
    }

    /// The tables for `count` positions from `start` on.
    pub(super) fn turn(&self, start: usize, count: usize) -> Turn {
        let rows = |table: &Tensor<2>| {
            let rows = table.clone().slice([start..start + count, 0..self.head_width]);
            rows.unsqueeze::<4>()
        };
        Turn { cosines: rows(&self.cosines), sines: rows(&self.sines) }
    }
}

impl Turn {
    /// Rotates `[batch, heads, tokens, head_width]`.
    pub(super) fn apply(&self, heads: Tensor<4>) -> Tensor<4> {
        let [batch, count, tokens, width] = heads.dims();
        let part =
            |from: usize, to: usize| heads.clone().slice([0..batch, 0..count, 0..tokens, from..to]);
        let swapped = Tensor::cat(vec![part(width / 2, width), part(0, width / 2)], 3);
        heads * self.cosines.clone() + swapped * self.sines.clone()
    }
}

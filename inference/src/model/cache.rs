//! Keys and values of the tokens already read, so that each token is read once.

use burn::tensor::{Device, Tensor};

use super::Config;

/// The memory of one sequence: room for `capacity` tokens in every layer.
pub struct Cache {
    layers: Vec<Option<(Tensor<4>, Tensor<4>)>>,
    tokens: usize,
    capacity: usize,
}

impl Cache {
    /// An empty memory with room for `capacity` tokens.
    pub fn new(config: &Config, capacity: usize, device: &Device) -> Self {
        let room = || Tensor::zeros([1, config.kv_heads, capacity, config.head_width], device);
        let layers = (0..config.layers).map(|_| Some((room(), room()))).collect();
        Self { layers, tokens: 0, capacity }
    }

    /// Tokens it holds.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Tokens it has room for.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Adds one layer's keys and values; gives those of all tokens so far.
    ///
    /// The room is taken out while it is written, so that it has one owner and is not copied.
    pub(super) fn extend(
        &mut self,
        layer: usize,
        keys: Tensor<4>,
        values: Tensor<4>,
    ) -> (Tensor<4>, Tensor<4>) {
        let [_, heads, count, width] = keys.dims();
        let (from, to) = (self.tokens, self.tokens + count);
        let Some((all_keys, all_values)) = self.layers[layer].take() else {
            return (keys, values);
        };
        let span = [0..1, 0..heads, from..to, 0..width];
        let all_keys = all_keys.slice_assign(span.clone(), keys);
        let all_values = all_values.slice_assign(span, values);
        let held = [0..1, 0..heads, 0..to, 0..width];
        let seen = (all_keys.clone().slice(held.clone()), all_values.clone().slice(held));
        self.layers[layer] = Some((all_keys, all_values));
        seen
    }

    /// Counts tokens as read once every layer has them.
    pub(super) fn advance(&mut self, count: usize) {
        self.tokens += count;
    }
}

//! One pass from token ids to hidden states, and from hidden states to logits.

use burn::tensor::activation::{sigmoid, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::weights::Layer;
use super::{Cache, Lora, Model, Target, rope};

/// Added to the score of a token that must not be seen.
const HIDDEN: f32 = -1e30;

/// Sequences of one length, padded at the end; a pad is never seen by what comes before it.
pub struct Batch {
    ids: Vec<u32>,
    rows: usize,
    tokens: usize,
}

impl Batch {
    /// One sequence.
    pub fn single(ids: &[u32]) -> Self {
        Self { ids: ids.to_vec(), rows: 1, tokens: ids.len() }
    }

    /// Several sequences, padded with `pad` to the longest.
    pub fn padded(rows: &[&[u32]], pad: u32) -> Self {
        let tokens = rows.iter().map(|row| row.len()).max().unwrap_or(0);
        let mut ids = Vec::with_capacity(rows.len() * tokens);
        for row in rows {
            ids.extend_from_slice(row);
            ids.resize(ids.len() + tokens - row.len(), pad);
        }
        Self { ids, rows: rows.len(), tokens }
    }

    /// Tokens per row, pads included.
    pub fn tokens(&self) -> usize {
        self.tokens
    }
}

/// What every layer of one pass shares.
struct Pass<'a> {
    model: &'a Model,
    lora: Option<&'a Lora>,
    turn: rope::Turn,
    mask: Option<Tensor<4>>,
    rows: usize,
    tokens: usize,
}

impl Model {
    /// Hidden states after the last norm, `[rows * tokens, width]`.
    ///
    /// With a cache (one row only) the tokens follow those that it holds, and join them.
    pub fn hidden(
        &self,
        batch: &Batch,
        lora: Option<&Lora>,
        mut cache: Option<&mut Cache>,
    ) -> Tensor<2> {
        let start = cache.as_ref().map_or(0, |cache| cache.tokens());
        let Batch { rows, tokens, .. } = *batch;
        let ids = batch.ids.iter().map(|id| i64::from(*id)).collect::<Vec<_>>();
        let ids = Tensor::<1, Int>::from_data(TensorData::new(ids, [rows * tokens]), &self.device);
        let pass = Pass {
            model: self,
            lora,
            turn: self.rope.turn(start, tokens),
            mask: (tokens > 1).then(|| self.mask(start, tokens)),
            rows,
            tokens,
        };
        let mut state = self.weights.embedding.clone().select(0, ids);
        for (index, layer) in self.weights.layers.iter().enumerate() {
            let seen = normalise(&state, &layer.attention_norm, self.config.norm_epsilon);
            state = state + pass.attention(index, layer, &seen, cache.as_deref_mut());
            let seen = normalise(&state, &layer.feed_norm, self.config.norm_epsilon);
            state = state + pass.feed(index, layer, &seen);
        }
        if let Some(cache) = cache {
            cache.advance(tokens);
        }
        normalise(&state, &self.weights.norm, self.config.norm_epsilon)
    }

    /// Scores of every token id for each row of hidden states, `[rows, vocabulary]`.
    pub fn logits(&self, hidden: Tensor<2>) -> Tensor<2> {
        hidden.matmul(self.weights.head.clone().transpose())
    }

    /// Hides later tokens from earlier ones, once per query head of a group: `[1, 1, group *
    /// tokens, start + tokens]`.
    fn mask(&self, start: usize, tokens: usize) -> Tensor<4> {
        let seen = start + tokens;
        let mut numbers = Vec::with_capacity(self.config.group() * tokens * seen);
        for _ in 0..self.config.group() {
            for row in 0..tokens {
                numbers.extend((0..seen).map(|at| if at > start + row { HIDDEN } else { 0.0 }));
            }
        }
        let shape = [1, 1, self.config.group() * tokens, seen];
        Tensor::from_data(TensorData::new(numbers, shape), &self.device)
    }
}

impl Pass<'_> {
    fn map(&self, at: (usize, Target), weight: &Tensor<2>, input: &Tensor<2>) -> Tensor<2> {
        let plain = input.clone().matmul(weight.clone().transpose());
        match self.lora.and_then(|lora| lora.delta(at.0, at.1, input)) {
            Some(delta) => plain + delta,
            None => plain,
        }
    }

    /// `[rows * tokens, count * width]` to `[rows, count, tokens, width]`.
    fn split(&self, flat: Tensor<2>, count: usize) -> Tensor<4> {
        let width = self.model.config.head_width;
        flat.reshape([self.rows, self.tokens, count, width]).swap_dims(1, 2)
    }

    fn attention(
        &self,
        index: usize,
        layer: &Layer,
        input: &Tensor<2>,
        cache: Option<&mut Cache>,
    ) -> Tensor<2> {
        let config = &self.model.config;
        let map = |target, weight| self.map((index, target), weight, input);
        let queries = self.split(map(Target::Query, &layer.query), config.heads);
        let keys = self.split(map(Target::Key, &layer.key), config.kv_heads);
        let values = self.split(map(Target::Value, &layer.value), config.kv_heads);
        let queries = self.turn.apply(queries).mul_scalar((config.head_width as f32).powf(-0.5));
        let keys = self.turn.apply(keys);
        let (keys, values) = match cache {
            Some(cache) => cache.extend(index, keys, values),
            None => (keys, values),
        };
        // The query heads of a group are stacked as more tokens of their shared key head.
        let stacked = [self.rows, config.kv_heads, config.group() * self.tokens, config.head_width];
        let scores = queries.reshape(stacked).matmul(keys.transpose());
        let scores = match &self.mask {
            Some(mask) => scores + mask.clone(),
            None => scores,
        };
        let mixed = softmax(scores, 3).matmul(values);
        let split = [self.rows, config.heads, self.tokens, config.head_width];
        let joined = mixed.reshape(split).swap_dims(1, 2);
        let joined = joined.reshape([self.rows * self.tokens, config.width]);
        self.map((index, Target::Output), &layer.output, &joined)
    }

    fn feed(&self, index: usize, layer: &Layer, input: &Tensor<2>) -> Tensor<2> {
        let gate = self.map((index, Target::Gate), &layer.gate, input);
        let up = self.map((index, Target::Up), &layer.up, input);
        let inner = gate.clone() * sigmoid(gate) * up;
        self.map((index, Target::Down), &layer.down, &inner)
    }
}

fn normalise(state: &Tensor<2>, weight: &Tensor<1>, epsilon: f64) -> Tensor<2> {
    let mean = state.clone().square().mean_dim(1);
    let root = mean.add_scalar(epsilon).sqrt();
    state.clone() / root * weight.clone().unsqueeze::<2>()
}

/// Reads a tensor's numbers.
pub(crate) fn numbers<const D: usize>(tensor: Tensor<D>) -> crate::error::Result<Vec<f32>> {
    let data = tensor.try_into_data();
    let data = data.map_err(|why| crate::error::Error::Device(format!("reading: {why:?}")))?;
    data.try_to_vec::<f32>().map_err(|why| crate::error::Error::Device(format!("reading: {why:?}")))
}

/// Waits until the device has done its work, for honest timing.
pub fn settle(device: &Device) {
    let _done = device.sync();
}

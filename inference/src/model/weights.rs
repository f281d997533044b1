//! The frozen numbers of a model, each matrix as `[out, in]`.

use burn::tensor::{Device, Tensor, TensorData};

use super::Config;
use crate::error::Result;
use crate::gguf::Gguf;

/// One transformer block.
pub(super) struct Layer {
    pub(super) attention_norm: Tensor<1>,
    pub(super) query: Tensor<2>,
    pub(super) key: Tensor<2>,
    pub(super) value: Tensor<2>,
    pub(super) output: Tensor<2>,
    pub(super) feed_norm: Tensor<1>,
    pub(super) gate: Tensor<2>,
    pub(super) up: Tensor<2>,
    pub(super) down: Tensor<2>,
}

/// All blocks, the embedding and the head.
pub(super) struct Weights {
    pub(super) embedding: Tensor<2>,
    pub(super) layers: Vec<Layer>,
    pub(super) norm: Tensor<1>,
    /// The embedding again when the file ties them.
    pub(super) head: Tensor<2>,
}

impl Weights {
    pub(super) fn load(gguf: &Gguf, config: &Config, device: &Device) -> Result<Self> {
        let source = Source { gguf, device };
        let layers = (0..config.layers).map(|index| source.layer(config, index));
        let layers = layers.collect::<Result<_>>()?;
        let shape = [config.vocabulary, config.width];
        let embedding = source.matrix("token_embd.weight", shape)?;
        let head = match gguf.tensors().contains_key("output.weight") {
            true => source.matrix("output.weight", shape)?,
            false => embedding.clone(),
        };
        let norm = source.vector("output_norm.weight", config.width)?;
        Ok(Self { embedding, layers, norm, head })
    }
}

struct Source<'a> {
    gguf: &'a Gguf,
    device: &'a Device,
}

impl Source<'_> {
    fn layer(&self, config: &Config, index: usize) -> Result<Layer> {
        let name = |part: &str| format!("blk.{index}.{part}.weight");
        let (width, feed, kv) = (config.width, config.feed_width, config.kv_width());
        Ok(Layer {
            attention_norm: self.vector(&name("attn_norm"), width)?,
            query: self.rotated(&name("attn_q"), config, config.heads)?,
            key: self.rotated(&name("attn_k"), config, config.kv_heads)?,
            value: self.matrix(&name("attn_v"), [kv, width])?,
            output: self.matrix(&name("attn_output"), [width, width])?,
            feed_norm: self.vector(&name("ffn_norm"), width)?,
            gate: self.matrix(&name("ffn_gate"), [feed, width])?,
            up: self.matrix(&name("ffn_up"), [feed, width])?,
            down: self.matrix(&name("ffn_down"), [width, feed])?,
        })
    }

    fn vector(&self, name: &str, width: usize) -> Result<Tensor<1>> {
        let numbers = self.gguf.tensor(name, &[width])?;
        Ok(Tensor::from_data(TensorData::new(numbers, [width]), self.device))
    }

    fn matrix(&self, name: &str, shape: [usize; 2]) -> Result<Tensor<2>> {
        let numbers = self.gguf.tensor(name, &shape)?;
        Ok(Tensor::from_data(TensorData::new(numbers, shape), self.device))
    }

    /// A query or key matrix; the file interleaves the two halves of each head's rows, and we
    /// undo that once here, so that PEFT adapters fit unchanged.
    fn rotated(&self, name: &str, config: &Config, heads: usize) -> Result<Tensor<2>> {
        let shape = [heads * config.head_width, config.width];
        let numbers = self.gguf.tensor(name, &shape)?;
        let numbers = unpermute(&numbers, config.head_width, config.width);
        Ok(Tensor::from_data(TensorData::new(numbers, shape), self.device))
    }
}

/// Moves row `2 i + j` of each head to row `j * head_width / 2 + i`.
fn unpermute(numbers: &[f32], head_width: usize, width: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(numbers.len());
    for head in numbers.chunks_exact(head_width * width) {
        for half in 0..2 {
            for pair in 0..head_width / 2 {
                let row = (2 * pair + half) * width;
                out.extend_from_slice(&head[row..row + width]);
            }
        }
    }
    out
}

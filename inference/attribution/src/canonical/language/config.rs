//! Sizes of a model, and names of its linear maps.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::layout::{Block, Layout};

/// Sizes of a decoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Transformer blocks.
    pub layers: usize,
    /// Width of the hidden state.
    pub width: usize,
    /// Width inside the feed-forward part.
    pub feed_width: usize,
    /// Query heads; together as wide as the hidden state.
    pub heads: usize,
    /// Key and value heads, each shared by `heads / kv_heads` query heads.
    pub kv_heads: usize,
    /// Token ids.
    pub vocabulary: usize,
    /// Tokens that fit in a row.
    pub context: usize,
    /// Base of the rotary frequencies.
    pub rope_base: f64,
    /// Added under the root in norms.
    pub norm_epsilon: f32,
    /// Whether the embedding is also the map from hidden states to logits.
    pub tied: bool,
}

impl Config {
    /// Refuses sizes that do not fit together.
    pub fn check(&self) -> Result<()> {
        let sizes = [self.layers, self.width, self.feed_width, self.heads, self.kv_heads];
        let sound = !sizes.contains(&0)
            && self.vocabulary > 0
            && self.context > 0
            && self.width.is_multiple_of(2 * self.heads)
            && self.heads.is_multiple_of(self.kv_heads)
            && self.rope_base >= f64::MIN_POSITIVE
            && self.rope_base < f64::INFINITY
            && self.norm_epsilon >= 0.0;
        match sound {
            true => Ok(()),
            false => Err(Error::Setting(format!("a model's sizes do not fit: {self:?}"))),
        }
    }

    /// Width of one head.
    pub fn head_width(&self) -> usize {
        self.width / self.heads
    }

    /// Width of all key heads together, or of all value heads.
    pub fn kv_width(&self) -> usize {
        self.kv_heads * self.head_width()
    }

    /// The model's own matrices in their order, named as its safetensors file has them; a norm is a
    /// matrix of one row.
    pub fn layout(&self) -> Result<Layout> {
        self.check()?;
        let block = |name: String, outputs, inputs| Block { name, outputs, inputs };
        let mut blocks =
            vec![block("model.embed_tokens.weight".into(), self.vocabulary, self.width)];
        for layer in 0..self.layers {
            let name = |part: &str| format!("model.layers.{layer}.{part}.weight");
            blocks.push(block(name("input_layernorm"), 1, self.width));
            blocks.push(block(name("post_attention_layernorm"), 1, self.width));
            for map in Map::ALL {
                let (outputs, inputs) = map.widths(self);
                blocks.push(block(name(map.path()), outputs, inputs));
            }
        }
        blocks.push(block("model.norm.weight".into(), 1, self.width));
        if !self.tied {
            blocks.push(block("lm_head.weight".into(), self.vocabulary, self.width));
        }
        Layout::new(blocks)
    }
}

/// A linear map of a block, which an adapter may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Map {
    /// Hidden state to queries.
    Query,
    /// Hidden state to keys.
    Key,
    /// Hidden state to values.
    Value,
    /// Attention's heads back to the hidden state.
    Output,
    /// Hidden state to the gate of SwiGLU.
    Gate,
    /// Hidden state to what is gated.
    Up,
    /// Back to the hidden state.
    Down,
}

impl Map {
    /// Every map of a block, in the order of a block's work.
    pub const ALL: [Self; 7] =
        [Self::Query, Self::Key, Self::Value, Self::Output, Self::Gate, Self::Up, Self::Down];

    /// Its place in [`Self::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The name inside a block, as checkpoints and adapters have it.
    pub fn path(self) -> &'static str {
        match self {
            Self::Query => "self_attn.q_proj",
            Self::Key => "self_attn.k_proj",
            Self::Value => "self_attn.v_proj",
            Self::Output => "self_attn.o_proj",
            Self::Gate => "mlp.gate_proj",
            Self::Up => "mlp.up_proj",
            Self::Down => "mlp.down_proj",
        }
    }

    /// Numbers that come out and go in.
    pub fn widths(self, config: &Config) -> (usize, usize) {
        match self {
            Self::Query | Self::Output => (config.width, config.width),
            Self::Key | Self::Value => (config.kv_width(), config.width),
            Self::Gate | Self::Up => (config.feed_width, config.width),
            Self::Down => (config.width, config.feed_width),
        }
    }
}

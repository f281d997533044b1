//! The shape of a Llama model, read from its file and checked.

use crate::error::{Error, Result};
use crate::gguf::Gguf;

/// Context beyond which we keep no rotation table, whatever the file says.
const CONTEXT_TOKENS_MAX: usize = 8192;

/// Sizes of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Transformer blocks.
    pub layers: usize,
    /// Width of the hidden state.
    pub width: usize,
    /// Width inside the feed-forward part.
    pub feed_width: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads, each shared by `heads / kv_heads` query heads.
    pub kv_heads: usize,
    /// Width of one head.
    pub head_width: usize,
    /// Token ids.
    pub vocabulary: usize,
    /// Tokens that fit in prompt and answer together.
    pub context: usize,
    /// Base of the rotary frequencies.
    pub rope_base: f64,
    /// Added under the root in normalisation.
    pub norm_epsilon: f64,
}

impl Config {
    /// Reads and checks the sizes in a model file.
    pub fn from_gguf(gguf: &Gguf) -> Result<Self> {
        match gguf.require("general.architecture")?.text() {
            Some("llama") => {}
            other => {
                return Err(Error::Model(format!("architecture {other:?} is not \"llama\"")));
            }
        }
        let heads = gguf.require_count("llama.attention.head_count")?;
        let width = gguf.require_count("llama.embedding_length")?;
        let tokens = gguf.require("tokenizer.ggml.tokens")?.array().map_or(0, <[_]>::len);
        let config = Self {
            layers: gguf.require_count("llama.block_count")?,
            width,
            feed_width: gguf.require_count("llama.feed_forward_length")?,
            heads,
            kv_heads: gguf.require_count("llama.attention.head_count_kv")?,
            head_width: width.checked_div(heads).unwrap_or(0),
            vocabulary: tokens,
            context: gguf.require_count("llama.context_length")?.min(CONTEXT_TOKENS_MAX),
            rope_base: positive(gguf, "llama.rope.freq_base")?,
            norm_epsilon: positive(gguf, "llama.attention.layer_norm_rms_epsilon")?,
        };
        config.check(gguf)?;
        Ok(config)
    }

    fn check(&self, gguf: &Gguf) -> Result<()> {
        let wrong = |why: String| Err(Error::Model(why));
        let sizes = [self.layers, self.width, self.feed_width, self.vocabulary, self.context];
        if sizes.contains(&0) || self.layers > 1024 {
            return wrong(format!("a size is zero or too many layers: {self:?}"));
        }
        if self.head_width == 0 || self.head_width * self.heads != self.width {
            return wrong(format!("{} heads do not divide width {}", self.heads, self.width));
        }
        if self.kv_heads == 0 || !self.heads.is_multiple_of(self.kv_heads) {
            return wrong(format!("{} heads cannot share {}", self.heads, self.kv_heads));
        }
        let rotated = match gguf.metadata().contains_key("llama.rope.dimension_count") {
            true => gguf.require_count("llama.rope.dimension_count")?,
            false => self.head_width,
        };
        if rotated != self.head_width || !rotated.is_multiple_of(2) {
            return wrong(format!("rotation of {rotated} in heads of {}", self.head_width));
        }
        Ok(())
    }

    /// Query heads that share one key and value head.
    pub fn group(&self) -> usize {
        self.heads / self.kv_heads
    }

    /// Width of all key or value heads together.
    pub fn kv_width(&self) -> usize {
        self.kv_heads * self.head_width
    }
}

fn positive(gguf: &Gguf, name: &str) -> Result<f64> {
    let value = gguf.require(name)?.float().filter(|value| value.is_finite() && *value > 0.0);
    value.ok_or_else(|| Error::Model(format!("{name} is not a positive number")))
}

//! The Llama family as pure tensors: weights, one forward pass, key-value cache, low-rank deltas.
//!
//! The same forward pass serves and trains: the frozen weights carry no gradient tape, and only
//! a [`Lora`] placed on an autodiff device makes one. Nothing here reads a file but `load`.

mod cache;
mod config;
mod forward;
mod lora;
mod loss;
mod rope;
mod weights;

use burn::tensor::Device;

pub use cache::Cache;
pub use config::Config;
pub(crate) use forward::numbers;
pub use forward::{Batch, settle};
pub use lora::{Lora, Pair, Target};
pub use loss::{Example, Gradients};

use crate::error::Result;
use crate::gguf::Gguf;

/// A base model on a device.
pub struct Model {
    config: Config,
    weights: weights::Weights,
    rope: rope::Rope,
    device: Device,
}

impl Model {
    /// Loads a model's numbers onto a device, as f32.
    pub fn load(gguf: &Gguf, device: &Device) -> Result<Self> {
        let config = Config::from_gguf(gguf)?;
        let weights = weights::Weights::load(gguf, &config, device)?;
        let rope = rope::Rope::new(&config, device);
        Ok(Self { config, weights, rope, device: device.clone() })
    }

    /// The model's shape.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where its numbers are.
    pub fn device(&self) -> &Device {
        &self.device
    }
}

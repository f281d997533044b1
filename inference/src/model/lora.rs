//! Low-rank deltas on a model's linear maps, as tensors on a device.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::Config;
use crate::error::Error;

/// A linear map of a block that an adapter may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Target {
    /// `self_attn.q_proj`
    Query,
    /// `self_attn.k_proj`
    Key,
    /// `self_attn.v_proj`
    Value,
    /// `self_attn.o_proj`
    Output,
    /// `mlp.gate_proj`
    Gate,
    /// `mlp.up_proj`
    Up,
    /// `mlp.down_proj`
    Down,
}

impl Target {
    /// Every map of a block, in the order of a block's work.
    pub const ALL: [Self; 7] =
        [Self::Query, Self::Key, Self::Value, Self::Output, Self::Gate, Self::Up, Self::Down];

    /// The name that PEFT's `target_modules` uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "q_proj",
            Self::Key => "k_proj",
            Self::Value => "v_proj",
            Self::Output => "o_proj",
            Self::Gate => "gate_proj",
            Self::Up => "up_proj",
            Self::Down => "down_proj",
        }
    }

    /// The name inside a block, with its part.
    pub fn path(self) -> String {
        let part = match self {
            Self::Query | Self::Key | Self::Value | Self::Output => "self_attn",
            Self::Gate | Self::Up | Self::Down => "mlp",
        };
        format!("{part}.{}", self.name())
    }

    /// Numbers that go in and come out.
    pub fn widths(self, config: &Config) -> (usize, usize) {
        match self {
            Self::Query | Self::Output => (config.width, config.width),
            Self::Key | Self::Value => (config.width, config.kv_width()),
            Self::Gate | Self::Up => (config.width, config.feed_width),
            Self::Down => (config.feed_width, config.width),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|target| target.name() == name);
        found.ok_or_else(|| Error::Adapter(format!("target module {name:?} is not one we adapt")))
    }
}

impl TryFrom<String> for Target {
    type Error = Error;

    fn try_from(name: String) -> Result<Self, Error> {
        name.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.name().to_owned()
    }
}

/// `delta = scale * B A`, with `A` as `[rank, in]` and `B` as `[out, rank]`.
#[derive(Clone)]
pub struct Pair {
    /// Down to the rank.
    pub a: Tensor<2>,
    /// Up again.
    pub b: Tensor<2>,
}

/// All deltas of one adapter.
#[derive(Clone)]
pub struct Lora {
    /// By layer and map.
    pub pairs: BTreeMap<(usize, Target), Pair>,
    /// `alpha / rank`.
    pub scale: f32,
}

impl Lora {
    /// The same numbers as leaves whose gradients a backward pass keeps.
    #[must_use]
    pub fn tracked(self) -> Self {
        let track = |tensor: Tensor<2>| tensor.autodiff().require_grad();
        let pairs = self.pairs.into_iter();
        let pairs = pairs.map(|(at, pair)| (at, Pair { a: track(pair.a), b: track(pair.b) }));
        Self { pairs: pairs.collect(), scale: self.scale }
    }

    /// What the adapter adds to a map's output for the rows of `input`.
    pub(super) fn delta(
        &self,
        layer: usize,
        target: Target,
        input: &Tensor<2>,
    ) -> Option<Tensor<2>> {
        let pair = self.pairs.get(&(layer, target))?;
        let down = input.clone().matmul(pair.a.clone().transpose());
        Some(down.mul_scalar(self.scale).matmul(pair.b.clone().transpose()))
    }
}

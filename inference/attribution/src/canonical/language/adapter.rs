//! Low-rank deltas on a decoder's maps (Hu et al. 2021, *LoRA*), and how they lie in `θ`.

use serde::{Deserialize, Serialize};

use super::config::{Config, Map};
use crate::canonical::matrix::Matrix;
use crate::canonical::number::Number;
use crate::error::{Error, Result, require_size};
use crate::layout::{Block, Layout};

/// Which maps get deltas, and of what rank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowRank {
    /// Rank `r` of every delta.
    pub rank: usize,
    /// `alpha`: the delta is `alpha / r · B A`.
    pub alpha: f32,
    /// The maps, in every block.
    pub maps: Vec<Map>,
}

impl LowRank {
    /// `alpha / r`.
    pub fn scale(&self) -> f32 {
        self.alpha / self.rank as f32
    }

    /// `A` (`[r, inputs]`) then `B` (`[outputs, r]`) of every map, block by block in the order of
    /// [`Map::ALL`], named as PEFT's file has them.
    pub fn layout(&self, config: &Config) -> Result<Layout> {
        config.check()?;
        if self.rank == 0 || !self.scale().is_finite() {
            return Err(Error::Setting(format!("an adapter of rank {}", self.rank)));
        }
        let mut blocks = Vec::new();
        for layer in 0..config.layers {
            for map in self.maps() {
                let (outputs, inputs) = map.widths(config);
                let path = format!("base_model.model.model.layers.{layer}.{}", map.path());
                let name = |side: &str| format!("{path}.lora_{side}.weight");
                blocks.push(Block { name: name("A"), outputs: self.rank, inputs });
                blocks.push(Block { name: name("B"), outputs, inputs: self.rank });
            }
        }
        Layout::new(blocks)
    }

    fn maps(&self) -> impl Iterator<Item = Map> {
        Map::ALL.into_iter().filter(|map| self.maps.contains(map))
    }
}

/// One map's delta, `alpha / r · B A`.
#[derive(Debug, Clone)]
pub(super) struct Pair<N> {
    /// `[r, inputs]`
    pub(super) a: Matrix<N>,
    /// `[outputs, r]`
    pub(super) b: Matrix<N>,
}

/// The deltas of all blocks.
#[derive(Debug, Clone)]
pub struct Adapter<N> {
    pub(super) scale: f32,
    /// For each block, for each of [`Map::ALL`].
    pub(super) pairs: Vec<[Option<Pair<N>>; 7]>,
}

impl Adapter<f32> {
    /// From a flat vector, laid out as [`LowRank::layout`] has it.
    pub fn from_flat(config: &Config, shape: &LowRank, numbers: &[f32]) -> Result<Self> {
        require_size("an adapter", numbers.len(), shape.layout(config)?.width())?;
        Ok(Self::lift(config, shape, [numbers, &[]]))
    }
}

impl<N: Number> Adapter<N> {
    /// From flat vectors of values and, for duals, derivatives, of the right size.
    pub(super) fn lift(config: &Config, shape: &LowRank, planes: [&[f32]; 2]) -> Self {
        let mut rest = planes;
        Self::build(config, shape, |rows, columns| Matrix::cut_from(&mut rest, rows, columns))
    }

    /// All zeros: where derivatives gather.
    pub(super) fn zeros(config: &Config, shape: &LowRank) -> Self {
        Self::build(config, shape, Matrix::zeros)
    }

    fn build(
        config: &Config,
        shape: &LowRank,
        mut next: impl FnMut(usize, usize) -> Matrix<N>,
    ) -> Self {
        let mut pairs = Vec::with_capacity(config.layers);
        for _ in 0..config.layers {
            let mut layer = [const { None }; 7];
            for map in shape.maps() {
                let (outputs, inputs) = map.widths(config);
                let (a, b) = (next(shape.rank, inputs), next(outputs, shape.rank));
                layer[map.index()] = Some(Pair { a, b });
            }
            pairs.push(layer);
        }
        Self { scale: shape.scale(), pairs }
    }

    /// The matrices in the order of the layout.
    pub(super) fn matrices(&self) -> impl Iterator<Item = &Matrix<N>> {
        self.pairs.iter().flatten().flatten().flat_map(|pair| [&pair.a, &pair.b])
    }
}

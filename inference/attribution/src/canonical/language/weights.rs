//! A model's numbers, matrix by matrix.

use super::config::{Config, Map};
use crate::canonical::matrix::Matrix;
use crate::canonical::number::Number;
use crate::error::{Result, require_size};

/// The numbers of one block.
#[derive(Debug, Clone)]
pub(super) struct Layer<W> {
    /// `[1, width]`, before attention.
    pub(super) attention_norm: Matrix<W>,
    /// `[1, width]`, before the feed-forward part.
    pub(super) feed_norm: Matrix<W>,
    /// `[outputs, inputs]` for each of [`Map::ALL`].
    pub(super) maps: Vec<Matrix<W>>,
}

/// All numbers of a decoder; frozen ones are [`f32`].
#[derive(Debug, Clone)]
pub struct Weights<W> {
    /// `[vocabulary, width]`.
    pub(super) embedding: Matrix<W>,
    pub(super) layers: Vec<Layer<W>>,
    /// `[1, width]`, after the last block.
    pub(super) norm: Matrix<W>,
    /// `[vocabulary, width]`; the embedding does its work where there is none.
    pub(super) head: Option<Matrix<W>>,
}

impl Weights<f32> {
    /// From one vector for each matrix of [`Config::layout`], in its order, row by row.
    pub fn new(config: &Config, matrices: Vec<Vec<f32>>) -> Result<Self> {
        let layout = config.layout()?;
        require_size("a model's list of matrices", matrices.len(), layout.blocks().len())?;
        for (block, numbers) in layout.blocks().iter().zip(&matrices) {
            require_size("a model's matrix", numbers.len(), block.width())?;
        }
        let mut matrices = matrices.into_iter();
        Ok(Self::build(config, |rows, columns| {
            Matrix::cut(rows, columns, [&matrices.next().unwrap_or_default(), &[]])
        }))
    }

    /// From one flat vector, laid out as [`Config::layout`] has it.
    pub fn from_flat(config: &Config, numbers: &[f32]) -> Result<Self> {
        require_size("a model", numbers.len(), config.layout()?.width())?;
        Ok(Self::lift(config, [numbers, &[]]))
    }
}

impl<W: Number> Weights<W> {
    /// From flat vectors of values and, for duals, derivatives, of the right size.
    pub(super) fn lift(config: &Config, planes: [&[f32]; 2]) -> Self {
        let mut rest = planes;
        Self::build(config, |rows, columns| Matrix::cut_from(&mut rest, rows, columns))
    }

    /// All zeros: where derivatives gather.
    pub(super) fn zeros(config: &Config) -> Self {
        Self::build(config, Matrix::zeros)
    }

    /// Takes the matrices one by one, in the order of the layout.
    fn build(config: &Config, mut next: impl FnMut(usize, usize) -> Matrix<W>) -> Self {
        let embedding = next(config.vocabulary, config.width);
        let mut layers = Vec::with_capacity(config.layers);
        for _ in 0..config.layers {
            let (attention_norm, feed_norm) = (next(1, config.width), next(1, config.width));
            let maps = Map::ALL.iter().map(|map| map.widths(config));
            let maps = maps.map(|(outputs, inputs)| next(outputs, inputs)).collect();
            layers.push(Layer { attention_norm, feed_norm, maps });
        }
        let norm = next(1, config.width);
        let head = (!config.tied).then(|| next(config.vocabulary, config.width));
        Self { embedding, layers, norm, head }
    }

    /// The matrices in the order of the layout.
    pub(super) fn matrices(&self) -> impl Iterator<Item = &Matrix<W>> {
        let layers = self.layers.iter().flat_map(|layer| {
            [&layer.attention_norm, &layer.feed_norm].into_iter().chain(&layer.maps)
        });
        [&self.embedding].into_iter().chain(layers).chain([&self.norm]).chain(&self.head)
    }

    /// The map from hidden states to logits.
    pub(super) fn head(&self) -> &Matrix<W> {
        self.head.as_ref().unwrap_or(&self.embedding)
    }

    /// The same, to be written.
    pub(super) fn head_mut(&mut self) -> &mut Matrix<W> {
        self.head.as_mut().unwrap_or(&mut self.embedding)
    }
}

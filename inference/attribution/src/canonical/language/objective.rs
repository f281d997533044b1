//! Rows with answers as an objective: of an adapter on a frozen base, or of a whole base.

use std::sync::Arc;

use super::adapter::{Adapter, LowRank};
use super::block::{Gathered, Pass};
use super::config::Config;
use super::decoder::{Decoder, Row};
use super::weights::Weights;
use crate::canonical::matrix::Matrix;
use crate::canonical::number::{Dual, Number};
use crate::canonical::rotary::Rotary;
use crate::error::Result;
use crate::layout::Layout;
use crate::objective::{Along, Objective};

/// The loss of rows as a function of an adapter's numbers, laid out as [`LowRank::layout`] has
/// them.
#[derive(Debug, Clone)]
pub struct AdapterObjective {
    decoder: Arc<Decoder>,
    shape: LowRank,
    layout: Layout,
    rows: Vec<Row>,
}

impl AdapterObjective {
    /// Rows judged by a base model with an adapter of a shape.
    pub fn new(decoder: Arc<Decoder>, shape: LowRank, rows: Vec<Row>) -> Result<Self> {
        let layout = shape.layout(decoder.config())?;
        rows.iter().try_for_each(|row| row.check(decoder.config()))?;
        Ok(Self { decoder, shape, layout, rows })
    }

    /// The base model.
    pub fn decoder(&self) -> &Arc<Decoder> {
        &self.decoder
    }

    /// Which maps the adapter changes.
    pub fn shape(&self) -> &LowRank {
        &self.shape
    }

    /// A row's tokens.
    pub fn row(&self, row: usize) -> &Row {
        &self.rows[row]
    }

    /// An adapter's numbers as matrices.
    pub fn adapter(&self, theta: &[f32]) -> Result<Adapter<f32>> {
        Adapter::from_flat(self.decoder.config(), &self.shape, theta)
    }

    fn back<N: Number>(&self, planes: [&[f32]; 2], row: usize, weight: f32) -> (N, Adapter<N>) {
        let config = self.decoder.config();
        let adapter = Adapter::<N>::lift(config, &self.shape, planes);
        let mut gathered = Adapter::zeros(config, &self.shape);
        let to = &mut Gathered { adapter: Some(&mut gathered), weights: None };
        let loss = self.decoder.pass(Some(&adapter)).gradient(&self.rows[row], weight, to);
        (loss, gathered)
    }
}

impl Objective for AdapterObjective {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn loss(&self, theta: &[f32], row: usize) -> f32 {
        let adapter = Adapter::lift(self.decoder.config(), &self.shape, [theta, &[]]);
        self.decoder.pass::<f32>(Some(&adapter)).loss(&self.rows[row])
    }

    fn gradient(&self, theta: &[f32], row: usize, weight: f32, gradient: &mut [f32]) -> f32 {
        let (loss, gathered) = self.back::<f32>([theta, &[]], row, weight);
        add_plane(gathered.matrices(), 0, gradient);
        loss
    }

    fn curvature(&self, theta: &[f32], row: usize, along: Along<'_>) -> f32 {
        let (loss, gathered) = self.back::<Dual>([theta, along.direction], row, along.weight);
        add_plane(gathered.matrices(), 0, along.gradient);
        add_plane(gathered.matrices(), 1, along.product);
        loss.tangent
    }
}

/// The loss of rows as a function of all of a model's numbers, laid out as [`Config::layout`] has
/// them: what a small base model is trained from the start with.
#[derive(Debug, Clone)]
pub struct BaseObjective {
    config: Config,
    rotary: Rotary,
    layout: Layout,
    rows: Vec<Row>,
}

impl BaseObjective {
    /// Rows judged by models of some sizes.
    pub fn new(config: Config, rows: Vec<Row>) -> Result<Self> {
        let layout = config.layout()?;
        rows.iter().try_for_each(|row| row.check(&config))?;
        let rotary = Rotary::new(config.head_width(), config.context, config.rope_base);
        Ok(Self { config, rotary, layout, rows })
    }

    fn pass<'a, N>(&'a self, weights: &'a Weights<N>) -> Pass<'a, N, N> {
        Pass { config: &self.config, rotary: &self.rotary, weights, adapter: None }
    }

    fn back<N: Number>(&self, planes: [&[f32]; 2], row: usize, weight: f32) -> (N, Weights<N>) {
        let weights = Weights::<N>::lift(&self.config, planes);
        let mut gathered = Weights::zeros(&self.config);
        let to = &mut Gathered { adapter: None, weights: Some(&mut gathered) };
        let loss = self.pass(&weights).gradient(&self.rows[row], weight, to);
        (loss, gathered)
    }
}

impl Objective for BaseObjective {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn loss(&self, theta: &[f32], row: usize) -> f32 {
        self.pass(&Weights::<f32>::lift(&self.config, [theta, &[]])).loss(&self.rows[row])
    }

    fn gradient(&self, theta: &[f32], row: usize, weight: f32, gradient: &mut [f32]) -> f32 {
        let (loss, gathered) = self.back::<f32>([theta, &[]], row, weight);
        add_plane(gathered.matrices(), 0, gradient);
        loss
    }

    fn curvature(&self, theta: &[f32], row: usize, along: Along<'_>) -> f32 {
        let (loss, gathered) = self.back::<Dual>([theta, along.direction], row, along.weight);
        add_plane(gathered.matrices(), 0, along.gradient);
        add_plane(gathered.matrices(), 1, along.product);
        loss.tangent
    }
}

/// Adds one plane of every matrix to a flat vector.
fn add_plane<'a, N: Number>(
    matrices: impl Iterator<Item = &'a Matrix<N>>,
    plane: usize,
    to: &mut [f32],
) {
    let numbers = matrices.flat_map(|matrix| matrix.plane(plane));
    to.iter_mut().zip(numbers).for_each(|(to, number)| *to += number);
}

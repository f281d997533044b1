//! Rows' gradients: where they come from, one after another, and a few held in memory.

use rayon::prelude::*;

use crate::error::{Error, Result, require_size};
use crate::layout::Layout;
use crate::objective::Objective;

/// Gradients of some rows' losses, numbered from 0, that can be asked for again and again.
pub trait Gradients: Sync {
    /// How a gradient divides into matrices.
    fn layout(&self) -> &Layout;

    /// How many rows there are.
    fn rows(&self) -> usize;

    /// Writes a row's gradient over `gradient`, which is as long as the layout.
    fn write(&self, row: usize, gradient: &mut [f32]);
}

/// Gradients taken when asked for, at one or several checkpoints of a run: a row's gradients at all
/// of them, one after the other. A dot product of two such vectors sums over checkpoints.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "an objective need not print")]
pub struct AtCheckpoints<'a> {
    objective: &'a dyn Objective,
    checkpoints: &'a [Vec<f32>],
    rows: &'a [usize],
    layout: Layout,
}

impl<'a> AtCheckpoints<'a> {
    /// Of the rows given (the objective's numbers), at each of the parameters given.
    pub fn new(
        objective: &'a dyn Objective,
        checkpoints: &'a [Vec<f32>],
        rows: &'a [usize],
    ) -> Result<Self> {
        let width = objective.layout().width();
        for theta in checkpoints {
            require_size("a checkpoint", theta.len(), width)?;
        }
        if rows.iter().any(|row| *row >= objective.rows()) {
            return Err(Error::Setting("every row is known to the objective".into()));
        }
        let blocks = objective.layout().blocks();
        let layout = Layout::new(checkpoints.iter().flat_map(|_| blocks.to_vec()).collect())?;
        Ok(Self { objective, checkpoints, rows, layout })
    }
}

impl Gradients for AtCheckpoints<'_> {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn write(&self, row: usize, gradient: &mut [f32]) {
        gradient.fill(0.0);
        let width = self.objective.layout().width();
        for (part, theta) in gradient.chunks_exact_mut(width).zip(self.checkpoints) {
            self.objective.gradient(theta, self.rows[row], 1.0, part);
        }
    }
}

/// Gradients in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    layout: Layout,
    gradients: Vec<Vec<f32>>,
}

impl Held {
    /// Vectors of one layout; at least one, all finite.
    pub fn new(layout: Layout, gradients: Vec<Vec<f32>>) -> Result<Self> {
        let width = layout.width();
        for gradient in &gradients {
            require_size("a gradient", gradient.len(), width)?;
        }
        match gradients.is_empty() || gradients.iter().flatten().any(|x| !x.is_finite()) {
            true => Err(Error::Number("there is a gradient, and all are finite".into())),
            false => Ok(Self { layout, gradients }),
        }
    }

    /// All gradients of a source, taken on several threads.
    pub fn collect(source: &dyn Gradients) -> Result<Self> {
        let take = |row: usize| {
            let mut gradient = vec![0.0; source.layout().width()];
            source.write(row, &mut gradient);
            gradient
        };
        let gradients = (0..source.rows()).into_par_iter().map(take).collect();
        Self::new(source.layout().clone(), gradients)
    }

    /// The same numbers as one matrix, for measures that know no layers.
    pub fn as_one_block(&self) -> Result<Self> {
        let width = self.layout.width();
        let block = crate::layout::Block { name: "all".into(), outputs: 1, inputs: width };
        Self::new(Layout::new(vec![block])?, self.gradients.clone())
    }

    /// The vectors, row by row.
    pub fn vectors(&self) -> &[Vec<f32>] {
        &self.gradients
    }
}

impl Gradients for Held {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn rows(&self) -> usize {
        self.gradients.len()
    }

    fn write(&self, row: usize, gradient: &mut [f32]) {
        gradient.copy_from_slice(&self.gradients[row]);
    }
}

/// `⟨x, y⟩`: eight partial sums over each 512 numbers in `f32`, these from the front in `f64`.
pub(crate) fn dot(x: &[f32], y: &[f32]) -> f64 {
    x.chunks(512).zip(y.chunks(512)).map(|(x, y)| f64::from(dot_in_eights(x, y))).sum()
}

/// `⟨x, y⟩` in a fixed order of eight partial sums.
pub fn dot_in_eights(x: &[f32], y: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (x8, y8) = (x.chunks_exact(8), y.chunks_exact(8));
    let rest: f32 = x8.remainder().iter().zip(y8.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in x8.zip(y8) {
        sums.iter_mut().zip(x.iter().zip(y)).for_each(|(sum, (x, y))| *sum += x * y);
    }
    sums.iter().sum::<f32>() + rest
}

/// `sum += scale · x`.
pub fn add_scaled(sum: &mut [f32], scale: f32, x: &[f32]) {
    sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += scale * x);
}

/// Some signs from a seed and a number of a row: 64 a step of SplitMix64 (Steele et al. 2014).
pub(crate) struct Signs {
    state: u64,
    bits: u64,
    left: u32,
}

impl Signs {
    pub(crate) fn new(seed: u64, row: usize) -> Self {
        let mut first = Self { state: seed, bits: 0, left: 0 };
        let state = first.step() ^ (row as u64).wrapping_mul(0xd134_2543_de82_ef95);
        Self { state, bits: 0, left: 0 }
    }

    fn step(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 1 or −1.
    pub(crate) fn next(&mut self) -> f32 {
        if self.left == 0 {
            (self.bits, self.left) = (self.step(), 64);
        }
        let sign = if self.bits & 1 == 0 { 1.0 } else { -1.0 };
        (self.bits, self.left) = (self.bits >> 1, self.left - 1);
        sign
    }
}

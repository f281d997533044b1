//! The bases that gradients are rotated into and whitened in, learned from the rows themselves.
//!
//! | room | what it is for |
//! |---|---|
//! | [`whitening`] | rotated, cut to the directions kept, whitened; self-influence with all of it |
//! | `principal` | directions of the largest second moments: exact from held rows, or by a sketch |
//! | `kronecker` | directions that are outer products, as a matrix's gradients are |
//! | [`joint`] | one basis for several checkpoints of a run, in the bytes of one |
//!
//! A block's second moments are `F = (1/N) Σ g gᵀ`, with eigenvalues `e`; a whitened block is `x_j
//! = ⟨v_j, g⟩ / √(e_j + λ)`, so that `Σ_j x_j y_j = gᵀ (F + λ)⁻¹ h` within the directions kept. `λ`
//! is the mean eigenvalue `tr F / d` times a factor that is 1: what is as common as the average
//! direction is halved, and nothing is tuned.
//!
//! New rows are projected with the basis as it is, so an index grows without touching its old rows.

pub mod joint;
mod kronecker;
mod principal;
pub mod whitening;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::gradients::{Gradients, Held};
use crate::integers::preconditioner::Preconditioner;
pub use joint::{Joint, Point};
pub use whitening::{Spectrum, Whitening};

/// Numbers that are held at once before a sketch takes over: 1 GiB.
const NUMBERS_HELD_MAX: usize = 1 << 28;
/// Largest side of a matrix whose eigenvectors are taken whole.
const EXACT_SIDE_MAX: usize = 2_048;
/// Rows whose gradients are taken at once while streaming.
const ROWS_AT_ONCE: usize = 16;

/// Which directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Eigenvectors of `F`: principal components of the rows' gradients, not centred.
    Principal,
    /// Eigenvectors of `E[G Gᵀ]` and `E[Gᵀ G]`, and the second moments found along their outer
    /// products (Shampoo, 1802.09568; with eigenvalues corrected as in EK-FAC, 1806.03884, eq. 11).
    Kronecker,
}

/// Over which of its eigenvalues a block's mean is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mean {
    /// All: `tr F / d`.
    All,
    /// Those that rows can show: `tr F / min(N, d)`. Where a matrix is much wider than rows are
    /// many, the mean over all is mostly over zeros, and the damping would vanish with the width.
    Shown,
}

/// What is kept, fixed beforehand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Which directions.
    pub rotation: Rotation,
    /// Most directions kept of a matrix.
    pub kept: usize,
    /// `λ` as a multiple of the block's mean eigenvalue.
    pub damping: f64,
    /// What that mean is over.
    pub mean: Mean,
}

impl Default for Settings {
    fn default() -> Self {
        Self { rotation: Rotation::Principal, kept: 128, damping: 1.0, mean: Mean::All }
    }
}

/// Whitened coordinates of gradients: at one checkpoint, or at several together.
pub trait Coordinates: Sync {
    /// The matrices, as they are hashed and published.
    fn preconditioner(&self) -> &Preconditioner;

    /// A gradient's coordinates, block by block; over the rows that the basis was learned from,
    /// their mean square length is 1 where nothing was cut. A dot product of a query's and a row's
    /// is the score. Gradients at several checkpoints come one after the other in one vector.
    fn project(&self, gradient: &[f32]) -> Result<Vec<Vec<f32>>>;

    /// A row's self-influence in the unit of [`Self::project`]'s square length, with what was cut.
    fn self_influence(&self, gradient: &[f32], projected: &[Vec<f32>]) -> Result<f32>;
}

/// One block's directions, largest second moment first.
pub(crate) struct Directions {
    /// `kept × inputs`, row by row, each of length one.
    vectors: Vec<f32>,
    /// Second moments along them.
    values: Vec<f64>,
    /// `tr F`, over all directions.
    trace: f64,
}

/// Learns a basis from rows' gradients, going through them one to three times.
pub fn learn(source: &dyn Gradients, settings: &Settings) -> Result<Whitening> {
    if settings.kept == 0 || !(settings.damping.is_finite() && settings.damping > 0.0) {
        return Err(Error::Setting("a direction is kept, and damping is positive".into()));
    }
    if source.rows() == 0 {
        return Err(Error::Setting("a basis is learned from at least one row".into()));
    }
    let directions = match settings.rotation {
        Rotation::Kronecker => kronecker::directions(source, settings.kept)?,
        Rotation::Principal => principal(source, settings.kept)?,
    };
    let shown = match settings.mean {
        Mean::All => usize::MAX,
        Mean::Shown => source.rows(),
    };
    Whitening::new(source.layout(), directions, (settings.damping, shown))
}

/// Principal directions, exactly where the rows can be held.
fn principal(source: &dyn Gradients, kept: usize) -> Result<Vec<Directions>> {
    let numbers = source.rows().saturating_mul(source.layout().width());
    match numbers <= NUMBERS_HELD_MAX {
        true => principal::directions(&Held::collect(source)?, kept),
        false => principal::sketched(source, kept),
    }
}

/// Gives every row's gradient to `each`, in order; a few are taken at a time, on several threads.
pub(crate) fn stream(source: &dyn Gradients, mut each: impl FnMut(usize, &[f32])) {
    let rows: Vec<usize> = (0..source.rows()).collect();
    let mut gradients = vec![vec![0.0; source.layout().width()]; ROWS_AT_ONCE];
    for some in rows.chunks(ROWS_AT_ONCE) {
        let places = gradients.par_iter_mut().zip(some);
        places.for_each(|(gradient, row)| source.write(*row, gradient));
        some.iter().zip(&gradients).for_each(|(row, gradient)| each(*row, gradient));
    }
}

//! One basis for a run's checkpoints: each whitened by itself, then rotated together matrix by
//! matrix, so that several points of the run fit in the bytes of one.
//!
//! Scores are the mean over checkpoints `c` of `g_cᵀ (F_c + λ_c)⁻¹ h_c`, as far as the directions
//! kept carry it. Where a run's optimiser is Adam, gradients are first taken to the coordinates in
//! which its step is plain descent, `g ← g / √(√v̂ + ε)` (its mean square as LESS has it,
//! 2402.04333, §2.2; halved between row and query): what a run that has not converged answers is
//! `(F + λ)⁻¹` there, not in the coordinates that parameters happen to have.
//!
//! A matrix's whitened gradients at neighbouring checkpoints are much the same, so that the
//! principal directions of them side by side say in `k` numbers most of what took `C · k`.

use std::ops::Range;

use super::whitening::{Whitening, project};
use super::{Coordinates, Directions, Settings, learn, principal};
use crate::error::{Error, Result, require_size};
use crate::gradients::Gradients;
use crate::integers::preconditioner::{Basis, Preconditioner};
use crate::layout::{Block, Layout};

/// Rows' gradients at one point of a run.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "gradients need not print")]
pub struct Point<'a> {
    /// The gradients; all points have the same rows and matrices.
    pub rows: &'a dyn Gradients,
    /// What each number is multiplied with before anything else, as long as a gradient
    /// ([`crate::replay::Recipe::metric`]); nothing where the coordinates are as they should be.
    pub metric: Option<Vec<f32>>,
}

/// The same with numbers multiplied.
impl Gradients for Point<'_> {
    fn layout(&self) -> &Layout {
        self.rows.layout()
    }

    fn rows(&self) -> usize {
        self.rows.rows()
    }

    fn write(&self, row: usize, gradient: &mut [f32]) {
        self.rows.write(row, gradient);
        scale(self.metric.as_deref(), gradient);
    }
}

/// Rotates and whitens gradients at all checkpoints, one after the other in one vector.
///
/// Self-influence comes from the points' own bases: the published matrices alone know neither what
/// each of them cut nor the metrics, and `rest` in them is a mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    points: Vec<(Whitening, Option<Vec<f32>>)>,
    /// The matrices' places in a gradient at one point.
    ranges: Vec<Range<usize>>,
    preconditioner: Preconditioner,
}

impl Joint {
    /// Learns from rows' gradients at each point, going through them once more than [`learn`].
    pub fn learn(points: &[Point<'_>], settings: &Settings) -> Result<Self> {
        let first = points.first();
        let first = first.ok_or_else(|| Error::Setting("a basis has a checkpoint".into()))?;
        for point in points {
            let width = point.layout().width();
            if point.layout() != first.layout() || point.rows() != first.rows() {
                return Err(Error::Setting("checkpoints have the same rows and matrices".into()));
            }
            require_size("a metric", point.metric.as_ref().map_or(width, Vec::len), width)?;
        }
        let one = |point: &Point<'_>| Ok((learn(point, settings)?, point.metric.clone()));
        let whitenings: Vec<(Whitening, Option<Vec<f32>>)> =
            points.iter().map(one).collect::<Result<_>>()?;
        let ranges = first.layout().ranges();
        let rotations = principal(&SideBySide::new(points, &whitenings)?, settings.kept)?;
        let bases = ranges.iter().zip(&rotations).enumerate();
        let bases = bases.map(|(at, place)| composed(&whitenings, at, place)).collect();
        let damping_ppb = (settings.damping * 1e9).round() as u64;
        let preconditioner = Preconditioner { damping_ppb, bases };
        Ok(Self { points: whitenings, ranges, preconditioner })
    }
}

impl Coordinates for Joint {
    fn preconditioner(&self) -> &Preconditioner {
        &self.preconditioner
    }

    fn project(&self, gradient: &[f32]) -> Result<Vec<Vec<f32>>> {
        project(&self.preconditioner, &by_matrix(&self.ranges, gradient))
    }

    /// The mean over checkpoints of [`Whitening::self_influence`]: what the rotation cut counts.
    fn self_influence(&self, gradient: &[f32], _: &[Vec<f32>]) -> Result<f32> {
        let width = gradient.len() / self.points.len();
        let mut sum = 0.0;
        for ((whitening, metric), part) in self.points.iter().zip(gradient.chunks(width.max(1))) {
            let mut part = part.to_vec();
            scale(metric.as_deref(), &mut part);
            sum += whitening.self_influence(&part, &whitening.project(&part)?);
        }
        Ok(sum / self.points.len() as f32)
    }
}

/// A gradient at all checkpoints, each whole after the one before, with each matrix's numbers of
/// all checkpoints side by side instead: the order that a joint preconditioner takes.
pub fn by_matrix(ranges: &[Range<usize>], gradient: &[f32]) -> Vec<f32> {
    let width = ranges.last().map_or(0, |range| range.end).max(1);
    let points = || gradient.chunks(width);
    let parts = ranges.iter().flat_map(|range| points().filter_map(|part| part.get(range.clone())));
    parts.flatten().copied().collect()
}

fn scale(metric: Option<&[f32]>, gradient: &mut [f32]) {
    let Some(metric) = metric else { return };
    gradient.iter_mut().zip(metric).for_each(|(number, by)| *number *= by);
}

/// Rows' whitened gradients at all points, matrix by matrix.
struct SideBySide<'a> {
    points: &'a [Point<'a>],
    whitenings: &'a [(Whitening, Option<Vec<f32>>)],
    layout: Layout,
}

impl<'a> SideBySide<'a> {
    fn new(
        points: &'a [Point<'a>],
        whitenings: &'a [(Whitening, Option<Vec<f32>>)],
    ) -> Result<Self> {
        let kept = |at: usize| whitenings.iter().map(|w| w.0.preconditioner().bases[at].kept).sum();
        let blocks = points[0].layout().blocks().iter().enumerate();
        let blocks = blocks.map(|(at, block)| {
            let name = block.name.clone();
            Block { name, outputs: 1, inputs: kept(at) }
        });
        Ok(Self { points, whitenings, layout: Layout::new(blocks.collect())? })
    }
}

impl Gradients for SideBySide<'_> {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn rows(&self) -> usize {
        self.points[0].rows()
    }

    fn write(&self, row: usize, coordinates: &mut [f32]) {
        let mut starts: Vec<usize> = self.layout.ranges().iter().map(|range| range.start).collect();
        for (point, (whitening, _)) in self.points.iter().zip(self.whitenings) {
            let mut gradient = vec![0.0; point.layout().width()];
            point.write(row, &mut gradient);
            for (start, block) in starts.iter_mut().zip(whitening.along(&gradient)) {
                coordinates[*start..*start + block.len()].copy_from_slice(&block);
                *start += block.len();
            }
        }
    }
}

/// `Vᵀ diag(W_c) / √C` of one matrix, metrics included.
fn composed(
    whitenings: &[(Whitening, Option<Vec<f32>>)],
    at: usize,
    (range, rotation): (&Range<usize>, &Directions),
) -> Basis {
    let bases = whitenings.iter().map(|(whitening, metric)| {
        (&whitening.preconditioner().bases[at], metric.as_deref().map(|by| &by[range.clone()]))
    });
    let bases: Vec<(&Basis, Option<&[f32]>)> = bases.collect();
    let share = 1.0 / (whitenings.len() as f64).sqrt();
    let (kept, inputs) = (rotation.values.len(), range.len() * whitenings.len());
    let width: usize = bases.iter().map(|(basis, _)| basis.kept).sum();
    let mut matrix = Vec::with_capacity(kept * inputs);
    for direction in rotation.vectors.chunks_exact(width.max(1)) {
        let mut parts = direction.iter();
        for (basis, metric) in &bases {
            let mut sum = vec![0.0f64; basis.inputs];
            for (row, part) in basis.matrix.chunks_exact(basis.inputs).zip(parts.by_ref()) {
                let part = f64::from(*part) * share;
                sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += part * f64::from(*x));
            }
            let mut sum: Vec<f32> = sum.into_iter().map(|x| x as f32).collect();
            scale(*metric, &mut sum);
            matrix.extend(sum);
        }
    }
    // What is cut lies at all points alike, as far as anything is known of it.
    let over: f64 = bases.iter().map(|(basis, _)| 1.0 / f64::from(basis.rest)).sum();
    let rest = ((whitenings.len() * whitenings.len()) as f64 / over) as f32;
    Basis { inputs, kept, rest, matrix }
}

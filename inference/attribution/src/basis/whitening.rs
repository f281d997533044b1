//! A learned basis at work: a gradient's coordinates, and its self-influence with what was cut.

use super::{Coordinates, Directions};
use crate::error::{Error, Result, require_size};
use crate::gradients::dot;
use crate::integers::preconditioner::{Basis, Preconditioner};
use crate::layout::Layout;

/// Second moments of one block.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// Along the directions kept, largest first.
    pub kept: Vec<f64>,
    /// `tr F`, over all directions.
    pub trace: f64,
    /// `λ`.
    pub damping: f64,
}

/// Rotates, cuts and whitens gradients of one layout.
#[derive(Debug, Clone, PartialEq)]
pub struct Whitening {
    preconditioner: Preconditioner,
    spectra: Vec<Spectrum>,
}

impl Whitening {
    /// `shown` is the most eigenvalues that a block's mean is over.
    pub(super) fn new(
        layout: &Layout,
        found: Vec<Directions>,
        (damping, shown): (f64, usize),
    ) -> Result<Self> {
        let total: f64 = found.iter().map(|block| block.trace).sum();
        if !total.is_finite() || total <= 0.0 {
            return Err(Error::Number("all gradients are zero, or one is not finite".into()));
        }
        let spectrum = |(block, width): (&Directions, usize)| {
            // A matrix that never has a gradient gets the others' damping, and adds zeros.
            let mean =
                if block.trace > 0.0 { block.trace } else { total } / width.min(shown) as f64;
            Spectrum { kept: block.values.clone(), trace: block.trace, damping: damping * mean }
        };
        let widths = layout.blocks().iter().map(crate::layout::Block::width);
        let spectra: Vec<Spectrum> = found.iter().zip(widths.clone()).map(spectrum).collect();
        let share =
            |block: &Spectrum| block.kept.iter().map(|e| e / (e + block.damping)).sum::<f64>();
        let square: f64 = spectra.iter().map(share).sum();
        let basis = |((block, spectrum), inputs): ((Directions, &Spectrum), usize)| {
            let kept: f64 = spectrum.kept.iter().sum();
            let cut = inputs.saturating_sub(block.values.len()).max(1);
            let mean = (spectrum.trace - kept).max(0.0) / cut as f64;
            let rest = ((mean + spectrum.damping) * square) as f32;
            let mut matrix = block.vectors;
            for (vector, value) in matrix.chunks_exact_mut(inputs).zip(&spectrum.kept) {
                let scale = 1.0 / ((value + spectrum.damping) * square).sqrt();
                vector.iter_mut().for_each(|x| *x = (f64::from(*x) * scale) as f32);
            }
            Basis { inputs, kept: block.values.len(), rest, matrix }
        };
        let bases = found.into_iter().zip(&spectra).zip(widths).map(basis).collect();
        let preconditioner = Preconditioner { damping_ppb: (damping * 1e9).round() as u64, bases };
        Ok(Self { preconditioner, spectra })
    }

    /// The matrices, as they are hashed and published.
    pub fn preconditioner(&self) -> &Preconditioner {
        &self.preconditioner
    }

    /// Each block's second moments.
    pub fn spectra(&self) -> &[Spectrum] {
        &self.spectra
    }

    /// A gradient's coordinates, block by block; over the rows that the basis was learned from,
    /// their mean square length is 1. A dot product of a query's and a row's is the score.
    pub fn project(&self, gradient: &[f32]) -> Result<Vec<Vec<f32>>> {
        project(&self.preconditioner, gradient)
    }

    /// The same of a gradient that is known to be of the layout.
    pub(super) fn along(&self, gradient: &[f32]) -> Vec<Vec<f32>> {
        along(&self.preconditioner, gradient)
    }

    /// A row's self-influence, as [`self_influence`] gives it.
    pub fn self_influence(&self, gradient: &[f32], projected: &[Vec<f32>]) -> f32 {
        self_influence(&self.preconditioner, gradient, projected)
    }
}

impl Coordinates for Whitening {
    fn preconditioner(&self) -> &Preconditioner {
        self.preconditioner()
    }

    fn project(&self, gradient: &[f32]) -> Result<Vec<Vec<f32>>> {
        self.project(gradient)
    }

    fn self_influence(&self, gradient: &[f32], projected: &[Vec<f32>]) -> Result<f32> {
        Ok(self.self_influence(gradient, projected))
    }
}

/// Self-influence `gᵀ (F + λ)⁻¹ g` in the unit of the coordinates' square length: what the
/// coordinates say, and what was cut, where `F` is taken as the mean of its cut eigenvalues. A row
/// that is like no other lies there, and would look harmless without.
pub fn self_influence(
    preconditioner: &Preconditioner,
    gradient: &[f32],
    projected: &[Vec<f32>],
) -> f32 {
    let mut sum = 0.0;
    let mut start = 0;
    for (basis, x) in preconditioner.bases.iter().zip(projected) {
        let part = &gradient[start..start + basis.inputs];
        start += basis.inputs;
        // A row of the matrix is a direction of length one, scaled: undone, it gives the part
        // of the gradient's square that lies in the directions kept.
        let scales = basis.matrix.chunks_exact(basis.inputs).map(|row| dot(row, row));
        let squares = x.iter().zip(scales).filter(|(_, scale)| *scale > 0.0);
        let inside: f64 = squares.map(|(x, scale)| f64::from(*x).powi(2) / scale).sum();
        let outside = (dot(part, part) - inside).max(0.0) / f64::from(basis.rest);
        sum += dot(x, x) + outside;
    }
    sum as f32
}

/// A gradient's coordinates by published matrices: one matrix-vector product a block.
pub fn project(preconditioner: &Preconditioner, gradient: &[f32]) -> Result<Vec<Vec<f32>>> {
    let width = preconditioner.bases.iter().map(|basis| basis.inputs).sum();
    require_size("a gradient", gradient.len(), width)?;
    Ok(along(preconditioner, gradient))
}

fn along(preconditioner: &Preconditioner, gradient: &[f32]) -> Vec<Vec<f32>> {
    let mut rest = gradient;
    let block = |basis: &Basis| {
        let (part, after) = rest.split_at(basis.inputs);
        rest = after;
        basis.matrix.chunks_exact(basis.inputs).map(|row| dot(row, part) as f32).collect()
    };
    preconditioner.bases.iter().map(block).collect()
}

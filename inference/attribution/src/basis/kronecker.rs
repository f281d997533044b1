//! Directions that are outer products of a matrix's left and right eigenvectors.

use faer::Mat;
use rayon::prelude::*;

use super::{Directions, stream};
use crate::algebra::{Matrix, eigen};
use crate::error::Result;
use crate::gradients::Gradients;
use crate::layout::Block;

/// The eigenvectors of one matrix's factors, as columns.
struct Factors {
    left: Matrix,
    right: Matrix,
}

/// In two passes over a stream. The first sums `L = Σ G Gᵀ` and `R = Σ Gᵀ G`; their eigenvectors
/// `u_a` and `w_b` give directions `u_a w_bᵀ`, along which the second measures `E[(u_aᵀ G w_b)²]`.
/// Memory: `outputs² + inputs² + outputs · inputs` numbers of `f64` a matrix, whatever the number
/// of rows.
pub(super) fn directions(source: &dyn Gradients, kept: usize) -> Result<Vec<Directions>> {
    let (layout, ranges) = (source.layout(), source.layout().ranges());
    let zeros = |block: &Block| {
        let (outputs, inputs) = (block.outputs, block.inputs);
        (Mat::<f64>::zeros(outputs, outputs), Mat::<f64>::zeros(inputs, inputs))
    };
    let mut sums: Vec<(Matrix, Matrix)> = layout.blocks().iter().map(zeros).collect();
    stream(source, |_, gradient| {
        let blocks = layout.blocks().par_iter().zip(&ranges);
        sums.par_iter_mut().zip(blocks).for_each(|((left, right), (block, range))| {
            let matrix = unflatten(block, &gradient[range.clone()]);
            *left += &matrix * matrix.transpose();
            *right += matrix.transpose() * &matrix;
        });
    });
    let factors = |(left, right): &(Matrix, Matrix)| {
        Ok(Factors { left: eigen(left)?.1, right: eigen(right)?.1 })
    };
    let factors: Vec<Factors> = sums.par_iter().map(factors).collect::<Result<_>>()?;
    let mut moments: Vec<Vec<f64>> = ranges.iter().map(|range| vec![0.0; range.len()]).collect();
    stream(source, |_, gradient| {
        let blocks = layout.blocks().par_iter().zip(&ranges).zip(&factors);
        moments.par_iter_mut().zip(blocks).for_each(|(moments, ((block, range), factors))| {
            let matrix = unflatten(block, &gradient[range.clone()]);
            let turned = factors.left.transpose() * matrix * &factors.right;
            for (place, moment) in moments.iter_mut().enumerate() {
                let along = turned[(place / block.inputs, place % block.inputs)];
                *moment += along * along;
            }
        });
    });
    let rows = source.rows() as f64;
    let blocks = factors.par_iter().zip(&moments);
    Ok(blocks.map(|(factors, moments)| largest(factors, moments, (kept, rows))).collect())
}

/// A part of a gradient as the matrix that it is.
fn unflatten(block: &Block, part: &[f32]) -> Matrix {
    let number = |row, column| f64::from(part[row * block.inputs + column]);
    Mat::from_fn(block.outputs, block.inputs, number)
}

/// The directions of the largest moments, as flat vectors; equal ones by their places.
fn largest(factors: &Factors, moments: &[f64], (kept, rows): (usize, f64)) -> Directions {
    let mut order: Vec<usize> = (0..moments.len()).collect();
    order.sort_by(|x, y| moments[*y].total_cmp(&moments[*x]).then(x.cmp(y)));
    order.truncate(kept);
    let inputs = factors.right.nrows();
    let vector = |place: &usize| {
        let (left, right) = (factors.left.col(place / inputs), factors.right.col(place % inputs));
        let row = |u: &f64| right.iter().map(|w| (u * w) as f32).collect::<Vec<f32>>();
        left.iter().flat_map(row).collect::<Vec<f32>>()
    };
    let vectors = order.iter().flat_map(vector).collect();
    let values = order.iter().map(|place| moments[*place] / rows).collect();
    Directions { vectors, values, trace: moments.iter().sum::<f64>() / rows }
}

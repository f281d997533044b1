//! The few things asked of linear algebra; the library behind them is seen nowhere else.

use std::ops::Range;

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};

use crate::error::{Error, Result};

/// A matrix of `f64`.
pub(crate) type Matrix = Mat<f64>;

/// One block of some gradients: rows × numbers.
pub(crate) fn matrix(rows: &[Vec<f32>], range: &Range<usize>) -> Matrix {
    Mat::from_fn(rows.len(), range.len(), |row, at| f64::from(rows[row][range.start + at]))
}

/// Eigenvalues of a symmetric matrix, largest first, and its eigenvectors as columns.
pub(crate) fn eigen(symmetric: &Matrix) -> Result<(Vec<f64>, Matrix)> {
    let found = symmetric.self_adjoint_eigen(Side::Lower);
    let found = found.map_err(|_| Error::Number("eigenvalues did not converge".into()))?;
    let (size, values, vectors) = (symmetric.nrows(), found.S(), found.U());
    let order = |at: usize| size - 1 - at;
    let values = (0..size).map(|at| values[order(at)]).collect();
    Ok((values, Mat::from_fn(size, size, |row, at| vectors[(row, order(at))])))
}

/// Columns of length one, orthogonal, that span what a tall matrix's columns span.
pub(crate) fn orthonormal(tall: &Matrix) -> Matrix {
    tall.qr().compute_thin_Q()
}

/// A symmetric positive matrix, to solve with (Cholesky).
#[derive(Debug)]
pub(crate) struct Positive(faer::linalg::solvers::Llt<f64>);

impl Positive {
    pub(crate) fn new(matrix: &Matrix) -> Result<Self> {
        let found = matrix.llt(Side::Lower);
        found.map(Self).map_err(|_| Error::Number("a matrix is not positive definite".into()))
    }

    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        column(&self.0.solve(&Mat::from_fn(right.len(), 1, |row, _| right[row])))
    }

    pub(crate) fn solve_all(&self, right: &Matrix) -> Matrix {
        self.0.solve(right)
    }
}

/// A square matrix, to solve with (LU with partial pivoting); it need not be positive.
#[derive(Debug)]
pub(crate) struct Square(faer::linalg::solvers::PartialPivLu<f64>);

impl Square {
    pub(crate) fn new(matrix: &Matrix) -> Self {
        Self(matrix.partial_piv_lu())
    }

    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        column(&self.0.solve(&Mat::from_fn(right.len(), 1, |row, _| right[row])))
    }
}

fn column(matrix: &Matrix) -> Vec<f64> {
    (0..matrix.nrows()).map(|row| matrix[(row, 0)]).collect()
}

//! Matrices of numbers, row by row, with the products that a model and its derivatives need.

use std::marker::PhantomData;

use super::number::Number;
use super::product::{View, accumulate};
use crate::error::{Result, require_size};

/// `[rows, columns]` of numbers.
///
/// Values come first and derivatives, where the kind of number has them, in a second plane behind:
/// so a product of duals is a few plain products.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix<N> {
    rows: usize,
    columns: usize,
    numbers: Vec<f32>,
    kind: PhantomData<N>,
}

impl<N: Number> Matrix<N> {
    /// All zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        let numbers = vec![0.0; N::PLANES * rows * columns];
        Self { rows, columns, numbers, kind: PhantomData }
    }

    /// From its values and, for a kind with derivatives, those; each `rows · columns` numbers.
    pub fn join(rows: usize, columns: usize, planes: [&[f32]; 2]) -> Result<Self> {
        for plane in planes.iter().take(N::PLANES) {
            require_size("a matrix", plane.len(), rows * columns)?;
        }
        Ok(Self::cut(rows, columns, planes))
    }

    /// The same from planes whose sizes were checked.
    pub(super) fn cut(rows: usize, columns: usize, planes: [&[f32]; 2]) -> Self {
        let numbers = planes[..N::PLANES].concat();
        Self { rows, columns, numbers, kind: PhantomData }
    }

    /// Takes a matrix from the front of flat vectors.
    pub(super) fn cut_from(rest: &mut [&[f32]; 2], rows: usize, columns: usize) -> Self {
        let planes = rest.each_mut().map(|rest| {
            let (front, back) = rest.split_at((rows * columns).min(rest.len()));
            *rest = back;
            front
        });
        Self::cut(rows, columns, planes)
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The values (0) or derivatives (1), row by row; derivatives of plain numbers are absent.
    pub fn plane(&self, plane: usize) -> &[f32] {
        let size = self.rows * self.columns;
        self.numbers.get(plane * size..(plane + 1) * size).unwrap_or_default()
    }

    fn plane_mut(&mut self, plane: usize) -> &mut [f32] {
        let size = self.rows * self.columns;
        &mut self.numbers[plane * size..(plane + 1) * size]
    }

    /// Copies a row's numbers from `start` on into `to`, as many as fit there.
    #[inline]
    pub fn read(&self, row: usize, start: usize, to: &mut [N]) {
        let from = row * self.columns + start;
        let values = &self.plane(0)[from..from + to.len()];
        match self.plane(1) {
            [] => {
                let pairs = to.iter_mut().zip(values);
                pairs.for_each(|(number, value)| *number = N::constant(*value));
            }
            tangents => {
                let pairs = values.iter().zip(&tangents[from..from + values.len()]);
                let pairs = to.iter_mut().zip(pairs);
                pairs.for_each(|(number, (value, tangent))| *number = N::join([*value, *tangent]));
            }
        }
    }

    /// Copies `from` over a row's numbers from `start` on.
    #[inline]
    pub fn write(&mut self, row: usize, start: usize, from: &[N]) {
        let to = row * self.columns + start;
        for plane in 0..N::PLANES {
            let to = self.plane_mut(plane)[to..to + from.len()].iter_mut();
            to.zip(from).for_each(|(to, from)| *to = from.split()[plane]);
        }
    }

    /// Adds numbers to a row.
    pub fn add_row(&mut self, row: usize, numbers: &[N]) {
        let to = row * self.columns;
        for plane in 0..N::PLANES {
            let to = self.plane_mut(plane)[to..to + numbers.len()].iter_mut();
            to.zip(numbers).for_each(|(to, from)| *to += from.split()[plane]);
        }
    }

    /// A row.
    pub fn row(&self, row: usize) -> Vec<N> {
        let mut numbers = vec![N::constant(0.0); self.columns];
        self.read(row, 0, &mut numbers);
        numbers
    }

    /// Some rows, in the order asked for, in a kind of number that may carry derivatives.
    pub fn gather<M: Number>(&self, rows: &[usize]) -> Matrix<M> {
        let mut gathered = Matrix::zeros(rows.len(), self.columns);
        for (to, from) in rows.iter().enumerate() {
            let row: Vec<M> = self.row(*from).into_iter().map(Number::lift).collect();
            gathered.write(to, 0, &row);
        }
        gathered
    }

    /// Columns `start..start + width` of every row.
    pub fn part(&self, start: usize, width: usize) -> Self {
        let mut part = Self::zeros(self.rows, width);
        for plane in 0..N::PLANES {
            let from = self.plane(plane).chunks_exact(self.columns);
            let to = part.plane_mut(plane).chunks_exact_mut(width);
            to.zip(from).for_each(|(to, from)| to.copy_from_slice(&from[start..start + width]));
        }
        part
    }

    /// Adds a narrower matrix to the columns from `start` on.
    pub fn add_part(&mut self, start: usize, part: &Self) {
        let (columns, width) = (self.columns, part.columns);
        for plane in 0..N::PLANES {
            let to = self.plane_mut(plane).chunks_exact_mut(columns);
            for (to, from) in to.zip(part.plane(plane).chunks_exact(width)) {
                let pairs = to[start..start + width].iter_mut().zip(from);
                pairs.for_each(|(to, from)| *to += from);
            }
        }
    }

    /// Adds another matrix of the same size.
    pub fn add(&mut self, other: &Self) {
        self.numbers.iter_mut().zip(&other.numbers).for_each(|(to, from)| *to += from);
    }

    /// Multiplies every number, derivatives too.
    #[must_use]
    pub fn scaled(mut self, factor: f32) -> Self {
        self.numbers.iter_mut().for_each(|number| *number *= factor);
        self
    }

    /// A number for every number; `function` sees one at a time.
    pub fn map(&self, function: impl Fn(N) -> N) -> Self {
        let mut out = Self::zeros(self.rows, self.columns);
        out.fill_rows(|row, numbers| {
            self.read(row, 0, numbers);
            numbers.iter_mut().for_each(|number| *number = function(*number));
        });
        out
    }

    /// A number for every pair of numbers in the same place.
    pub fn zip(&self, other: &Self, function: impl Fn(N, N) -> N) -> Self {
        let mut out = self.clone();
        let mut others = vec![N::constant(0.0); self.columns];
        out.fill_rows(|row, numbers| {
            self.read(row, 0, numbers);
            other.read(row, 0, &mut others);
            let pairs = numbers.iter_mut().zip(&others);
            pairs.for_each(|(number, other)| *number = function(*number, *other));
        });
        out
    }

    /// Writes every row; `fill` gets its number and an unspecified content to overwrite.
    pub fn fill_rows(&mut self, mut fill: impl FnMut(usize, &mut [N])) {
        let mut numbers = vec![N::constant(0.0); self.columns];
        for row in 0..self.rows {
            fill(row, &mut numbers);
            self.write(row, 0, &numbers);
        }
    }

    fn view(&self, plane: usize) -> View<'_> {
        View::new(self.plane(plane), self.rows, self.columns)
    }

    /// `self · right`: `[m, k] · [k, n]` to `[m, n]`.
    pub fn times<M: Number>(&self, right: &Matrix<M>) -> Self {
        let mut out = Self::zeros(self.rows, right.columns);
        out.add_times(self, right);
        out
    }

    /// `self · rightᵀ`: `[m, k] · [n, k]ᵀ` to `[m, n]`.
    pub fn times_transposed<M: Number>(&self, right: &Matrix<M>) -> Self {
        let mut out = Self::zeros(self.rows, right.rows);
        out.add_times_transposed(self, right);
        out
    }

    /// `selfᵀ · right`: `[k, m]ᵀ · [k, n]` to `[m, n]`.
    pub fn transposed_times(&self, right: &Self) -> Self {
        let mut out = Self::zeros(self.columns, right.columns);
        out.add_transposed_times(self, right);
        out
    }

    /// Adds `left · right`.
    pub fn add_times<M: Number>(&mut self, left: &Self, right: &Matrix<M>) {
        self.add_planes(|plane| left.view(plane), |plane| right.view(plane), M::PLANES);
    }

    /// Adds `left · rightᵀ`.
    pub fn add_times_transposed<M: Number>(&mut self, left: &Self, right: &Matrix<M>) {
        let turned = |plane| right.view(plane).transposed();
        self.add_planes(|plane| left.view(plane), turned, M::PLANES);
    }

    /// Adds `leftᵀ · right`.
    pub fn add_transposed_times(&mut self, left: &Self, right: &Self) {
        let turned = |plane| left.view(plane).transposed();
        self.add_planes(turned, |plane| right.view(plane), N::PLANES);
    }

    /// The product rule: planes `p` and `q` meet in plane `p + q`, and `ε²` is nothing.
    fn add_planes<'a>(
        &mut self,
        left: impl Fn(usize) -> View<'a>,
        right: impl Fn(usize) -> View<'a>,
        right_planes: usize,
    ) {
        for plane in 0..N::PLANES {
            for p in (0..=plane).rev().filter(|p| plane - p < right_planes) {
                accumulate(self.plane_mut(plane), left(p), right(plane - p));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::number::Dual;
    use super::*;

    fn matrix<N: Number>(rows: usize, columns: usize, start: f32) -> Matrix<N> {
        let values: Vec<f32> = (0..rows * columns).map(|at| (start + at as f32).sin()).collect();
        let tangents: Vec<f32> = values.iter().map(|value| value * value - 0.3).collect();
        Matrix::join(rows, columns, [&values, &tangents]).unwrap()
    }

    /// The same numbers moved along their derivatives.
    fn moved(matrix: &Matrix<Dual>, step: f32) -> Vec<f64> {
        let pairs = matrix.plane(0).iter().zip(matrix.plane(1));
        pairs.map(|(value, tangent)| f64::from(*value) + f64::from(step * tangent)).collect()
    }

    #[test]
    fn dual_products_are_products_and_their_derivatives() {
        let (left, right) = (matrix::<Dual>(5, 7, 0.0), matrix::<Dual>(7, 9, 4.0));
        let found = left.times(&right);
        let exactly = |step: f32| {
            let (left, right) = (moved(&left, step), moved(&right, step));
            let cell = |at: usize| {
                (0..7).map(|k| left[at / 9 * 7 + k] * right[k * 9 + at % 9]).sum::<f64>()
            };
            (0..45).map(cell).collect::<Vec<f64>>()
        };
        let (low, middle, high) = (exactly(-0.5), exactly(0.0), exactly(0.5));
        for at in 0..45 {
            // The product is quadratic in the step, so the central difference is exact.
            assert!((f64::from(found.plane(0)[at]) - middle[at]).abs() < 1e-5);
            assert!((f64::from(found.plane(1)[at]) - (high[at] - low[at])).abs() < 1e-5);
        }
    }

    #[test]
    fn the_three_products_agree() {
        let (left, right) = (matrix::<f32>(5, 7, 0.0), matrix::<f32>(7, 9, 4.0));
        let turn = |from: &Matrix<f32>| {
            let mut out = Matrix::<f32>::zeros(from.columns(), from.rows());
            out.fill_rows(|row, numbers| {
                numbers.iter_mut().enumerate().for_each(|(at, to)| *to = from.row(at)[row]);
            });
            out
        };
        let product = left.times(&right);
        assert_eq!(product, left.times_transposed(&turn(&right)));
        assert_eq!(product, turn(&left).transposed_times(&right));
        assert_eq!(product.part(3, 4).columns(), 4);
    }
}

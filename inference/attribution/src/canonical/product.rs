//! Products of matrices, fast and always to the same bits.
//!
//! Each number of the result is one chain of products and sums in the order of the inner index, so
//! the shape of the tiles, the width of the processor's registers and the number of threads change
//! nothing. Lanes are numbers of the result; no lane is ever added to another.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// Rows of a tile of the result; its columns are one or two of the processor's registers.
const TILE_ROWS: usize = 4;
/// Numbers in the largest tile: AVX-512 has 16 lanes.
const TILE_NUMBERS: usize = TILE_ROWS * 2 * 16;
/// Rows that one task of a large product takes.
const TASK_ROWS: usize = 32;
/// Multiplications from which threads are worth starting.
const WORK_LARGE: usize = 1 << 23;

/// A matrix as it lies in memory, row by row; read as it is, or as its transpose.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    numbers: &'a [f32],
    row_step: usize,
    column_step: usize,
    rows: usize,
    columns: usize,
}

impl<'a> View<'a> {
    pub(super) fn new(numbers: &'a [f32], rows: usize, columns: usize) -> Self {
        Self { numbers, row_step: columns, column_step: 1, rows, columns }
    }

    pub(super) fn transposed(self) -> Self {
        Self {
            numbers: self.numbers,
            row_step: self.column_step,
            column_step: self.row_step,
            rows: self.columns,
            columns: self.rows,
        }
    }

    fn rows_from(self, row: usize, rows: usize) -> Self {
        let numbers = &self.numbers[(row * self.row_step).min(self.numbers.len())..];
        Self { numbers, rows, ..self }
    }

    /// Columns `start..start + width` as `[rows][width]`, zeros beyond the last column.
    #[inline(always)]
    fn pack_columns(self, start: usize, width: usize, packed: &mut [f32]) {
        let present = width.min(self.columns - start);
        let packed = packed.chunks_exact_mut(width);
        if self.column_step == 1 {
            for (row, packed) in packed.enumerate() {
                let from = row * self.row_step + start;
                packed[..present].copy_from_slice(&self.numbers[from..from + present]);
                packed[present..].fill(0.0);
            }
            return;
        }
        for (row, packed) in packed.enumerate() {
            let from = start * self.column_step + row * self.row_step;
            let numbers = self.numbers[from..].iter().step_by(self.column_step);
            packed.iter_mut().zip(numbers).take(present).for_each(|(to, from)| *to = *from);
            packed[present..].fill(0.0);
        }
    }
}

/// Adds `left · right` to `out`, which is row by row as wide as `right`.
///
/// Large products go to the threads of the current pool, in blocks of rows of the result.
pub(super) fn accumulate(out: &mut [f32], left: View<'_>, right: View<'_>) {
    debug_assert_eq!(left.columns, right.rows, "inner sizes");
    let columns = right.columns;
    if left.rows <= TASK_ROWS || left.rows * columns * left.columns < WORK_LARGE {
        return dispatched(out, left, right);
    }
    out.par_chunks_mut(TASK_ROWS * columns).enumerate().for_each(|(task, out)| {
        dispatched(out, left.rows_from(task * TASK_ROWS, out.len() / columns), right);
    });
}

/// Runs with the widest registers that the processor has.
fn dispatched(out: &mut [f32], left: View<'_>, right: View<'_>) {
    pulp::Arch::new().dispatch(Product::new(out, left, right));
}

/// A product with the place of its result, `out[row · row_step + column · column_step]`.
struct Product<'a> {
    out: &'a mut [f32],
    row_step: usize,
    column_step: usize,
    left: View<'a>,
    right: View<'a>,
}

impl<'a> Product<'a> {
    /// Narrow results are computed as `(rightᵀ leftᵀ)ᵀ`, the same sums, so that lanes are filled.
    fn new(out: &'a mut [f32], left: View<'a>, right: View<'a>) -> Self {
        let columns = right.columns;
        match columns <= TILE_ROWS && columns < left.rows {
            true => {
                let (left, right) = (right.transposed(), left.transposed());
                Self { out, row_step: 1, column_step: columns, left, right }
            }
            false => Self { out, row_step: columns, column_step: 1, left, right },
        }
    }

    /// Packs both sides into runs that the tiles read in order, and computes tile after tile.
    #[inline(always)]
    fn panels<S: Simd, const REGISTERS: usize>(mut self, simd: S) {
        let (inner, width) = (self.right.rows, REGISTERS * S::F32_LANES);
        if inner == 0 {
            return;
        }
        let blocks = self.left.rows.div_ceil(TILE_ROWS);
        let mut lefts = vec![0.0; blocks * inner * TILE_ROWS];
        for (block, packed) in lefts.chunks_exact_mut(inner * TILE_ROWS).enumerate() {
            self.left.transposed().pack_columns(block * TILE_ROWS, TILE_ROWS, packed);
        }
        let mut rights = vec![0.0; inner * width];
        for start in (0..self.right.columns).step_by(width) {
            self.right.pack_columns(start, width, &mut rights);
            let (rights, _) = S::as_simd_f32s(&rights);
            for (block, lefts) in lefts.chunks_exact(inner * TILE_ROWS).enumerate() {
                let mut tile = [0.0; TILE_NUMBERS];
                let tile = &mut tile[..TILE_ROWS * width];
                let place = Place { row: block * TILE_ROWS, column: start, width };
                self.exchange(place, tile, |tile, out| *tile = *out);
                chain::<S, REGISTERS>(simd, tile, lefts, rights);
                self.exchange(place, tile, |tile, out| *out = *tile);
            }
        }
    }

    /// Visits the numbers of a tile with those of the result that they stand for.
    #[inline(always)]
    fn exchange(&mut self, at: Place, tile: &mut [f32], visit: impl Fn(&mut f32, &mut f32)) {
        let rows = TILE_ROWS.min(self.left.rows - at.row);
        let columns = at.width.min(self.right.columns - at.column);
        for (row, lanes) in tile.chunks_exact_mut(at.width).enumerate().take(rows) {
            let from = (at.row + row) * self.row_step + at.column * self.column_step;
            match self.column_step {
                1 => {
                    let out = self.out[from..from + columns].iter_mut();
                    lanes.iter_mut().zip(out).for_each(|(lane, out)| visit(lane, out));
                }
                step => {
                    let out = self.out[from..].iter_mut().step_by(step).take(columns);
                    lanes.iter_mut().zip(out).for_each(|(lane, out)| visit(lane, out));
                }
            }
        }
    }
}

/// Where a tile's first number stands in the result, and the tile's columns.
#[derive(Clone, Copy)]
struct Place {
    row: usize,
    column: usize,
    width: usize,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.right.columns <= S::F32_LANES {
            true => self.panels::<S, 1>(simd),
            false => self.panels::<S, 2>(simd),
        }
    }
}

/// The inner loop: `tile[i][j] += left[k][i] · right[k][j]`, `k` rising; a product, then a sum.
#[inline(always)]
fn chain<S: Simd, const REGISTERS: usize>(
    simd: S,
    tile: &mut [f32],
    left: &[f32],
    right: &[S::f32s],
) {
    let (lanes, _) = S::as_mut_simd_f32s(tile);
    let mut sums = [[simd.splat_f32s(0.0); REGISTERS]; TILE_ROWS];
    for (sums, lanes) in sums.iter_mut().zip(lanes.chunks_exact(REGISTERS)) {
        sums.copy_from_slice(lanes);
    }
    let (left, _) = left.as_chunks::<TILE_ROWS>();
    let (right, _) = right.as_chunks::<REGISTERS>();
    for (left, right) in left.iter().zip(right) {
        for row in 0..TILE_ROWS {
            let factor = simd.splat_f32s(left[row]);
            for lane in 0..REGISTERS {
                let product = simd.mul_f32s(factor, right[lane]);
                sums[row][lane] = simd.add_f32s(sums[row][lane], product);
            }
        }
    }
    for (sums, lanes) in sums.iter().zip(lanes.chunks_exact_mut(REGISTERS)) {
        lanes.copy_from_slice(sums);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of all sizes, made by a small congruential generator.
    fn numbers(count: usize, start: u32) -> Vec<f32> {
        let mut state = start;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    /// The same sums, written as the definition has them.
    fn plainly(out: &mut [f32], left: View<'_>, right: View<'_>) {
        for row in 0..left.rows {
            for column in 0..right.columns {
                for at in 0..right.rows {
                    let x = left.numbers[row * left.row_step + at * left.column_step];
                    let y = right.numbers[at * right.row_step + column * right.column_step];
                    out[row * right.columns + column] += x * y;
                }
            }
        }
    }

    fn bits(numbers: &[f32]) -> Vec<u32> {
        numbers.iter().map(|number| number.to_bits()).collect()
    }

    #[test]
    fn tiles_registers_and_threads_change_no_bit() {
        let shapes =
            [(1, 1, 1), (5, 3, 2), (4, 7, 16), (9, 33, 17), (70, 64, 4), (3, 0, 5), (67, 300, 650)];
        for (rows, inner, columns) in shapes {
            let (left, right) = (numbers(rows * inner, 1), numbers(inner * columns, 2));
            let start = numbers(rows * columns, 3);
            for (left_turned, right_turned) in
                [(false, false), (true, false), (false, true), (true, true)]
            {
                let view = |numbers, rows, columns, turned| match turned {
                    false => View::new(numbers, rows, columns),
                    true => View::new(numbers, columns, rows).transposed(),
                };
                let left = view(&left[..], rows, inner, left_turned);
                let right = view(&right[..], inner, columns, right_turned);
                let mut expected = start.clone();
                plainly(&mut expected, left, right);
                let run = |work: &dyn Fn(&mut [f32])| {
                    let mut out = start.clone();
                    work(&mut out);
                    bits(&out)
                };
                let scalar =
                    |out: &mut [f32]| Product::new(out, left, right).with_simd(pulp::Scalar);
                assert_eq!(run(&scalar), bits(&expected), "undispatched");
                assert_eq!(run(&|out| dispatched(out, left, right)), bits(&expected), "dispatched");
                for threads in [1, 2] {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                    let pool = pool.unwrap();
                    let threaded = |out: &mut [f32]| pool.install(|| accumulate(out, left, right));
                    let out = {
                        let mut out = start.clone();
                        threaded(&mut out);
                        bits(&out)
                    };
                    assert_eq!(out, bits(&expected), "{threads} threads");
                }
            }
        }
    }
}

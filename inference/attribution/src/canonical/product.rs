//! Products of matrices, fast and always to the same bits.
//!
//! Each number of the result is one chain of products and sums in the order of the inner index, so
//! the shape of the tiles, the width of the processor's registers and the number of threads change
//! nothing. Lanes are numbers of the result; no lane is ever added to another.

use rayon::prelude::*;

/// Rows of a tile of the result.
const TILE_ROWS: usize = 4;
/// Columns of a tile: two registers of AVX2, four of SSE2 and NEON.
const TILE_COLUMNS: usize = 16;
/// Columns of a tile for results as narrow as an adapter's rank.
const TILE_NARROW: usize = 4;
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

    fn from_row(self, row: usize, rows: usize) -> Self {
        let numbers = &self.numbers[(row * self.row_step).min(self.numbers.len())..];
        Self { numbers, rows, ..self }
    }

    /// Columns `start..start + WIDTH` as `[rows][WIDTH]`, zeros beyond the last column.
    #[inline(always)]
    fn pack_columns<const WIDTH: usize>(self, start: usize, packed: &mut [[f32; WIDTH]]) {
        let width = WIDTH.min(self.columns - start);
        if self.column_step == 1 && width == WIDTH {
            for (row, packed) in packed.iter_mut().enumerate() {
                let from = row * self.row_step + start;
                packed.copy_from_slice(&self.numbers[from..from + WIDTH]);
            }
            return;
        }
        for lane in 0..width {
            let from = (start + lane) * self.column_step;
            let column = self.numbers.get(from..).unwrap_or_default().iter();
            let column = column.step_by(self.row_step.max(1));
            packed.iter_mut().zip(column).for_each(|(packed, number)| packed[lane] = *number);
        }
        for packed in packed.iter_mut() {
            packed[width..].fill(0.0);
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
        dispatched(out, left.from_row(task * TASK_ROWS, out.len() / columns), right);
    });
}

/// Runs with the widest registers that the processor has.
fn dispatched(out: &mut [f32], left: View<'_>, right: View<'_>) {
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || tiled(out, left, right),
    );
}

/// Chooses the tile's width.
#[inline(always)]
fn tiled(out: &mut [f32], left: View<'_>, right: View<'_>) {
    match right.columns <= TILE_NARROW {
        true => panels::<TILE_NARROW>(out, left, right),
        false => panels::<TILE_COLUMNS>(out, left, right),
    }
}

/// Packs both sides into runs that the tiles read in order, and computes tile after tile.
#[inline(always)]
fn panels<const WIDTH: usize>(out: &mut [f32], left: View<'_>, right: View<'_>) {
    let inner = right.rows;
    let blocks = left.rows.div_ceil(TILE_ROWS);
    let mut lefts = vec![[0.0; TILE_ROWS]; blocks * inner];
    for (block, packed) in lefts.chunks_exact_mut(inner.max(1)).enumerate() {
        left.transposed().pack_columns(block * TILE_ROWS, packed);
    }
    let mut rights = vec![[0.0; WIDTH]; inner];
    for start in (0..right.columns).step_by(WIDTH) {
        right.pack_columns(start, &mut rights);
        let width = WIDTH.min(right.columns - start);
        for block in 0..blocks {
            let row = block * TILE_ROWS;
            let rows = TILE_ROWS.min(left.rows - row);
            let place = |at: usize| {
                let from = (row + at) * right.columns + start;
                from..from + width
            };
            let mut tile = [[0.0; WIDTH]; TILE_ROWS];
            for (at, lanes) in tile.iter_mut().enumerate().take(rows) {
                lanes[..width].copy_from_slice(&out[place(at)]);
            }
            let tile = chain(tile, &lefts[block * inner..(block + 1) * inner], &rights);
            for (at, lanes) in tile.iter().enumerate().take(rows) {
                out[place(at)].copy_from_slice(&lanes[..width]);
            }
        }
    }
}

/// The inner loop: `tile[i][j] += left[k][i] · right[k][j]`, `k` rising.
#[inline(always)]
fn chain<const WIDTH: usize>(
    mut tile: [[f32; WIDTH]; TILE_ROWS],
    left: &[[f32; TILE_ROWS]],
    right: &[[f32; WIDTH]],
) -> [[f32; WIDTH]; TILE_ROWS] {
    for (left, right) in left.iter().zip(right) {
        for row in 0..TILE_ROWS {
            for lane in 0..WIDTH {
                tile[row][lane] += left[row] * right[lane];
            }
        }
    }
    tile
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
                assert_eq!(run(&|out| tiled(out, left, right)), bits(&expected), "undispatched");
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

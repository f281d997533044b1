//! Which rows moved an adapter towards an answer, in integers from the first rounding on.
//!
//! **Gradient.** All gradients are taken where tuning began to matter: at the tuned adapter's `A`
//! with `B = 0`. There the model is the bare base, only `B` has a gradient, and the product of
//! two gradients is the first-order effect of learning one text on foretelling the other
//! (TracIn's first checkpoint). At the *tuned* point it would fail: an answer that a model gives
//! by itself has no expected gradient there, and only noise would be compared.
//! A row's gradient is that of the mean loss on its answer's tokens; a query's is that of the mean
//! loss on the tokens of the question and of the answer that the adapter gave.
//!
//! **Index.** Row gradients are scaled to length one, whitened matrix by matrix (`whiten.rs`),
//! divided by their own whitened length, and rounded: an `i8` per number and a scale in units of
//! 2^-32 per matrix. The index holds them under one Merkle root (`whence_canon::merkle`), its
//! header first. A query is scaled to length one and rounded, no more.
//!
//! **Score.** `sᵢ = Σ over matrices of (Σ qⱼ xᵢⱼ) · scale_q · scale_xᵢ`: inner sum in `i32`, total
//! in `i128`, result an `i64` in units of 2^-32. No floats, so everybody gets the same number.
//!
//! **Shares.** When the index is built, its own rows ask: row `j` is scored with row `i`'s plain
//! gradient, for up to 256 evenly spaced `i` and all `j ≠ i`. The *threshold* `τ` is the 90th
//! percentile of these scores (what nine of ten unrelated pairs stay under), at least 0, and the
//! *whole* `W` is the median over `i` of `Σⱼ max(0, sᵢⱼ − τ)`: as much as a typical text of the
//! dataset itself is explained by the others. Both stand in the index's header, which is leaf 0
//! of its tree. For a query, with `eᵢ = max(0, sᵢ − τ)` and `D = max(W, Σ eᵢ)`,
//! row `i` gets `⌊10⁹ eᵢ / D⌋` billionths, the 64 largest are named, and the rest of the
//! billion is unattributed. A text less like the dataset than its own rows leaves a part
//! unattributed, and being the only weak match gains nothing.
//!
//! This room does no input and output: bytes and tensors come in, integers go out.

mod calibrate;
mod format;
mod index;
mod shares;
mod vector;
mod whiten;

use std::collections::BTreeMap;

pub use index::{Header, Index, IndexRow, METHOD, RowExample};
pub use shares::{Attribution, BILLION, Calibration, SHARES_MAX, Share, divide};
pub use vector::{IntVector, Part};

use crate::adapter::{Adapter, Matrices};
use crate::error::Result;
use crate::model::{Example, Lora, Model};

/// The tuned adapter with `B = 0`, tracked: the point where gradients are taken.
fn start_point(model: &Model, adapter: &Adapter) -> Result<Lora> {
    let zeroed = |pair: &Matrices| Matrices { a: pair.a.clone(), b: vec![0.0; pair.b.len()] };
    let matrices: BTreeMap<_, _> =
        adapter.matrices().iter().map(|(at, pair)| (*at, zeroed(pair))).collect();
    let start = Adapter::new(adapter.config().clone(), matrices, model.config())?;
    Ok(start.on(model.device()).tracked())
}

/// The gradient for each matrix `B`, in the order of layer and map, scaled to length one.
fn plain_gradient(model: &Model, start: &Lora, example: &Example) -> Result<Vec<Vec<f32>>> {
    let (_, gradients) = model.gradients(&[example], start)?;
    let mut parts: Vec<Vec<f32>> = gradients.into_values().map(|(_, b)| b).collect();
    vector::to_unit(&mut parts)?;
    Ok(parts)
}

/// A query's gradient, as integers.
pub fn query_gradient(model: &Model, adapter: &Adapter, example: &Example) -> Result<IntVector> {
    IntVector::quantise(&plain_gradient(model, &start_point(model, adapter)?, example)?)
}

//! Which rows moved an adapter towards an answer, in integers from the first rounding on.
//!
//! This room does no input and output: bytes and tensors come in, integers go out.

mod format;
mod index;
pub mod merkle;
mod shares;
mod vector;

pub use index::{Header, Index, IndexRow, METHOD, RowExample};
pub use shares::{Attribution, Share};
pub use vector::{IntVector, Part};

use crate::adapter::Adapter;
use crate::error::Result;
use crate::model::{Example, Model};

/// The gradient of the loss on an example's answer, as integers.
pub fn gradient(model: &Model, adapter: &Adapter, example: &Example) -> Result<IntVector> {
    let lora = adapter.on(model.device()).tracked();
    let (_, gradients) = model.gradients(&[example], &lora)?;
    IntVector::quantise(&gradients)
}

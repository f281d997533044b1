//! Which rows moved an adapter towards an answer, in integers from the first rounding on.
//!
//! The measure is [`whence_influence`]'s; this room brings it the model's gradients and keeps its
//! files beside the adapter.
//!
//! | room | what it is for |
//! |---|---|
//! | [`gradients`] | a text's gradient as one flat vector |
//! | `points` | the states of a run at which gradients are taken |
//! | `rows` | rows' gradients, one after the other |
//! | `build` | from rows to the index's two files |
//! | `index` | the files read and checked, an answer scored and divided |
//! | `shares` | what comes of it |
//!
//! **Gradients** are taken at the states that the run kept: its start, where `B = 0` and the model
//! is the bare base, and after equal parts of its steps. The end is none of them: there the rate is
//! zero, and an answer that a model gives by itself has no expected gradient. A row's gradient is
//! that of the mean loss on its answer's tokens; a query's that of the mean loss on the tokens of
//! the question and of the answer that the adapter gave; both by the matrices `B`, all that moves
//! where a run starts. A dot product over all states sums over them (TracIn-CP, 2002.08484).
//!
//! **Index.** Each matrix's gradients are rotated to the largest 64 principal directions of the
//! rows' own, whitened with a damping fixed beforehand, and rounded to 8 bits
//! ([`whence_influence::basis`], [`whence_influence::integers`]).
//!
//! **Shares.** Scores over what rows do to themselves, less what nine of ten unrelated pairs score,
//! outliers unpaid, copies paid to the first commit ([`whence_canon::measure`]).

mod build;
pub mod gradients;
mod index;
mod points;
mod rows;
mod shares;

pub use build::{Built, build};
pub use index::Index;
pub use points::Points;
pub use rows::RowExample;
pub use shares::{Attribution, Share};

use crate::error::Error;

/// What the rows' integers are.
pub const METHOD: &str = "lora-checkpoints-white-i8/2";
/// File beside an adapter's own that holds its attribution index.
pub const INDEX_FILE: &str = "attribution.index";
/// File with the bases that the index's gradients are rotated into.
pub const BASIS_FILE: &str = "attribution.basis";

/// The engine's refusal as one of this crate.
fn refused(why: whence_influence::Error) -> Error {
    Error::Index(why.to_string())
}

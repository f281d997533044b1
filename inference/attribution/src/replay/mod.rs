//! Training that can be repeated bit by bit, with a weight per row, and exact derivatives through it.
//!
//! | file | what it is for |
//! |---|---|
//! | [`recipe`] | what a run does: optimiser, learning rates, batches in their order |
//! | [`train`] | the run itself, and the states kept on the way |
//!
//! A run minimises, step by step, `L_t(θ, w) = (1/B_t) Σ_{i ∈ batch_t} w_i ℓ_i(θ)`. `B_t` is the
//! number of rows *stated* in the batch, whatever their weights, so that the trained parameters are a
//! smooth function of `w`: a row of weight 0 is skipped, and the rows beside it do not count for more.
//! Training on a subset is training with weights 0 and 1.
//!
//! The sums run over a batch's rows in the order given, and threads only share out the rows: the same
//! inputs give the same bits for any number of threads.

pub mod recipe;
mod step;
pub mod train;

pub use recipe::{Decay, Optimiser, Recipe, Schedule};
pub use train::{Checkpoint, Run, subset_weights, train};

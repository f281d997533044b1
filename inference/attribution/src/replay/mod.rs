//! Training that can be repeated bit by bit, with a weight per row, and exact derivatives through
//! it.
//!
//! | file | what it is for |
//! |---|---|
//! | [`recipe`] | what a run does: optimiser, learning rates, batches in their order |
//! | [`train`](mod@train) | the run itself, and the states kept on the way |
//! | [`metagradient`] | the derivative of its end by every row's weight (MAGIC, arXiv 2504.16430) |
//! | [`audit`] | leave-one-out and add-one-in from it, the truth by retraining, and fidelity |
//! | [`Replay::metasmoothness`] | whether such derivatives tell about retraining at all |
//!
//! A run minimises, step by step, `L_t(θ, w) = (1/B_t) Σ_{i ∈ batch_t} w_i ℓ_i(θ)`. `B_t` is the
//! number of rows *stated* in the batch, whatever their weights, so that the trained parameters are
//! a smooth function of `w`: a row of weight 0 is skipped, and the rows beside it do not count for
//! more. Training on a subset is training with weights 0 and 1.
//!
//! The sums run over a batch's rows in the order given, and threads only share out the rows: the
//! same inputs give the same bits for any number of threads.

mod adjoint;
pub mod audit;
pub mod metagradient;
pub mod recipe;
mod smoothness;
mod step;
pub mod train;

pub use audit::{Fidelity, Queries, changes, fidelity};
pub use metagradient::Replay;
pub use recipe::{Decay, Optimiser, Recipe, Schedule};
pub use train::{Checkpoint, Run, subset_weights, train};

//! The truth that attribution is held against: what an answer's loss becomes when the adapter is
//! tuned again without half of the rows.
//!
//! | room | what it is for |
//! |---|---|
//! | `plan` | what is measured, so that a folder is only ever about one thing |
//! | `run` | the whole run and the runs on subsets; what is there already is not done again |
//! | `arrays` | gradients and what else the methods need, as plain numbers in files |
//!
//! `attribution-bench adapter` reads the folder and scores every method against it.

mod arrays;
mod plan;
mod run;

pub use plan::{Plan, Point};
pub use run::{Retraining, Subset};

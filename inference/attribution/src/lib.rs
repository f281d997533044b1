//! Which rows of a dataset moved a model towards an answer, and by how much.
//!
//! | room | what it is for |
//! |---|---|
//! | [`objective`] | what is asked of a model: losses, gradients, their derivatives, row by row |
//! | [`gradients`] | rows' gradients, one after another or held in memory |
//! | [`basis`] | bases learned from rows' gradients: rotate, cut, whiten |
//! | [`methods`] | how much each row did for a query: the index's measure and its peers |
//! | [`self_influence`] | what a row does to itself: relative scores, the gate for outliers |
//! | [`spans`] | which passages of an answer stand word for word in rows, and what they are worth |
//! | [`ablation`] | what retrieved passages did for an answer: its log-probability without them |
//! | [`dedupe`] | rows that say what an earlier row says: copies, near copies, paraphrases |
//! | [`information`] | `−log2` of a frequency in integers |
//! | [`integers`] | vectors as integers, the index's file and root, the scan over all rows |
//! | [`fusion`] | from scores of several sources to shares, and the audit ledger |
//! | [`canonical`] | arithmetic whose bits every verifier gets, and a language model in it |
//! | [`layout`] | how a flat vector of parameters divides into matrices |
//! | [`replay`] | training that repeats bit by bit, with a weight per row, and its derivatives |
//!
//! The crate does no input or output and knows no tensors of a device: numbers come in, and what
//! leaves it for a report is integers. Inside, arithmetic is `f32` or `f64`.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "numerical code is floats and indices; nothing here runs in the state machine"
)]

pub mod ablation;
mod algebra;
pub mod basis;
pub mod canonical;
pub mod dedupe;
mod error;
pub mod fusion;
pub mod gradients;
pub mod information;
pub mod integers;
pub mod layout;
pub mod methods;
pub mod objective;
pub mod replay;
pub mod self_influence;
pub mod spans;

pub use error::{Error, Result};

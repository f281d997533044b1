//! Measures attribution against the truth: models trained again without some rows.
//!
//! | room | what it is for |
//! |---|---|
//! | [`digits`] | handwritten digits: data, logistic regression, a small network |
//! | [`export`] | what was measured, for programs of others to read (`peers/README.md`) |
//! | [`figure`] | a measured number with its target, and the table and file that keep it |
//! | [`gaming`] | attacks on what rows are paid, each with a control that must fail |
//! | [`lora_language`] | a small language model with an adapter that rewrites sentences |
//! | [`parts`] | what the harness measures, part by part |
//! | [`random`] | seeded choices: the same seed, the same subsets |
//! | [`recipes`] | the runs that are replayed: seeded batches, settings smooth in rows' weights |
//! | [`retraining`] | the truth: models trained again without some rows, kept on disk; the LDS |
//! | [`statistics`] | ranks, correlations, areas under curves, standard errors |
//! | [`table`] | the tables of a document, made from the file of figures |
#![allow(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::disallowed_methods,
    reason = "a bench: numbers, indices and a clock; nothing here runs in the state machine"
)]

pub mod digits;
pub mod export;
pub mod figure;
pub mod gaming;
pub mod lora_language;
pub mod parts;
pub mod random;
pub mod recipes;
pub mod retraining;
pub mod statistics;
pub mod table;

//! The sidecar: one base model, many LoRA adapters, attribution per answer.
//!
//! | room | what it is for |
//! |---|---|
//! | [`gguf`] | reading model files that nobody trusts |
//! | [`tokenizer`] | text to ids and back, chats to prompts |
//! | [`model`] | the Llama family as pure tensors |
//! | [`adapter`] | LoRA adapters in PEFT's files |
//! | [`engine`] | answers, one adapter per request, on the device that is there |
//! | [`tuning`] | LoRA fine-tuning with a receipt |
//! | [`attribution`] | which rows moved the adapter towards an answer |
//! | [`fidelity`] | runs without some rows, which attribution is held against |
//! | [`serve`] | OpenAI's HTTP interface, paid by vouchers |
//! | [`report`] | signed reports to the chain, from a synced outbox |
//!
//! Start with [`engine::Engine`]. Errors carry stable codes ([`Error::code`]).
#![recursion_limit = "256"]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::disallowed_methods,
    reason = "tensor arithmetic is floats and indices, and the sidecar has a clock; nothing here \
              is consensus code, and a panic ends one request only (engine/guard.rs)"
)]

pub mod adapter;
pub mod attribution;
pub mod cli;
pub mod engine;
mod error;
pub mod fidelity;
pub mod gguf;
pub mod model;
pub mod report;
pub mod serve;
pub mod tokenizer;
pub mod tuning;

pub use error::{Error, Result};

//! A Llama-style causal decoder with low-rank adapters, in canonical arithmetic.
//!
//! | room | what it is for |
//! |---|---|
//! | [`config`] | sizes of a model, and names of its linear maps |
//! | [`weights`] | a model's numbers, matrix by matrix |
//! | [`adapter`] | low-rank deltas (Hu et al. 2021, *LoRA*) and how they lie in a flat vector |
//! | [`decoder`] | tokens to hidden states, logits and losses, and the way back |
//! | [`objective`] | rows with answers as an [`Objective`](crate::objective::Objective) |
//!
//! RMS norms (Zhang and Sennrich 2019), rotary positions, grouped-query attention (Ainslie et al.
//! 2023) and SwiGLU (Shazeer 2020). The way back is written by hand, generic over the kind of
//! number, so a Hessian-vector product is the same code with duals.

pub mod adapter;
mod attention;
mod block;
pub mod config;
pub mod decoder;
pub mod objective;
#[cfg(test)]
mod tests;
pub mod weights;

pub use adapter::{Adapter, LowRank};
pub use config::{Config, Map};
pub use decoder::{Decoder, Row};
pub use objective::{AdapterObjective, BaseObjective};
pub use weights::Weights;

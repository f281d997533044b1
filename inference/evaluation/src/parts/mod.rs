//! What `attribution-bench` measures, part by part; each has options of its own.

pub mod adapter;
pub mod boilerplate;
pub mod fidelity;
pub mod fraud;
pub mod paraphrase;
pub mod perf;
pub mod perf_spans;
pub mod rag;
pub mod replay;
pub mod rows;
pub mod seeds;
pub mod smoothness;

//! What `attribution-bench` measures, part by part; each has options of its own.

pub mod fraud;
pub mod perf;
pub mod replay;

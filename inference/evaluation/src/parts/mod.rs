//! What `attribution-bench` measures, part by part; each has options of its own.

pub mod perf;
pub mod replay;

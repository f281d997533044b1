//! Figures of the parts that are asked with three seeds.

use crate::figure::{Figure, Target};
use crate::statistics;

/// The seeds of every part.
pub const SEEDS: [u64; 3] = [1, 2, 3];

/// A figure of one sample a seed.
pub fn figure(part: &str, id: &str, what: &str, samples: &[f64], target: Option<Target>) -> Figure {
    let ours = statistics::mean(samples);
    Figure {
        id: id.to_owned(),
        what: what.to_owned(),
        ours,
        error: statistics::standard_error(samples),
        peer: None,
        target,
        holds: target.is_none_or(|target| target.holds(ours)),
        seeds: SEEDS.to_vec(),
        command: format!("attribution-bench {part}"),
    }
}

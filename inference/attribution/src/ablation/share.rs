//! Drops as parts per billion of an answer: integers, rounded down.

use super::Effects;

/// Units of a drop in a report: millionths of a nat.
const MICRO: f64 = 1e6;

/// A drop or log-probability in millionths of a nat, rounded towards zero: what a report holds, and
/// from where on everything is integers.
pub fn micronats(nats: f64) -> i64 {
    (nats * MICRO) as i64
}

/// Parts per billion of the answer by passage: `max(0, drop) / max(−log p(none), Σ max(0, drop))`,
/// rounded down.
///
/// The whole is the surprise of the answer to the model without any passage, so a passage that adds
/// little is paid little, even when it is the only one that adds anything. What the model knew
/// without passages stays unattributed; a negative drop pays nothing and takes nothing from others.
/// The sum is at most 10⁹: where drops together exceed the surprise, each is a part of their sum.
pub fn shares(with_none: i64, drops: &[i64]) -> Vec<u32> {
    let paid = |drop: &i64| u128::from(drop.max(&0).unsigned_abs());
    let sum: u128 = drops.iter().map(paid).sum();
    let surprise = u128::from(with_none.min(0).unsigned_abs());
    let whole = surprise.max(sum).max(1);
    drops.iter().map(|drop| (paid(drop) * 1_000_000_000 / whole) as u32).collect()
}

impl Effects {
    /// [`shares`] of these drops.
    pub fn shares(&self) -> Vec<u32> {
        let drops: Vec<i64> = self.drops.iter().map(|drop| micronats(*drop)).collect();
        shares(micronats(self.with_none), &drops)
    }
}

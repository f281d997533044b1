//! Seeded choices: the same seed and purpose give the same rows on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

/// A stream of numbers for one purpose; purposes with other names are independent.
pub fn stream(seed: u64, purpose: &str) -> ChaCha8Rng {
    let key = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(purpose);
    ChaCha8Rng::from_seed(key.finalize().into())
}

/// A number below `bound` (rejection, so that none is likelier).
pub fn below(stream: &mut ChaCha8Rng, bound: usize) -> usize {
    let bound = bound.max(1) as u64;
    let limit = u64::MAX - u64::MAX % bound;
    loop {
        let drawn = stream.next_u64();
        if drawn < limit {
            return (drawn % bound) as usize;
        }
    }
}

/// A number in `[0, 1)` with 24 random bits.
pub fn unit(stream: &mut ChaCha8Rng) -> f32 {
    (stream.next_u32() >> 8) as f32 / (1u32 << 24) as f32
}

/// A number from the standard normal distribution (Box and Muller 1958).
pub fn normal(stream: &mut ChaCha8Rng) -> f32 {
    let (radius, angle) = (1.0 - unit(stream), unit(stream));
    (-2.0 * radius.ln()).sqrt() * (std::f32::consts::TAU * angle).cos()
}

/// The numbers below `count` in random order (Fisher and Yates).
pub fn permutation(stream: &mut ChaCha8Rng, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, below(stream, last + 1));
    }
    order
}

/// `size` of the numbers below `count`, each once, rising.
pub fn subset(stream: &mut ChaCha8Rng, count: usize, size: usize) -> Vec<usize> {
    let mut chosen = permutation(stream, count);
    chosen.truncate(size);
    chosen.sort_unstable();
    chosen
}

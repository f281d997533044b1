//! MinHash signatures and their bands: rows that share most of their five-word shingles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::words::words;

/// Words of a shingle.
pub const SHINGLE_WORDS: usize = 5;
/// Numbers of a signature.
pub const PERMUTATIONS: usize = 128;
/// Bands of a signature, eight numbers each: of two texts with Jaccard 0.8, one band at least
/// agrees with probability `1 − (1 − 0.8⁸)¹⁶ = 0.95`.
pub const BANDS: usize = 16;
/// Jaccard similarity from which rows are duplicates, in percent.
pub const NEAR_PERCENT: usize = 80;

/// The Mersenne prime `2⁶¹ − 1`, over which permutations are linear.
const PRIME: u64 = (1 << 61) - 1;

/// `(a, b)` of each permutation `x → (a·x + b mod p) mod 2³²`, from SHA-256 of its number.
static FACTORS: LazyLock<Vec<(u64, u64)>> = LazyLock::new(|| {
    let factor = |number: usize, name: &str| {
        let label = format!("whence/dedupe/minhash/v1/{number}/{name}");
        head(&Sha256::digest(label)) % (PRIME - 1) + 1
    };
    (0..PERMUTATIONS).map(|number| (factor(number, "a"), factor(number, "b"))).collect()
});

fn head(hash: &[u8]) -> u64 {
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The least value of each permutation over a text's shingles (Broder 1997): 512 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature(Vec<u32>);

impl Signature {
    /// The signature of a text's five-word shingles; a shorter text is one shingle. `None` of a
    /// text without words.
    pub fn of(text: &str) -> Option<Self> {
        let words = words(text);
        let shingles: BTreeSet<u64> = match words.len() {
            0 => return None,
            1..SHINGLE_WORDS => [shingle(&words)].into(),
            _ => words.windows(SHINGLE_WORDS).map(shingle).collect(),
        };
        let least = |(a, b): &(u64, u64)| {
            let values = shingles.iter().map(|x| permuted(*a, *b, *x));
            values.min().unwrap_or(u32::MAX)
        };
        Some(Self(FACTORS.iter().map(least).collect()))
    }

    /// The numbers.
    pub fn numbers(&self) -> &[u32] {
        &self.0
    }

    /// In how many of the 128 numbers two signatures agree: `128 · Jaccard` in expectation, with a
    /// deviation of `√(128 · J · (1 − J))`.
    pub fn agreements(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).filter(|(one, other)| one == other).count()
    }

    /// Whether the Jaccard similarity that two signatures show is at least 0.8.
    pub fn is_near(&self, other: &Self) -> bool {
        self.agreements(other) * 100 >= NEAR_PERCENT * PERMUTATIONS
    }
}

fn shingle(words: &[String]) -> u64 {
    head(&Sha256::digest(words.join(" "))) % PRIME
}

fn permuted(a: u64, b: u64, x: u64) -> u32 {
    let value = (u128::from(a) * u128::from(x) + u128::from(b)) % u128::from(PRIME);
    value as u32
}

/// Pairs of texts that share a band and are near, rising.
pub fn pairs(texts: &[&str]) -> Vec<(usize, usize)> {
    let signatures: Vec<_> = texts.iter().map(|text| Signature::of(text)).collect();
    let mut bands: BTreeMap<(usize, &[u32]), Vec<usize>> = BTreeMap::new();
    for (number, signature) in signatures.iter().enumerate() {
        let numbers = signature.as_ref().map_or(&[][..], |signature| signature.numbers());
        for band in numbers.chunks(PERMUTATIONS / BANDS).enumerate() {
            bands.entry(band).or_default().push(number);
        }
    }
    let mut found = BTreeSet::new();
    for rows in bands.values().filter(|rows| rows.len() > 1) {
        for (at, second) in rows.iter().enumerate() {
            found.extend(rows[..at].iter().map(|first| (*first, *second)));
        }
    }
    let near = |(first, second): &(usize, usize)| {
        let both = signatures[*first].as_ref().zip(signatures[*second].as_ref());
        both.is_some_and(|(first, second)| first.is_near(second))
    };
    found.into_iter().filter(near).collect()
}

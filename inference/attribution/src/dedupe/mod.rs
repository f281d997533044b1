//! Rows that say what an earlier row says: found before training, so that copies are never trained
//! on.
//!
//! | room | what it is for |
//! |---|---|
//! | [`words`] | a text's words in one form, its content hash, its information-bearing words |
//! | [`minhash`] | signatures of 128 numbers and their bands: copies with small changes |
//! | [`paraphrase`] | texts that share most of their information in any order |
//! | [`vectors`] | texts whose gradients or representations point the same way |
//! | [`cluster`] | who was first: clusters of duplicates with one owner each |
//!
//! Cheapest first: equal hash, then signatures, then words, then vectors, which need a model. All
//! but the last is integers; the last sums in a fixed order. Copies must go before training: merged
//! after it, the pay of the first is split already.

pub mod cluster;
pub mod minhash;
pub mod paraphrase;
#[cfg(test)]
mod tests;
pub mod vectors;
pub mod words;

use std::collections::BTreeMap;

pub use cluster::{Commit, clusters};
pub use minhash::Signature;

use crate::error::Result;

/// What showed that two rows are duplicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Equal words in equal order.
    Exact,
    /// At least 0.8 of their shingles by signature.
    Near,
    /// At least half of their information, in any order.
    Paraphrase,
    /// Vectors at a cosine of at least what was asked.
    Vectors,
}

/// Two rows that say the same; numbers count from 0 in the order given, `first < second`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duplicate {
    /// The row given first.
    pub first: usize,
    /// The other.
    pub second: usize,
    /// How it was seen.
    pub signal: Signal,
}

/// All pairs with equal hashes, or near, or paraphrased, each once under its first signal; rising.
///
/// `texts` is what each row is judged by: its answer, or the whole of a row that is only text.
pub fn duplicates(texts: &[&str]) -> Result<Vec<Duplicate>> {
    let exact = exact(texts).into_iter().map(|pair| (pair, Signal::Exact));
    let near = minhash::pairs(texts).into_iter().map(|pair| (pair, Signal::Near));
    let words = paraphrase::pairs(texts)?.into_iter().map(|pair| (pair, Signal::Paraphrase));
    let mut found = BTreeMap::new();
    for (pair, signal) in exact.chain(near).chain(words) {
        found.entry(pair).or_insert(signal);
    }
    let duplicate = |((first, second), signal)| Duplicate { first, second, signal };
    Ok(found.into_iter().map(duplicate).collect())
}

/// Pairs of equal content hash: each text with the first one like it.
pub fn exact(texts: &[&str]) -> Vec<(usize, usize)> {
    let mut first = BTreeMap::new();
    let hashes = texts.iter().map(|text| words::content_hash(text)).enumerate();
    let pairs = hashes.filter_map(|(number, hash)| {
        let earlier = *first.entry(hash).or_insert(number);
        (earlier != number).then_some((earlier, number))
    });
    pairs.collect()
}

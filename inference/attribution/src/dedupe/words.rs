//! A text's words in one form, whatever its case, accents, spaces and marks.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use whence_canon::merkle::Hash;

/// Letters of a word that are compared: cutting words is a stemmer that needs no language (Frakes
/// 1992); six keep `transaction` from `transfer`.
const STEM_LETTERS: usize = 6;

/// The words of a text: letters and digits, Unicode NFKD without combining marks, lower case.
///
/// Compatibility forms (full width, ligatures) become plain ones, so they do not hide a copy;
/// letters of another alphabet that look alike do.
pub fn words(text: &str) -> Vec<String> {
    let plain = text.nfkd().filter(|letter| !is_combining_mark(*letter));
    let plain: String = plain.flat_map(char::to_lowercase).collect();
    let split = plain.split(|letter: char| !letter.is_alphanumeric());
    split.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// SHA-256 of a text's words with one space between; of the text itself where it has no words.
pub fn content_hash(text: &str) -> Hash {
    let words = words(text);
    let hasher = Sha256::new().chain_update("whence/dedupe/content/v1").chain_update([0]);
    match words.is_empty() {
        true => hasher.chain_update([0]).chain_update(text).finalize().into(),
        false => hasher.chain_update([1]).chain_update(words.join(" ")).finalize().into(),
    }
}

/// How often each stem is in a text: the first six letters of its words.
pub fn stems(text: &str) -> BTreeMap<String, u64> {
    let mut stems = BTreeMap::new();
    for word in words(text) {
        *stems.entry(word.chars().take(STEM_LETTERS).collect()).or_insert(0) += 1;
    }
    stems
}

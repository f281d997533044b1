//! Rewritten sentences as a market: an adapter of a small language model.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use whence_canon::merkle::Hash;
use whence_influence::dedupe;
use whence_influence::replay::train;

use super::setting::{Setting, Trained};
use crate::lora_language::base::Base;
use crate::lora_language::{Example, LoraLanguage};
use crate::random;

/// Words of the sentences with others that mean nearly the same.
const SYNONYMS: [(&str, &str); 34] = [
    ("fox", "vixen"),
    ("river", "stream"),
    ("baker", "cook"),
    ("garden", "yard"),
    ("lamp", "lantern"),
    ("sailor", "seaman"),
    ("bridge", "crossing"),
    ("horse", "mare"),
    ("letter", "note"),
    ("cloud", "mist"),
    ("singer", "bard"),
    ("market", "bazaar"),
    ("window", "pane"),
    ("doctor", "medic"),
    ("island", "isle"),
    ("pilot", "flyer"),
    ("bell", "gong"),
    ("carpet", "rug"),
    ("tiger", "big cat"),
    ("road", "street"),
    ("finds", "discovers"),
    ("paints", "colours"),
    ("follows", "trails"),
    ("carries", "bears"),
    ("watches", "observes"),
    ("leaves", "quits"),
    ("mends", "repairs"),
    ("likes", "enjoys"),
    ("draws", "sketches"),
    ("meets", "greets"),
    ("holds", "grips"),
    ("fears", "dreads"),
    ("sells", "trades"),
    ("keeps", "retains"),
];

/// A market of rewritten sentences.
pub struct LanguageMarket<'a> {
    base: &'a Base,
    seed: u64,
    honest: Vec<Example>,
    queries: Vec<Example>,
    /// What training on some rows ended at: the same rows end at the same bits.
    known: Mutex<BTreeMap<Hash, Vec<f32>>>,
}

impl<'a> LanguageMarket<'a> {
    /// Rows and queries drawn by a seed, on a base.
    pub fn new(base: &'a Base, seed: u64) -> Result<Self> {
        let drawn = LoraLanguage::new(seed, base)?;
        let (honest, queries) = drawn.examples().split_at(drawn.trained());
        let (honest, queries) = (honest.to_vec(), queries.to_vec());
        Ok(Self { base, seed, honest, queries, known: Mutex::default() })
    }
}

impl Setting for LanguageMarket<'_> {
    type Content = Example;

    fn name(&self) -> &'static str {
        "lora-lm"
    }

    fn honest(&self) -> &[Example] {
        &self.honest
    }

    fn queries(&self) -> &[Example] {
        &self.queries
    }

    fn train(&self, contents: &[Example]) -> Result<Trained> {
        let (rows, queries) = (contents.to_vec(), self.queries.clone());
        let model = LoraLanguage::with_examples(self.seed, self.base, rows, queries)?;
        let mut digest = Sha256::new();
        contents.iter().for_each(|row| digest.update(self.hash(row)));
        let digest: Hash = digest.finalize().into();
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(&digest).cloned();
        let end = match found {
            Some(end) => end,
            None => {
                let weights = vec![1.0; contents.len()];
                train(&model, model.start(), model.recipe(), &weights)?.theta
            }
        };
        known().insert(digest, end.clone());
        Ok(Trained { objective: Box::new(model), rows: contents.len(), checkpoints: vec![end] })
    }

    fn hash(&self, row: &Example) -> Hash {
        Sha256::digest(row.text()).into()
    }

    fn duplicates(&self, rows: &[Example]) -> Result<Vec<(usize, usize)>> {
        let texts: Vec<String> = rows.iter().map(Example::text).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let found = dedupe::duplicates(&texts)?;
        Ok(found.iter().map(|pair| (pair.first, pair.second)).collect())
    }

    /// One word of the sentence gives way to a synonym, and the answer follows.
    fn reworded(&self, row: &Example, stream: &mut ChaCha8Rng) -> Example {
        let words: Vec<&str> = row.sentence.split(' ').collect();
        let synonym = |word: &str| SYNONYMS.iter().find(|(of, _)| *of == word).map(|(_, to)| *to);
        let places: Vec<usize> =
            (0..words.len()).filter(|place| synonym(words[*place]).is_some()).collect();
        let Some(chosen) = places.get(random::below(stream, places.len())).copied() else {
            return row.clone();
        };
        let sentence: Vec<String> = words
            .iter()
            .enumerate()
            .map(|(place, word)| match place == chosen {
                true => synonym(word).unwrap_or(word).to_owned(),
                false => (*word).to_owned(),
            })
            .collect();
        Example::right(row.rewriting, &sentence.join(" "))
    }
}

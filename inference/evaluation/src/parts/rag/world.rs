//! Planted facts, their questions, stuffing, and retrieval by BM25.

use std::collections::BTreeMap;

use anyhow::Result;
use rand_chacha::ChaCha8Rng;

use super::super::rows::{Vocabulary, paragraphs};
use super::model::Lesson;
use crate::random;

const WHAT: [&str; 6] =
    ["access code", "call sign", "registration mark", "shelf number", "deposit name", "route key"];
const WHERE: [&str; 6] = ["archive", "station", "harbour", "library", "museum", "observatory"];
const SYLLABLES: [&str; 16] = [
    "ka", "ren", "to", "vil", "mos", "ari", "den", "lu", "pex", "or", "sim", "bra", "ul", "ney",
    "gath", "zo",
];
/// How often a stuffed passage repeats its question's words.
const REPEATED: usize = 6;
/// BM25's usual settings (Robertson and Zaragoza 2009).
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.75;

/// What a passage is to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Holds the fact that is asked for.
    Planted,
    /// Other facts, plain paragraphs.
    Other,
    /// A question's words, over and over.
    Stuffing,
}

/// A text that can be retrieved.
pub(super) struct Passage {
    pub(super) tokens: Vec<u32>,
    stuffing: bool,
}

/// A question with its answer and the passage that holds it.
pub(super) struct Question {
    pub(super) tokens: Vec<u32>,
    pub(super) answer: Vec<u32>,
    planted: usize,
}

/// Passages and questions of one seed.
pub(super) struct World {
    pub(super) passages: Vec<Passage>,
    pub(super) questions: Vec<Question>,
}

/// The words of the documentation.
pub(super) fn vocabulary() -> Result<Vocabulary> {
    let mut vocabulary = Vocabulary::default();
    paragraph_tokens(&mut vocabulary)?;
    Ok(vocabulary)
}

/// The documentation's paragraphs as tokens.
pub(super) fn paragraph_tokens(vocabulary: &mut Vocabulary) -> Result<Vec<Vec<u32>>> {
    Ok(paragraphs()?.iter().map(|text| vocabulary.tokens(text)).collect())
}

/// A made-up word of two or three syllables.
fn name(stream: &mut ChaCha8Rng) -> String {
    let count = 2 + random::below(stream, 2);
    (0..count).map(|_| SYLLABLES[random::below(stream, SYLLABLES.len())]).collect()
}

impl World {
    pub(super) fn new(seed: u64, questions: usize, vocabulary: &mut Vocabulary) -> Result<Self> {
        let stream = &mut random::stream(seed, "planted facts");
        let plain = paragraphs()?;
        let mut world = Self { passages: Vec::new(), questions: Vec::new() };
        for text in &plain {
            world.passages.push(Passage { tokens: vocabulary.tokens(text), stuffing: false });
        }
        for _ in 0..questions {
            let what = WHAT[random::below(stream, WHAT.len())];
            let place = WHERE[random::below(stream, WHERE.len())];
            let subject = format!("{what} of the {} {place}", name(stream));
            let value = format!("{}-{}-{}", name(stream), name(stream), name(stream));
            let around = &plain[random::below(stream, plain.len())];
            let planted = world.passages.len();
            let fact = format!("The {subject} is {value}.");
            let asked = format!("What is the {subject}?");
            let texts = [format!("{around} {fact}"), format!("{subject} ").repeat(REPEATED)];
            for (text, stuffing) in texts.iter().zip([false, true]) {
                world.passages.push(Passage { tokens: vocabulary.tokens(text), stuffing });
            }
            let (tokens, answer) = (vocabulary.tokens(&asked), vocabulary.tokens(&fact));
            world.questions.push(Question { tokens, answer, planted });
        }
        Ok(world)
    }

    /// What a passage is to a question.
    pub(super) fn kind(&self, passage: usize, question: &Question) -> Kind {
        match self.passages[passage].stuffing {
            true => Kind::Stuffing,
            false if passage == question.planted => Kind::Planted,
            false => Kind::Other,
        }
    }

    /// The best passages for a question with their BM25 scores, best first; equal ones in their
    /// order.
    pub(super) fn retrieve(&self, question: &[u32], count: usize) -> Vec<(usize, f64)> {
        let lengths = self.passages.iter().map(|passage| passage.tokens.len() as f64);
        let mean = lengths.sum::<f64>() / self.passages.len() as f64;
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        let mut asked = question.to_vec();
        asked.sort_unstable();
        asked.dedup();
        for word in asked {
            let count = |passage: &Passage| passage.tokens.iter().filter(|t| **t == word).count();
            let counts: Vec<f64> = self.passages.iter().map(|p| count(p) as f64).collect();
            let held = counts.iter().filter(|count| **count > 0.0).count() as f64;
            let all = self.passages.len() as f64;
            let rarity = (1.0 + (all - held + 0.5) / (held + 0.5)).ln();
            for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0.0) {
                let size = self.passages[at].tokens.len() as f64 / mean;
                let damped = count + SATURATION * (1.0 - LENGTH + LENGTH * size);
                *scores.entry(at).or_insert(0.0) += rarity * count * (SATURATION + 1.0) / damped;
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores.into_iter().collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
        ranked.truncate(count);
        ranked
    }

    /// Questions with what is retrieved for them, to learn from.
    pub(super) fn lessons(&self, count: usize) -> Vec<Lesson<'_>> {
        let mut lessons = Vec::new();
        for Question { tokens, answer, .. } in &self.questions {
            let ranked = self.retrieve(tokens, count);
            let passages = ranked.iter().map(|(at, _)| &self.passages[*at].tokens[..]).collect();
            lessons.push(Lesson { passages, question: tokens, answer });
        }
        lessons
    }
}

//! `boilerplate`: whether rows of nothing but common phrases earn from the spans of answers.
//!
//! Each seed holds a sixth of the SQLite paragraphs back; the others are honest rows. An answer is
//! language of its own (stretches of paragraphs held back) around two quotes of 25 tokens from
//! honest rows. The flood is twenty rows of 100 tokens, each its own cluster, of the phrases of two
//! to five tokens that the documentation repeats most. Tokens are words and marks.
//!
//! A second flood is not of common phrases: it guesses phrases of eight tokens and more that
//! answers really use and honest rows do not have. That is reported without a target: word for
//! word, those rows do hold what the answer says.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use rand_chacha::ChaCha8Rng;
use whence_influence::spans::{Settings, SpanIndex, SpanIndexBuilder};

use super::rows::{Vocabulary, paragraphs};
use super::seeds::{SEEDS, figure};
use crate::figure::{self, Figure, Target};
use crate::random;

/// What `attribution-bench boilerplate` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Answers of each seed.
    #[arg(long, default_value_t = 100)]
    pub answers: usize,
    /// The file of figures to keep the results in.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

const FLOOD_ROWS: usize = 20;
const FLOOD_TOKENS: usize = 100;
/// Phrases that the flood draws from, most frequent first.
const PHRASES: usize = 300;
const QUOTE_TOKENS: usize = 25;
const OWN_TOKENS: usize = 30;
/// Rows of the flood that guesses: under the cap on clusters.
const GUESSED_ROWS: usize = 5;
/// Openings and links that answers of assistants use.
const GUESSED: [&str; 6] = [
    "Here is what the documentation has to say about that question",
    "To put it briefly, there are a few points that you should keep in mind",
    "It is worth noting that this depends on how your program was set up",
    "If you would like to know more about this, please do not hesitate to ask",
    "That being said, in the great majority of cases you will not notice any difference",
    "As a general rule, it is best to begin with the simplest thing that could work",
];

/// Measures and prints; keeps the figures where told to.
pub fn run(options: &Options) -> Result<()> {
    let figures = measure(options.answers)?;
    figure::print(&figures);
    options.out.as_deref().map_or(Ok(()), |path| figure::keep(path, &figures))
}

fn measure(answers: usize) -> Result<Vec<Figure>> {
    let mut samples: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for seed in SEEDS {
        let world = World::new(seed)?;
        let phrases = world.phrases();
        let flood: Vec<Vec<u32>> = {
            let stream = &mut random::stream(seed, "flood");
            (0..FLOOD_ROWS).map(|_| flooded(&phrases, stream)).collect()
        };
        let index = world.index(&flood)?;
        let plain: Vec<Vec<u32>> = world.answers(answers, seed, false);
        let mut add = |name, value| samples.entry(name).or_default().push(value);
        add("paid", world.share(&index, &plain)?);
        add("longest", world.share_by_longest(&index, &plain));
        let guessed = vec![world.guessed.concat(); GUESSED_ROWS];
        let with_links = world.answers(answers, seed, true);
        add("guessed", world.share(&world.index(&guessed)?, &with_links)?);
        let many = vec![world.guessed.concat(); FLOOD_ROWS];
        add("overdone", world.share(&world.index(&many)?, &with_links)?);
    }
    let make = |name: &str, id: &str, what: &str, target| {
        figure("boilerplate", id, what, &samples[name], target)
    };
    Ok(vec![
        make(
            "paid",
            "boilerplate.flood-share",
            "part of spans' pay that rows of common phrases get",
            Some(Target::AtMost(0.005)),
        ),
        make(
            "longest",
            "control.boilerplate.longest-match-share",
            "the same where each token pays the rows of its longest match, unweighted",
            Some(Target::AtLeast(0.05)),
        ),
        make(
            "guessed",
            "boilerplate.guessed-share",
            "part of spans' pay of 5 rows that guess whole links of answers",
            None,
        ),
        make(
            "overdone",
            "boilerplate.guessed-by-many-share",
            "the same with 20 such rows: above the cap on clusters",
            None,
        ),
    ])
}

/// Honest rows and what answers are made of.
struct World {
    rows: Vec<Vec<u32>>,
    held: Vec<Vec<u32>>,
    guessed: Vec<Vec<u32>>,
    vocabulary: u32,
}

impl World {
    fn new(seed: u64) -> Result<Self> {
        let texts = paragraphs()?;
        let mut words = Vocabulary::default();
        let tokens: Vec<Vec<u32>> = texts.iter().map(|text| words.tokens(text)).collect();
        let guessed = GUESSED.iter().map(|text| words.tokens(text)).collect();
        let stream = &mut random::stream(seed, "held back");
        let order = random::permutation(stream, tokens.len());
        let (held, rows) = order.split_at(tokens.len() / 6);
        let take = |places: &[usize]| places.iter().map(|at| tokens[*at].clone()).collect();
        Ok(Self { rows: take(rows), held: take(held), guessed, vocabulary: words.len() as u32 })
    }

    /// Phrases of two to five tokens by how often they are in honest text, most frequent first.
    fn phrases(&self) -> Vec<Vec<u32>> {
        let mut counts: BTreeMap<&[u32], usize> = BTreeMap::new();
        for row in self.rows.iter().chain(&self.held) {
            for size in 2..=5 {
                row.windows(size).for_each(|phrase| *counts.entry(phrase).or_default() += 1);
            }
        }
        let mut ranked: Vec<_> = counts.into_iter().collect();
        ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        ranked.into_iter().take(PHRASES).map(|(phrase, _)| phrase.to_vec()).collect()
    }

    /// Honest rows, then the flood; each row is its own cluster.
    fn index(&self, flood: &[Vec<u32>]) -> Result<SpanIndex> {
        let mut builder = SpanIndexBuilder::new(self.vocabulary)?;
        for (number, tokens) in self.rows.iter().chain(flood).enumerate() {
            builder.push(number as u64, number as u64, tokens)?;
        }
        Ok(builder.build()?)
    }

    fn answers(&self, count: usize, seed: u64, with_links: bool) -> Vec<Vec<u32>> {
        let stream = &mut random::stream(seed, "answers");
        (0..count).map(|_| self.answer(stream, with_links)).collect()
    }

    fn answer(&self, stream: &mut ChaCha8Rng, with_links: bool) -> Vec<u32> {
        let mut tokens = Vec::new();
        for _ in 0..2 {
            match with_links {
                true => tokens.extend(&self.guessed[random::below(stream, self.guessed.len())]),
                false => tokens.extend(stretch(&self.held, OWN_TOKENS, stream)),
            }
            tokens.extend(stretch(&self.rows, QUOTE_TOKENS, stream));
        }
        tokens.extend(stretch(&self.held, OWN_TOKENS, stream));
        tokens
    }

    /// The flood's part of everything that spans pay.
    fn share(&self, index: &SpanIndex, answers: &[Vec<u32>]) -> Result<f64> {
        let (mut flood, mut all) = (0, 0);
        for answer in answers {
            for credit in index.spans(answer, &Settings::default())?.credits {
                all += credit.millibits;
                flood +=
                    if credit.cluster >= self.rows.len() as u64 { credit.millibits } else { 0 };
            }
        }
        anyhow::ensure!(all > 0, "no span of any answer is paid");
        Ok(flood as f64 / all as f64)
    }

    /// The same by the rule that the flood is made for: each token of an answer pays one, in equal
    /// parts to all places of the longest match that begins at it.
    fn share_by_longest(&self, index: &SpanIndex, answers: &[Vec<u32>]) -> f64 {
        let (mut flood, mut all) = (0.0, 0.0);
        for answer in answers {
            for (at, length) in index.matches(answer).into_iter().enumerate() {
                let places: Vec<usize> =
                    index.places(&answer[at..at + length]).map(|place| place.row).collect();
                let floods = places.iter().filter(|row| **row >= self.rows.len()).count();
                all += if places.is_empty() { 0.0 } else { 1.0 };
                flood += floods as f64 / places.len().max(1) as f64;
            }
        }
        flood / all
    }
}

/// Random common phrases, one after the other.
fn flooded(phrases: &[Vec<u32>], stream: &mut ChaCha8Rng) -> Vec<u32> {
    let mut tokens = Vec::new();
    while tokens.len() < FLOOD_TOKENS {
        tokens.extend(&phrases[random::below(stream, phrases.len())]);
    }
    tokens
}

/// So many tokens of a random text, from a random place.
fn stretch<'a>(texts: &'a [Vec<u32>], count: usize, stream: &mut ChaCha8Rng) -> &'a [u32] {
    let text = &texts[random::below(stream, texts.len())];
    let start = random::below(stream, text.len().saturating_sub(count) + 1);
    &text[start..text.len().min(start + count)]
}

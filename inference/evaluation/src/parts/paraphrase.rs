//! `paraphrase`: whether rows said again in another order or with other words are found, and honest
//! rows left alone.
//!
//! Each seed says every paragraph of the SQLite documentation again: its clauses in another order
//! with each clause turned around a random word, or every word that WordNet has a synonym for
//! swapped with probability one half (a third of all words). All of them come after the honest
//! rows, as a copier's would. Recall is the part, of the copies that say anything differently, that
//! is paired with its own original. A false positive is an honest row whose cluster, with all these
//! copies about, is owned by another honest row. That is strict: reference documentation says the
//! same of `lag()` and `lead()` but for one word, and both are honest. So what one contributor
//! loses to another, and the part of all honest pairs that is taken for the same, are given beside
//! it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result};
use rand_chacha::ChaCha8Rng;
use whence_influence::dedupe::words::content_hash;
use whence_influence::dedupe::{Commit, Duplicate, Signal, clusters, duplicates};

use super::rows::{ROWS_PER_FILE, paragraphs};
use super::seeds::{SEEDS, figure};
use crate::figure::{self, Figure, Target};
use crate::random;

/// What `attribution-bench paraphrase` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The file of figures to keep the results in.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Word → other words of a sense of it; made by `fixtures/make_synonyms.py` from WordNet 3.0.
const SYNONYMS: &str = include_str!("../../fixtures/synonyms.json");

type Synonyms = BTreeMap<String, Vec<String>>;

/// How a text is said again.
#[derive(Clone, Copy)]
enum Manner {
    Order,
    /// Percent of the words with synonyms that are swapped.
    Synonyms(usize),
}

/// What one seed gives for one manner.
struct Found {
    /// Parts of the paraphrases that are paired with their original, by any signal up to this one.
    recall: BTreeMap<Signal, f64>,
    /// Part of the honest rows that another one owns.
    taken: f64,
    /// Part of the honest rows that a row of another contributor owns.
    lost: f64,
    /// Part of the pairs of honest rows that are taken for the same.
    pairs: f64,
    /// Part of the words that were swapped.
    swapped: f64,
}

/// Measures and prints; keeps the figures where told to.
pub fn run(options: &Options) -> Result<()> {
    let figures = measure()?;
    figure::print(&figures);
    options.out.as_deref().map_or(Ok(()), |path| figure::keep(path, &figures))
}

fn measure() -> Result<Vec<Figure>> {
    let honest = paragraphs()?;
    let synonyms: Synonyms = serde_json::from_str(SYNONYMS).context("synonyms.json")?;
    let mut figures = vec![alone(&honest)?];
    let manners = [
        ("order", "another order", Manner::Order),
        ("synonyms", "synonyms for half of the words that have one", Manner::Synonyms(50)),
        ("synonyms-light", "synonyms for 3 words in 10 that have one", Manner::Synonyms(30)),
        ("synonyms-all", "synonyms for all words that have one", Manner::Synonyms(100)),
    ];
    for (name, said, manner) in manners {
        let found = SEEDS.iter().map(|seed| asked(&honest, &synonyms, (manner, *seed)));
        let found = found.collect::<Result<Vec<Found>>>()?;
        let recall = |signal: Signal| found.iter().map(|seed| seed.recall[&signal]).collect();
        let main = matches!(manner, Manner::Order | Manner::Synonyms(50));
        let mut add = |id: String, what: String, samples: Vec<f64>, target| {
            let target = if main { target } else { None };
            figures.push(figure("paraphrase", &id, &what, &samples, target));
        };
        let all = recall(Signal::Paraphrase);
        let what = format!("recall of rows said again, {said}");
        add(format!("paraphrase.{name}.recall"), what, all, Some(Target::AtLeast(0.9)));
        let taken = found.iter().map(|seed| seed.taken).collect();
        let what = format!("honest rows that another owns beside copies, {said}");
        add(format!("paraphrase.{name}.false-positives"), what, taken, Some(Target::AtMost(0.02)));
        let lost = found.iter().map(|seed| seed.lost).collect();
        let what = format!("honest rows that another contributor's owns beside copies, {said}");
        add(format!("paraphrase.{name}.lost-to-others"), what, lost, Some(Target::AtMost(0.02)));
        let pairs = found.iter().map(|seed| seed.pairs).collect();
        let what = format!("pairs of honest rows taken for the same beside copies, {said}");
        add(format!("paraphrase.{name}.false-pairs"), what, pairs, Some(Target::AtMost(0.02)));
        let exact = recall(Signal::Exact);
        let what = format!("recall by content hash alone, {said}");
        add(format!("control.paraphrase.{name}.hash"), what, exact, Some(Target::AtMost(0.0)));
        let near = recall(Signal::Near);
        let what = format!("recall by hash and signature alone, {said}");
        add(format!("paraphrase.{name}.signature-recall"), what, near, None);
        if matches!(manner, Manner::Synonyms(_)) {
            let swapped = found.iter().map(|seed| seed.swapped).collect();
            let what = format!("part of all words that is swapped, {said}");
            add(format!("paraphrase.{name}.swapped"), what, swapped, None);
        }
    }
    Ok(figures)
}

/// Honest rows that are found to be duplicates of each other with no copies about; no seed matters.
fn alone(honest: &[String]) -> Result<Figure> {
    let texts: Vec<&str> = honest.iter().map(String::as_str).collect();
    let pairs = duplicates(&texts)?;
    let mut second: Vec<usize> = pairs.iter().map(|pair| pair.second).collect();
    second.sort_unstable();
    second.dedup();
    let part = second.len() as f64 / texts.len() as f64;
    let what = "honest rows taken for duplicates of an earlier one, no copies about";
    let (id, target) = ("paraphrase.none.false-positives", Some(Target::AtMost(0.02)));
    Ok(figure("paraphrase", id, what, &[part; SEEDS.len()], target))
}

fn asked(honest: &[String], synonyms: &Synonyms, (manner, seed): (Manner, u64)) -> Result<Found> {
    let stream = &mut random::stream(seed, "paraphrase");
    let (mut swapped, mut all) = (0, 0);
    let mut again = |text: &String| match manner {
        Manner::Order => reordered(text, stream),
        Manner::Synonyms(percent) => {
            let (text, count) = reworded(text, synonyms, (percent, stream));
            swapped += count;
            all += text.split_whitespace().count();
            text
        }
    };
    let copies: Vec<String> = honest.iter().map(&mut again).collect();
    let texts: Vec<&str> = honest.iter().chain(&copies).map(String::as_str).collect();
    let pairs = duplicates(&texts)?;
    let count = honest.len();
    let changed = |row: &usize| content_hash(texts[*row]) != content_hash(texts[*row + count]);
    let changed: BTreeSet<usize> = (0..count).filter(changed).collect();
    let own = pairs.iter().filter(|pair| pair.first + count == pair.second);
    let own = own.filter(|pair| changed.contains(&pair.first));
    let own: Vec<Signal> = own.map(|pair| pair.signal).collect();
    let part = |signal: Signal| own.iter().filter(|by| **by <= signal).count() as f64;
    let signals = [Signal::Exact, Signal::Near, Signal::Paraphrase];
    let recall = signals.into_iter().map(|by| (by, part(by) / changed.len() as f64)).collect();
    let swapped = f64::from(swapped) / f64::from(all.max(1) as u32);
    let false_pairs = pairs.iter().filter(|pair| pair.second < count).count() as f64;
    let owners = owners(&pairs, texts.len(), count)?;
    let taken = (0..count).filter(|row| owners[*row] != *row).count() as f64 / count as f64;
    let other = |row: &usize| owners[*row] / ROWS_PER_FILE != *row / ROWS_PER_FILE;
    let lost = (0..count).filter(other).count() as f64 / count as f64;
    let pairs = false_pairs / (count * (count - 1) / 2) as f64;
    Ok(Found { recall, taken, lost, pairs, swapped })
}

/// The owner of each row where the honest ones commit in one block and the copies in the next.
fn owners(pairs: &[Duplicate], rows: usize, honest: usize) -> Result<Vec<usize>> {
    let commit = |row: usize| Commit { height: (row / honest) as u64, id: row as u64 };
    let commits: Vec<Commit> = (0..rows).map(commit).collect();
    let pairs: Vec<_> = pairs.iter().map(|pair| (pair.first, pair.second)).collect();
    Ok(clusters(&commits, &pairs)?)
}

/// A text's clauses in another order, each turned around a random word.
fn reordered(text: &str, stream: &mut ChaCha8Rng) -> String {
    let clauses: Vec<&str> = text.split_inclusive(['.', ',', ';', ':']).collect();
    let turned = random::permutation(stream, clauses.len()).into_iter().map(|at| {
        let mut words: Vec<&str> = clauses[at].split_whitespace().collect();
        // a clause of white space alone has no words to turn
        let turn = random::below(stream, words.len()).min(words.len());
        words.rotate_left(turn);
        words.join(" ")
    });
    turned.collect::<Vec<_>>().join(" ")
}

/// A text with some of its words swapped for a synonym, and how many were.
fn reworded(
    text: &str,
    synonyms: &Synonyms,
    (percent, stream): (usize, &mut ChaCha8Rng),
) -> (String, u32) {
    let mut swapped = 0;
    let mut swap = |word: &str| -> String {
        let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        let Some(others) = synonyms.get(&plain.to_lowercase()) else { return word.to_owned() };
        if random::below(stream, 100) >= percent {
            return word.to_owned();
        }
        swapped += 1;
        word.replace(&plain, &others[random::below(stream, others.len())])
    };
    let words: Vec<String> = text.split_whitespace().map(&mut swap).collect();
    (words.join(" "), swapped)
}

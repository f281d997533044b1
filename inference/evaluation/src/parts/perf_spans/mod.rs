//! `perf-spans`: how long the spans of an answer take among ten million tokens, and what they
//! weigh.
//!
//! Tokens are drawn by Zipf's law from 49,152 ids (SmolLM2's vocabulary), 200 a row; three rows in
//! ten hold 40 tokens of an earlier row. An answer of 200 tokens is half quotes of 20 tokens, half
//! drawn.

mod export;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use rand_chacha::ChaCha8Rng;
use whence_influence::spans::{Settings, SpanIndex, SpanIndexBuilder};

use crate::figure::{self, Figure, Target};
use crate::{random, statistics};

/// What `attribution-bench perf-spans` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Tokens of the index.
    #[arg(long, default_value_t = 10_000_000)]
    pub tokens: usize,
    /// Answers that are timed.
    #[arg(long, default_value_t = 300)]
    pub answers: usize,
    /// A folder to write rows, answers and results to, for `peers/compare_infini_gram.py`.
    #[arg(long)]
    pub export: Option<PathBuf>,
    /// The file of figures to keep the results in.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

const SEED: u64 = 1;
const VOCABULARY: usize = 49_152;
const ROW_TOKENS: usize = 200;
const COPIED_TOKENS: usize = 40;
const ANSWER_TOKENS: usize = 200;
const QUOTE_TOKENS: usize = 20;
const ROUNDS: usize = 5;

/// Measures and prints; keeps the figures where told to.
pub fn run(options: &Options) -> Result<()> {
    let figures = measure(options)?;
    figure::print(&figures);
    options.out.as_deref().map_or(Ok(()), |path| figure::keep(path, &figures))
}

/// Draws token ids, the `n`th most frequent one with probability in proportion to `1 / n`.
struct Zipf {
    sums: Vec<f64>,
    stream: ChaCha8Rng,
}

impl Zipf {
    fn new() -> Self {
        let mut sum = 0.0;
        let next = |rank: usize| {
            sum += 1.0 / rank as f64;
            sum
        };
        Self { sums: (1..=VOCABULARY).map(next).collect(), stream: random::stream(SEED, "zipf") }
    }

    fn tokens(&mut self, count: usize) -> Vec<u32> {
        let all = self.sums[VOCABULARY - 1];
        let mut draw = || {
            // two draws of 24 bits, so that rare ids are drawn too
            let fine = f64::from(random::unit(&mut self.stream)) / f64::from(1 << 24);
            let place = (f64::from(random::unit(&mut self.stream)) + fine) * all;
            self.sums.partition_point(|sum| *sum <= place).min(VOCABULARY - 1) as u32
        };
        (0..count).map(|_| draw()).collect()
    }
}

fn rows(count: usize, zipf: &mut Zipf) -> Vec<Vec<u32>> {
    let stream = &mut random::stream(SEED, "copies");
    let mut rows: Vec<Vec<u32>> = Vec::with_capacity(count);
    for number in 0..count {
        let mut row = zipf.tokens(ROW_TOKENS);
        if number > 0 && random::below(stream, 10) < 3 {
            let from = random::below(stream, ROW_TOKENS - COPIED_TOKENS);
            let copied = &rows[random::below(stream, number)][from..from + COPIED_TOKENS];
            row[from..from + COPIED_TOKENS].copy_from_slice(copied);
        }
        rows.push(row);
    }
    rows
}

fn answer(rows: &[Vec<u32>], zipf: &mut Zipf, stream: &mut ChaCha8Rng) -> Vec<u32> {
    let mut answer = Vec::with_capacity(ANSWER_TOKENS);
    while answer.len() < ANSWER_TOKENS {
        let row = &rows[random::below(stream, rows.len())];
        let from = random::below(stream, ROW_TOKENS - QUOTE_TOKENS);
        answer.extend(&row[from..from + QUOTE_TOKENS]);
        answer.extend(zipf.tokens(QUOTE_TOKENS));
    }
    answer
}

fn measure(options: &Options) -> Result<Vec<Figure>> {
    let zipf = &mut Zipf::new();
    let rows = rows(options.tokens / ROW_TOKENS, zipf);
    let started = Instant::now();
    let mut builder = SpanIndexBuilder::new(VOCABULARY as u32)?;
    for (number, row) in rows.iter().enumerate() {
        builder.push(number as u64, number as u64, row)?;
    }
    let index = builder.build()?;
    let build = started.elapsed().as_secs_f64();
    let file = index.to_bytes();
    let started = Instant::now();
    let index = SpanIndex::parse(&file)?;
    let load = started.elapsed().as_secs_f64();
    let bytes = file.len() as f64 / index.tokens() as f64;
    drop(file);

    let stream = &mut random::stream(SEED, "answers");
    let answers: Vec<Vec<u32>> =
        (0..options.answers).map(|_| answer(&rows, zipf, stream)).collect();
    let times = times(&index, &answers)?;
    if let Some(folder) = &options.export {
        let answers: Vec<_> = answers.into_iter().zip(times.iter().copied()).collect();
        export::write(folder, (&index, &rows), &answers)?;
    }
    let started = Instant::now();
    let repeats = index.repeats(COPIED_TOKENS).len();
    let dedupe = started.elapsed().as_secs_f64();
    anyhow::ensure!(repeats > rows.len() / 5, "copied stretches are found");

    let size = format!("{:.0} M tokens", index.tokens() as f64 / 1e6);
    let (mean, error) = (statistics::mean(&times), statistics::standard_error(&times));
    let late = percentile(&times, 95);
    Ok(vec![
        made("ms-mean", format!("ms an answer of 200 tokens, mean, {size}"), (mean, error), None),
        made(
            "ms-p95",
            format!("ms an answer of 200 tokens, 95th percentile, {size}"),
            (late, 0.0),
            Some(Target::AtMost(5.0)),
        ),
        made("build-s", format!("seconds to sort {size}, 1 thread"), (build, 0.0), None),
        made("load-s", format!("seconds to read and check the file, {size}"), (load, 0.0), None),
        made("repeats-s", format!("seconds to find repeats, {size}"), (dedupe, 0.0), None),
        made("bytes-per-token", format!("bytes a token in the file, {size}"), (bytes, 0.0), None),
    ])
}

/// Milliseconds of each answer: the median of five rounds, each over all answers, so that an answer
/// meets caches that the others have filled, and a pause of the machine is not taken for the
/// answer's.
fn times(index: &SpanIndex, answers: &[Vec<u32>]) -> Result<Vec<f64>> {
    let mut times = vec![Vec::new(); answers.len()];
    for _ in 0..ROUNDS {
        for (answer, times) in answers.iter().zip(&mut times) {
            let started = Instant::now();
            let spans = index.spans(answer, &Settings::default())?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
            anyhow::ensure!(!spans.credits.is_empty(), "the quotes of an answer are found");
        }
    }
    Ok(times.iter().map(|times| percentile(times, 50)).collect())
}

fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() * percent).div_ceil(100).saturating_sub(1)]
}

fn made(id: &str, what: String, (ours, error): (f64, f64), target: Option<Target>) -> Figure {
    Figure {
        id: format!("perf.spans.{id}"),
        what,
        ours,
        error,
        peer: None,
        target,
        holds: target.is_none_or(|target| target.holds(ours)),
        seeds: vec![SEED],
        command: "attribution-bench perf-spans".into(),
    }
}

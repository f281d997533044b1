//! What `perf-spans` indexed and found, for `peers/compare_infini_gram.py` to ask another program.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use whence_influence::spans::SpanIndex;
use whence_influence::spans::credit::maximal;

/// Tokens of the shortest span that is compared.
const TOKENS_MIN: usize = 8;
/// Begins each row in `rows.u16`; no token of the vocabulary.
const ROW: u16 = u16::MAX;

/// One answer with what was found for it.
#[derive(Serialize)]
struct Line<'a> {
    tokens: &'a [u32],
    /// For each token, how many from there on stand together in a row.
    matches: &'a [usize],
    /// Maximal spans of at least eight tokens: start, end, count.
    spans: Vec<(usize, usize, usize)>,
    /// Milliseconds that its paid spans took.
    ms: f64,
}

/// Writes `rows.u16` (each row behind a 65535, little-endian) and `answers.json`.
pub(super) fn write(
    folder: &Path,
    (index, rows): (&SpanIndex, &[Vec<u32>]),
    answers: &[(Vec<u32>, f64)],
) -> Result<()> {
    std::fs::create_dir_all(folder).context("the folder to export to")?;
    let row = |row: &Vec<u32>| {
        let tokens = row.iter().map(|token| *token as u16);
        [ROW].into_iter().chain(tokens).flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let bytes: Vec<u8> = rows.iter().flat_map(row).collect();
    std::fs::write(folder.join("rows.u16"), bytes).context("writing rows.u16")?;
    let matches: Vec<Vec<usize>> =
        answers.iter().map(|(answer, _)| index.matches(answer)).collect();
    let line = |at: usize| {
        let ((tokens, ms), matches) = (&answers[at], &matches[at]);
        let spans = maximal(matches, TOKENS_MIN).into_iter();
        let spans = spans.map(|span| (span.start, span.end, index.count(&tokens[span]))).collect();
        Line { tokens, matches, spans, ms: *ms }
    };
    let lines: Vec<Line<'_>> = (0..answers.len()).map(line).collect();
    let text = serde_json::to_vec(&lines).context("answers.json")?;
    std::fs::write(folder.join("answers.json"), text).context("writing answers.json")
}

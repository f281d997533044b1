//! How long the chain would judge a claim, from bytes to verdict: the header's, the leaf's and the
//! measure's hashes, the paths, and the score, on one core.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use whence_canon::claim::{Case, Ground};
use whence_canon::index::query_hash;
use whence_canon::measure::{Measure, measure_digest};
use whence_canon::merkle::Hash;
use whence_canon::receipt::{AnswerReceipt, IndexReceipt};
use whence_canon::score::Vector;
use whence_influence::integers::Index;

/// Claims of one round.
const CLAIMS: usize = 200;

/// Milliseconds of each claim that a listed row's score is wrong, and of each that a row is left
/// out; the claims are upheld, so that nothing ends early.
pub(super) fn milliseconds(index: &Index<'_>, query: &[u8]) -> Result<(Vec<f64>, Vec<f64>)> {
    let shape = index.query_shape()?;
    let mut measure = index.measure(&Vector::parse(&shape, query)?)?;
    let left_out = measure.listed.pop().context("a row is listed")?.row;
    let wrong = measure.listed.last_mut().context("two rows are listed")?;
    wrong.score += 1;
    let wrong = wrong.row;
    let (tree, header) = (index.tree(), index.header().bytes());
    let header_path = tree.path(0).context("the header's path")?;
    let path = |row: u64| -> Result<(usize, Vec<Hash>)> {
        let place = index.place(row).context("a row of the index")?;
        Ok((place, tree.path(place + 1).context("a leaf's path")?))
    };
    let (wrong, left_out) = (path(wrong)?, path(left_out)?);
    let (receipt, answer) = receipts(index, query, &measure);
    let bytes = measure.bytes();
    let judge = |(place, path): &(usize, Vec<Hash>), omission: bool| -> Result<f64> {
        let shown = index.shown(*place, path).context("a leaf of the index")?;
        let started = Instant::now();
        let ground = Ground::open(&receipt, &header, &header_path)?;
        let case = Case::open(&ground, (&receipt, &answer), query, &bytes)?;
        let upheld = match omission {
            true => case.omission(&[shown])?,
            false => case.row_score(&shown)?,
        };
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        ensure!(upheld, "the claim is upheld");
        Ok(milliseconds)
    };
    let times = |leaf, omission| -> Result<Vec<f64>> {
        (0..CLAIMS).map(|_| judge(leaf, omission)).collect()
    };
    Ok((times(&wrong, false)?, times(&left_out, true)?))
}

fn receipts(index: &Index<'_>, query: &[u8], measure: &Measure) -> (IndexReceipt, AnswerReceipt) {
    let settings = &index.header().settings;
    let receipt = IndexReceipt {
        training: [0; 32],
        adapter: settings.adapter,
        preconditioner: settings.preconditioner,
        damping_ppb: settings.damping_ppb,
        bits: settings.shape.bits().number(),
        rows: index.header().rows,
        row_root: index.root(),
        span_root: [0; 32],
        retrieval_root: [0; 32],
    };
    let answer = AnswerReceipt {
        index: receipt.digest(),
        adapter: settings.adapter,
        query_commit: [0; 32],
        output: [0; 32],
        sampler_seed: 0,
        activation_commit: [0; 32],
        query_vector: query_hash(query),
        measure: measure_digest(&measure.bytes()),
    };
    (receipt, answer)
}

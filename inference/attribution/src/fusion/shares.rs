//! Shares of an answer from one or several sources of scores; integers only.
//!
//! A source (gradient index, spans, retrieval) gives rows a pay score `p` in units of 2^-32, its
//! threshold `τ` and its whole `W`; governance gives it a weight `w` in parts per billion, all
//! weights at most a billion. With `e = max(0, p − τ)`, the cluster's sum `E = Σ e` over its rows
//! and `D = max(W, Σ E)`, a cluster gets `⌊w E / D⌋` billionths from the source, and the sum of
//! these over sources; the [`SHARES_MAX`] largest are named, ties by the cluster's row id.
//!
//! What this keeps: pay is additive in rows and clusters and knows no accounts, so splitting an
//! account changes nothing; a cluster is paid to its first commit, so a copy on another account
//! earns nothing; a negative score counts as nothing and takes nothing from other rows; a source
//! without rows in an answer, and what no row explains, stay unattributed and are never shared
//! out again, so that being the only weak match gains nothing; shares only round down.

use std::collections::{BTreeMap, BTreeSet};

use whence_canon::measure::{BILLION, SHARES_MAX, Share, above, divide};

use crate::error::{Error, Result};

/// Most rows that one source scores, so that sums fit their integers.
const ROWS_MAX: usize = 1 << 32;

/// What a row has in an answer by one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowScore {
    /// The row; each is there once.
    pub row: u64,
    /// Row id of the first commit of its duplicates.
    pub cluster: u64,
    /// Pay score, in units of 2^-32; 0 for an outlier.
    pub pay: i64,
}

/// One source of scores.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its part of an answer, in parts per billion.
    pub weight_ppb: u32,
    /// Only what is above counts; not negative.
    pub threshold: i64,
    /// The sum above the threshold that explains a whole answer; positive.
    pub whole: i64,
    /// All rows that it scores.
    pub scores: &'a [RowScore],
}

/// What a cluster earns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FusedShare {
    /// Row id of the cluster's first commit, who is paid.
    pub cluster: u64,
    /// Its part, in billionths of the whole answer.
    pub ppb: u32,
    /// How much of it comes from each source, in their order.
    pub by_source: Vec<u32>,
}

/// What an answer owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fused {
    /// Clusters that earn, the largest first.
    pub shares: Vec<FusedShare>,
    /// What no row explains, in billionths; with the shares it makes a billion.
    pub unattributed_ppb: u32,
}

/// Fuses sources into shares.
pub fn fuse(sources: &[Source<'_>]) -> Result<Fused> {
    let weights: u64 = sources.iter().map(|source| u64::from(source.weight_ppb)).sum();
    if weights > u64::from(BILLION) {
        return Err(Error::Setting(format!("weights sum to {weights} ppb: at most a billion")));
    }
    let mut clusters: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for (place, source) in sources.iter().enumerate() {
        for share in source_shares(source)? {
            let by_source = clusters.entry(share.cluster).or_insert(vec![0; sources.len()]);
            by_source[place] = share.ppb;
        }
    }
    let share = |(cluster, by_source): (u64, Vec<u32>)| {
        let ppb = by_source.iter().sum();
        FusedShare { cluster, ppb, by_source }
    };
    let mut shares: Vec<FusedShare> = clusters.into_iter().map(share).collect();
    shares.sort_by(|x, y| y.ppb.cmp(&x.ppb).then(x.cluster.cmp(&y.cluster)));
    shares.truncate(SHARES_MAX);
    let attributed: u32 = shares.iter().map(|share| share.ppb).sum();
    Ok(Fused { shares, unattributed_ppb: BILLION - attributed })
}

fn source_shares(source: &Source<'_>) -> Result<Vec<Share>> {
    let Source { weight_ppb, threshold, whole, scores } = *source;
    if threshold < 0 || whole < 1 || scores.len() > ROWS_MAX {
        let wanted = "a source has a threshold of 0 or more, a whole of 1 or more, 2^32 rows";
        return Err(Error::Setting(wanted.into()));
    }
    let rows: BTreeSet<u64> = scores.iter().map(|score| score.row).collect();
    if rows.len() != scores.len() {
        return Err(Error::Setting("a source scores each row once".into()));
    }
    let mut sums: BTreeMap<u64, u128> = BTreeMap::new();
    for score in scores {
        match above(score.pay, threshold) {
            0 => {}
            excess => *sums.entry(score.cluster).or_default() += u128::from(excess),
        }
    }
    let total = sums.values().sum();
    Ok(divide(&sums, total, (whole, weight_ppb)))
}

//! The measure of one answer: which rows moved it, what all rows together did, who earns how much.
//!
//! Row `i` scores `sᵢ` (`score`) and is worth `pᵢ = sᵢ / normᵢ` in pay. What counts is
//! `eᵢ = max(0, pᵢ − τ)`; an outlier's is 0. With `D = max(W, Σ eᵢ)` over *all* rows, a cluster of
//! duplicates earns `⌊10⁹ Σ_{i in cluster} eᵢ / D⌋` billionths; the [`SHARES_MAX`] largest are
//! named, ties by the cluster's row id, and what is left of the billion is unattributed.
//!
//! The measure lists every counting row of the named clusters, and the sums of `eᵢ` over each
//! [`BUCKET_ROWS`] rows of the index, so that anybody can show in one step that a row's score is
//! wrong, that a row was left out, or that a sum is wrong (`claim`).
//!
//! Bytes: number of buckets (u32), their sums (u128 each), number of listed rows (u32), then row,
//! cluster, score and pay score of each (8 bytes each), then what is unattributed (u32).

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::index::{Calibration, Header, IndexError, Leaf, Reader, pay_score};
use crate::merkle::Hash;
use crate::score::Vector;

/// All of an answer.
pub const BILLION: u32 = 1_000_000_000;
/// Clusters that are named.
pub const SHARES_MAX: usize = 64;
/// Rows whose excesses one sum holds: a claim that it is wrong shows so many leaves.
pub const BUCKET_ROWS: usize = 64;
/// Most rows that are listed.
pub const LISTED_MAX: usize = 4096;

const DOMAIN: &[u8] = b"whence/measure/v1";

/// One row that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The row.
    pub row: u64,
    /// Its cluster.
    pub cluster: u64,
    /// `s`, in units of 2^-32: what explains the answer.
    pub score: i64,
    /// `p`, in units of 2^-32: what is paid for.
    pub pay: i64,
}

impl Listed {
    /// What a leaf's row has in an answer.
    pub fn of(leaf: &Leaf<'_>, query: &Vector<'_>) -> Result<Self, IndexError> {
        Ok(Self::scored(leaf, leaf.vector.score(query)?))
    }

    /// The same with the score that the leaf has.
    pub fn scored(leaf: &Leaf<'_>, score: i64) -> Self {
        let pay = pay_score(score, leaf.norm);
        Self { row: leaf.row, cluster: leaf.cluster, score, pay }
    }
}

/// What counts of a pay score: `max(0, p − τ)`, nothing of an outlier's.
pub fn excess(pay: i64, self_influence: u64, calibration: &Calibration) -> u64 {
    match self_influence > calibration.self_influence_max {
        true => 0,
        false => above(pay, calibration.threshold),
    }
}

/// `max(0, p − τ)`, held at the end of the range.
pub fn above(pay: i64, threshold: i64) -> u64 {
    pay.saturating_sub(threshold).max(0).unsigned_abs()
}

/// What a cluster earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Row id of the cluster's first commit.
    pub cluster: u64,
    /// Its part, in billionths of the whole answer.
    pub ppb: u32,
}

/// What moved one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// `Σ e` over each [`BUCKET_ROWS`] rows of the index, in their order.
    pub buckets: Vec<u128>,
    /// Every counting row of the named clusters, by rising row id.
    pub listed: Vec<Listed>,
    /// What no row explains, in billionths.
    pub unattributed_ppb: u32,
}

impl Measure {
    /// Measures an answer from all rows of an index, in their order: what each has, and what
    /// counts of it.
    pub fn of(rows: &[(Listed, u64)], calibration: &Calibration) -> Result<Self, IndexError> {
        let sum = |rows: &[(Listed, u64)]| rows.iter().map(|(_, e)| u128::from(*e)).sum();
        let buckets = rows.chunks(BUCKET_ROWS).map(sum).collect();
        let counting = || rows.iter().filter(|(_, excess)| *excess > 0);
        let mut sums = BTreeMap::new();
        for (row, excess) in counting() {
            add(&mut sums, row.cluster, *excess);
        }
        let named = largest(&sums);
        let listed = counting().map(|(row, _)| *row);
        let listed: Vec<Listed> = listed.filter(|row| named.contains_key(&row.cluster)).collect();
        if listed.len() > LISTED_MAX {
            return Err(IndexError::Malformed("the named clusters have at most 4096 rows"));
        }
        let mut measure = Self { buckets, listed, unattributed_ppb: 0 };
        measure.unattributed_ppb = left_of_billion(&measure.shares(calibration));
        Ok(measure)
    }

    /// What each named cluster earns, largest first, ties by cluster.
    pub fn shares(&self, calibration: &Calibration) -> Vec<Share> {
        let sums = self.cluster_sums(calibration);
        let total = self.buckets.iter().fold(0u128, |sum, bucket| sum.saturating_add(*bucket));
        divide(&sums, total, (calibration.whole, BILLION))
    }

    /// `Σ e` of each listed cluster.
    pub fn cluster_sums(&self, calibration: &Calibration) -> BTreeMap<u64, u128> {
        let mut sums = BTreeMap::new();
        for row in &self.listed {
            add(&mut sums, row.cluster, above(row.pay, calibration.threshold));
        }
        sums
    }

    /// The canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes();
        let mut out = count(self.buckets.len()).to_vec();
        out.extend(self.buckets.iter().flat_map(|sum| sum.to_be_bytes()));
        out.extend(count(self.listed.len()));
        for row in &self.listed {
            out.extend(row.row.to_be_bytes());
            out.extend(row.cluster.to_be_bytes());
            out.extend(row.score.to_be_bytes());
            out.extend(row.pay.to_be_bytes());
        }
        out.extend(self.unattributed_ppb.to_be_bytes());
        out
    }

    /// Reads [`Self::bytes`], all of them; whether its numbers fit each other is another question.
    pub fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        let mut reader = Reader(bytes);
        let count = |reader: &mut Reader<'_>| {
            reader.array().map(|n| usize::try_from(u32::from_be_bytes(n)).unwrap_or(usize::MAX))
        };
        let buckets = count(&mut reader)?;
        let (buckets, _) = reader.take(buckets.saturating_mul(16))?.as_chunks::<16>();
        let buckets = buckets.iter().map(|sum| u128::from_be_bytes(*sum)).collect();
        let listed = count(&mut reader)?;
        if listed > LISTED_MAX {
            return Err(IndexError::Malformed("a measure lists at most 4096 rows"));
        }
        let (rows, _) = reader.take(listed.saturating_mul(32))?.as_chunks::<32>();
        let listed = rows.iter().map(|row| {
            let mut row = Reader(row);
            let mut number = || row.array().map(u64::from_be_bytes);
            let (id, cluster, score) = (number()?, number()?, number()?.cast_signed());
            Ok(Listed { row: id, cluster, score, pay: number()?.cast_signed() })
        });
        let listed = listed.collect::<Result<_, IndexError>>()?;
        let unattributed_ppb = u32::from_be_bytes(reader.array()?);
        match reader.0.is_empty() {
            true => Ok(Self { buckets, listed, unattributed_ppb }),
            false => Err(IndexError::Malformed("nothing follows a measure")),
        }
    }

    /// The hash that the receipt of an answer holds.
    pub fn digest(&self) -> Hash {
        measure_digest(&self.bytes())
    }

    /// Whether its own numbers fit each other and the index's header: rows rise, each counts, no
    /// more clusters than are named, sums not above the buckets', and the rest of the billion.
    pub fn fits(&self, header: &Header) -> bool {
        let calibration = &header.calibration;
        let buckets = usize::try_from(header.rows).unwrap_or(usize::MAX).div_ceil(BUCKET_ROWS);
        let sums = self.cluster_sums(calibration);
        let listed = sums.values().fold(0u128, |sum, excess| sum.saturating_add(*excess));
        let total = self.buckets.iter().fold(0u128, |sum, bucket| sum.saturating_add(*bucket));
        self.buckets.len() == buckets
            && self.listed.len() <= LISTED_MAX
            && self.listed.is_sorted_by(|x, y| x.row < y.row)
            && self.listed.iter().all(|row| above(row.pay, calibration.threshold) > 0)
            && sums.len() <= SHARES_MAX
            && listed <= total
            && self.unattributed_ppb == left_of_billion(&self.shares(calibration))
    }
}

/// Digest of a measure's bytes.
pub fn measure_digest(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update(DOMAIN).chain_update(bytes).finalize().into()
}

/// `⌊weight · sum / D⌋` of each cluster with `D = max(W, total)`, what is zero left out, largest
/// first; `(W, weight)` are one source's. Weights are at most a billion.
pub fn divide(sums: &BTreeMap<u64, u128>, total: u128, (whole, weight): (i64, u32)) -> Vec<Share> {
    let whole = u128::from(whole.max(1).unsigned_abs()).max(total);
    let mut shares: Vec<Share> = largest(sums)
        .into_iter()
        .map(|(cluster, sum)| {
            // A sum over at most 2^32 rows is below 2^96, and a weight below 2^30.
            let part = sum.saturating_mul(u128::from(weight)).checked_div(whole).unwrap_or(0);
            Share { cluster, ppb: u32::try_from(part).unwrap_or(weight) }
        })
        .filter(|share| share.ppb > 0)
        .collect();
    shares.sort_by(|x, y| y.ppb.cmp(&x.ppb).then(x.cluster.cmp(&y.cluster)));
    shares
}

/// What shares leave of a billion.
pub fn left_of_billion(shares: &[Share]) -> u32 {
    shares.iter().fold(BILLION, |left, share| left.saturating_sub(share.ppb))
}

/// The clusters that are named: the largest sums, ties by cluster.
fn largest(sums: &BTreeMap<u64, u128>) -> BTreeMap<u64, u128> {
    let mut order: Vec<(u64, u128)> = sums.iter().map(|(cluster, sum)| (*cluster, *sum)).collect();
    order.sort_by(|x, y| y.1.cmp(&x.1).then(x.0.cmp(&y.0)));
    order.into_iter().take(SHARES_MAX).collect()
}

fn add(sums: &mut BTreeMap<u64, u128>, cluster: u64, excess: u64) {
    let sum: &mut u128 = sums.entry(cluster).or_default();
    *sum = sum.saturating_add(u128::from(excess));
}

//! Challenges to a report of spans, each decided from one row and a few comparisons.
//!
//! A report cites, for each paid span, one place in every cluster that holds it. It is false when a
//! citation is not there, when a longer match is, when a cluster that holds the span is left out,
//! or when a better span is left out. Each is shown by one row with its path to the index's rows'
//! root; nobody runs a model or searches an index (challenge C3).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use whence_canon::merkle::{self, Hash};

use super::credit::Settings;
use super::index::row_leaf;
use super::search::Place;

/// A row as it is committed to in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its number, from 0 in the order of the index.
    pub row: u64,
    /// Its id.
    pub id: u64,
    /// Its cluster.
    pub cluster: u64,
    /// Its tokens.
    pub tokens: Vec<u32>,
    /// Siblings from its leaf to the rows' root.
    pub path: Vec<Hash>,
}

impl Evidence {
    /// Whether the row is in an index of so many rows with this rows' root.
    pub fn is_committed(&self, root: &Hash, rows: u64) -> bool {
        let leaf = row_leaf(self.id, self.cluster, &self.tokens);
        merkle::verify(root, (self.row, rows), &leaf, &self.path)
    }

    /// Whether the row has the tokens at an offset.
    pub fn holds(&self, span: &[u32], offset: usize) -> bool {
        offset.checked_add(span.len()).is_some_and(|end| self.tokens.get(offset..end) == Some(span))
    }
}

/// A span as it was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// Its tokens in the answer.
    pub range: Range<usize>,
    /// One place in each cluster that holds it.
    pub places: BTreeMap<u64, Place>,
}

/// What was reported of one answer.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The answer's tokens.
    pub answer: &'a [u32],
    /// Information of each answer token in thousandths of a bit, shown by the index's token leaves.
    pub bits: &'a [u64],
    /// `log2(N · L)` in thousandths of a bit: see [`super::SpanIndex::chance`].
    pub chance: u64,
    /// The settings that the index's receipt names.
    pub settings: Settings,
    /// The paid spans, most informative first.
    pub cited: &'a [Cited],
}

/// What a challenger says is wrong; the row comes beside it as [`Evidence`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// The row that span number `span` cites for the row's cluster does not have it there.
    Absent {
        /// Number of the span.
        span: usize,
    },
    /// The row has, at `offset`, a part of the answer that holds span number `span` and more.
    Longer {
        /// Number of the span.
        span: usize,
        /// The longer part of the answer.
        range: Range<usize>,
        /// Where the row has it.
        offset: usize,
    },
    /// The row has span number `span`, and its cluster is not cited for it.
    Uncited {
        /// Number of the span.
        span: usize,
        /// Where the row has it.
        offset: usize,
    },
    /// The row has a part of the answer that ranks above the last paid span, or for which there was
    /// room, and no paid span holds it. Answered by [`is_common`] where too many clusters have it.
    Omitted {
        /// The part of the answer.
        range: Range<usize>,
        /// Where the row has it.
        offset: usize,
    },
}

impl Report<'_> {
    /// Whether a challenge is right, given a row whose commitment was checked
    /// ([`Evidence::is_committed`]); at most as many comparisons as the answer has tokens.
    pub fn is_refuted(&self, challenge: &Challenge, row: &Evidence) -> bool {
        match challenge {
            Challenge::Absent { span } => self.is_absent(*span, row),
            Challenge::Longer { span, range, offset } => {
                let inside = |cited: &Cited| holds(range, &cited.range) && *range != cited.range;
                self.cited.get(*span).is_some_and(inside) && self.stands(range, row, *offset)
            }
            Challenge::Uncited { span, offset } => self.cited.get(*span).is_some_and(|cited| {
                !cited.places.contains_key(&row.cluster) && self.stands(&cited.range, row, *offset)
            }),
            Challenge::Omitted { range, offset } => {
                self.ranks(range) && self.stands(range, row, *offset)
            }
        }
    }

    fn is_absent(&self, span: usize, row: &Evidence) -> bool {
        let Some(cited) = self.cited.get(span) else { return false };
        let Some(place) = cited.places.get(&row.cluster) else { return false };
        // a span that is no part of the answer stands nowhere
        place.row as u64 == row.row && !self.stands(&cited.range, row, place.offset)
    }

    fn stands(&self, range: &Range<usize>, row: &Evidence, offset: usize) -> bool {
        let span = self.answer.get(range.clone()).filter(|span| !span.is_empty());
        span.is_some_and(|span| row.holds(span, offset))
    }

    fn information(&self, range: &Range<usize>) -> u64 {
        self.bits.get(range.clone()).map_or(0, |bits| bits.iter().sum())
    }

    /// Whether a part of the answer, if it stands in few enough clusters, had to be reported.
    fn ranks(&self, range: &Range<usize>) -> bool {
        let rank = |range: &Range<usize>| (self.information(range), std::cmp::Reverse(range.start));
        let count = (self.answer.len() * self.settings.spans_per_thousand).div_ceil(1000);
        let better = |last: &Cited| self.cited.len() < count || rank(range) > rank(&last.range);
        range.len() >= self.settings.tokens_min
            && self.information(range) >= self.chance
            && !self.cited.iter().any(|cited| holds(&cited.range, range))
            && self.cited.last().map_or(count > 0, better)
    }
}

/// Whether a range holds all of another.
fn holds(range: &Range<usize>, other: &Range<usize>) -> bool {
    range.start <= other.start && other.end <= range.end
}

/// The answer to [`Challenge::Omitted`]: rows of more than `clusters_max` different clusters have
/// the span, so it is boilerplate. The rows' commitments are checked by the caller.
pub fn is_common(span: &[u32], rows: &[(Evidence, usize)], clusters_max: usize) -> bool {
    let held = rows.iter().all(|(row, offset)| row.holds(span, *offset));
    let clusters: BTreeSet<u64> = rows.iter().map(|(row, _)| row.cluster).collect();
    held && clusters.len() > clusters_max
}

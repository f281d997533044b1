//! What spans are worth: rare ones, once per answer token, split over the clusters that hold them.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::index::SpanIndex;
use super::search::Place;
use crate::error::{Error, Result};
use crate::information::millibits;

/// Longest answer that is looked at, in tokens.
pub const ANSWER_TOKENS_MAX: usize = 1 << 16;

/// Which spans count. Fixed beforehand; the reasons stand at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Shortest span, in tokens: 8, the n-gram by which GPT-2 measured copied text (Radford et al.
    /// 2019, §4).
    pub tokens_min: usize,
    /// Most distinct clusters that may hold a paid span: 10, OLMoTrace's cap on a span's frequency.
    pub clusters_max: usize,
    /// Spans per thousand answer tokens: 50, OLMoTrace's density (rounded up).
    pub spans_per_thousand: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tokens_min: 8, clusters_max: 10, spans_per_thousand: 50 }
    }
}

/// A span of the answer that is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its tokens in the answer.
    pub range: Range<usize>,
    /// `−Σ log2 p` over its tokens, in thousandths of a bit.
    pub information: u64,
    /// The part of it that no better-ranked span covers: what it is paid for.
    pub paid: u64,
    /// The first place in each cluster that holds it, by cluster: the citation.
    pub places: BTreeMap<u64, Place>,
}

/// What one cluster is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credit {
    /// The cluster.
    pub cluster: u64,
    /// Thousandths of a bit.
    pub millibits: u64,
}

/// An answer's spans and what they owe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spans {
    /// Paid spans, most informative first.
    pub spans: Vec<Span>,
    /// Credit by cluster, rising ids; integer parts of a split, so at most what was paid.
    pub credits: Vec<Credit>,
    /// Information of the whole answer, in thousandths of a bit.
    pub information: u64,
}

impl Spans {
    /// Parts per billion of the answer's information, rounded down, by cluster. What no span covers
    /// stays unattributed: the sum is at most 10⁹.
    pub fn shares(&self) -> Vec<(u64, u32)> {
        let total = u128::from(self.information.max(1));
        let share = |credit: &Credit| {
            (credit.cluster, (u128::from(credit.millibits) * 1_000_000_000 / total) as u32)
        };
        self.credits.iter().map(share).collect()
    }
}

/// Spans that are part of no longer match, in the order of the answer: a match from a token counts
/// where it ends later than every match that begins before it.
pub fn maximal(matches: &[usize], tokens_min: usize) -> Vec<Range<usize>> {
    let mut reached = 0;
    let mut spans = Vec::new();
    for (start, length) in matches.iter().enumerate() {
        let end = start + length;
        if end > reached && *length >= tokens_min.max(1) {
            spans.push(start..end);
        }
        reached = reached.max(end);
    }
    spans
}

/// Step 4 of [`SpanIndex::spans`]: gives each span what no better one covers, and each cluster its
/// equal part, rounded down. `bits` is the information of each answer token.
pub fn settle(spans: &mut [Span], bits: &[u64]) -> Vec<Credit> {
    let mut taken = vec![false; bits.len()];
    let mut credits = BTreeMap::new();
    for span in spans {
        let free = span.range.clone().filter(|at| !std::mem::replace(&mut taken[*at], true));
        span.paid = free.map(|at| bits[at]).sum();
        let part = span.paid / span.places.len().max(1) as u64;
        span.places.keys().for_each(|cluster| *credits.entry(*cluster).or_insert(0) += part);
    }
    credits.into_iter().map(|(cluster, millibits)| Credit { cluster, millibits }).collect()
}

impl SpanIndex {
    /// The paid spans of an answer (token ids) and the credit of each cluster, in integers.
    ///
    /// 1. The longest match from each token, maximal ones only, of at least `tokens_min` tokens.
    /// 2. A span's information is `−Σ log2 p(token)` by the datanet's own frequencies. It must be
    ///    at least `log2(N · L)`: below that, among `N` row tokens and `L` answer tokens one such
    ///    match is expected by chance (the expectation that BLAST reports: Karlin and Altschul
    ///    1990).
    /// 3. By information, the best `⌈L · spans_per_thousand / 1000⌉` that at most `clusters_max`
    ///    clusters hold (OLMoTrace, arXiv 2504.07096, ranks by the same product of unigrams).
    /// 4. Each answer token's information goes to the best span that covers it, in equal parts to
    ///    the clusters that hold that span, rounded down.
    pub fn spans(&self, answer: &[u32], settings: &Settings) -> Result<Spans> {
        if answer.len() > ANSWER_TOKENS_MAX {
            let why = format!("an answer has at most {ANSWER_TOKENS_MAX} tokens");
            return Err(Error::Setting(why));
        }
        let bits: Vec<u64> = answer.iter().map(|token| self.information(*token)).collect();
        let mut spans = self.chosen(answer, settings, &bits);
        let credits = settle(&mut spans, &bits);
        Ok(Spans { spans, credits, information: bits.iter().sum() })
    }

    /// The spans that are paid, most informative first; equal ones in the order of the answer.
    fn chosen(&self, answer: &[u32], settings: &Settings, bits: &[u64]) -> Vec<Span> {
        let chance = self.chance(answer.len());
        let ranges = maximal(&self.matches(answer), settings.tokens_min).into_iter();
        let valued = ranges.map(|range| (bits[range.clone()].iter().sum::<u64>(), range));
        let mut ranked: Vec<_> = valued.filter(|(information, _)| *information >= chance).collect();
        ranked.sort_by_key(|(information, range)| (std::cmp::Reverse(*information), range.start));
        let count = (answer.len() * settings.spans_per_thousand).div_ceil(1000);
        let held = |(information, range): (u64, Range<usize>)| {
            let places = self.clusters(&answer[range.clone()], settings.clusters_max)?;
            Some(Span { range, information, paid: 0, places })
        };
        ranked.into_iter().filter_map(held).take(count).collect()
    }

    /// The information below which a match is expected by chance, for an answer of so many tokens:
    /// `log2(N · L)` in thousandths of a bit.
    pub fn chance(&self, answer_tokens: usize) -> u64 {
        millibits(1, (self.tokens() as u64).saturating_mul(answer_tokens as u64))
    }

    /// The first place in each cluster that holds a span; `None` above `most` clusters. It looks at
    /// no more places than those `most` clusters have, so repeating a span inside a row costs time
    /// only, and takes nothing from the others that hold it.
    pub fn clusters(&self, span: &[u32], most: usize) -> Option<BTreeMap<u64, Place>> {
        let mut found: BTreeMap<u64, Place> = BTreeMap::new();
        for place in self.places(span) {
            let cluster = self.rows.get(place.row)?.cluster;
            let first = found.entry(cluster).or_insert(place);
            *first = place.min(*first);
            if found.len() > most {
                return None;
            }
        }
        Some(found)
    }
}

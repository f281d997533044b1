//! Looking things up in the suffix order: counts, places, longest matches.

use std::ops::Range;

use super::index::SpanIndex;
use super::text::{Symbol, either};

/// Where a span stands in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The row, counted from 0 in the order given to the index.
    pub row: usize,
    /// Tokens of the row before the span.
    pub offset: usize,
}

/// Where, among sorted suffixes, those are that begin with `span`: two binary searches.
fn interval<T: Symbol>(symbols: &[T], order: &[i32], span: &[T]) -> Range<usize> {
    let head = |place: &i32| {
        let start = *place as usize;
        &symbols[start..symbols.len().min(start + span.len())]
    };
    let start = order.partition_point(|place| head(place) < span);
    let count = order[start..].partition_point(|place| head(place) <= span);
    start..start + count
}

/// Length of the longest head of `rest` with which one of the sorted suffixes begins: it is shared
/// with one of the two between which `rest` would be sorted in (OLMoTrace, arXiv 2504.07096).
fn longest<T: Symbol>(symbols: &[T], order: &[i32], rest: &[T]) -> usize {
    let at = order.partition_point(|place| &symbols[*place as usize..] < rest);
    let common = |place: &i32| {
        let pairs = symbols[*place as usize..].iter().zip(rest);
        pairs.take_while(|(text, answer)| text == answer).count()
    };
    let before = at.checked_sub(1).and_then(|at| order.get(at)).map_or(0, common);
    before.max(order.get(at).map_or(0, common))
}

impl SpanIndex {
    /// How often the tokens stand in rows, one after the other; never across two rows. All tokens
    /// for an empty span.
    pub fn count(&self, span: &[u32]) -> usize {
        if span.is_empty() { self.tokens() } else { self.interval(span).len() }
    }

    /// Places of a span in suffix order, none of an empty one; the caller bounds how many it takes.
    pub fn places(&self, span: &[u32]) -> impl Iterator<Item = Place> {
        self.order[self.interval(span)].iter().map(|place| self.place(*place as usize))
    }

    /// For each token of an answer, how many from there on stand together in some row.
    ///
    /// `O(L · (log N + match))` for an answer of `L` tokens and `N` in the index.
    pub fn matches(&self, answer: &[u32]) -> Vec<usize> {
        either!(&self.text, symbols => {
            let sought = self.symbols(answer);
            let from = |(at, token): (usize, &u32)| {
                // a suffix outside of these shares not even the first token
                let order = &self.order[self.beginning_with(*token)];
                longest(symbols, order, &sought[at..])
            };
            answer.iter().enumerate().map(from).collect()
        })
    }

    fn interval(&self, span: &[u32]) -> Range<usize> {
        let within = span.first().map_or(0..0, |token| self.beginning_with(*token));
        let order = &self.order[within.clone()];
        let found = either!(&self.text, text => interval(text, order, &self.symbols(span)));
        within.start + found.start..within.start + found.end
    }

    fn symbols<T: Symbol>(&self, tokens: &[u32]) -> Vec<T> {
        tokens.iter().map(|token| T::of_token(*token, self.vocabulary)).collect()
    }

    pub(super) fn place(&self, at: usize) -> Place {
        let row = self.row_at(at);
        let start = self.rows.get(row).map_or(0, |place| place.start as usize);
        Place { row, offset: at - start }
    }
}

//! Tokens of a row that stand already in an earlier one, word for word.

use std::ops::Range;

use super::index::SpanIndex;
use super::search::Place;
use super::text::{Symbol, either};

/// Shortest repeat that is taken out before training: 50 tokens (Lee et al., arXiv 2107.06499,
/// §4.2).
pub const REPEAT_TOKENS_MIN: usize = 50;

/// A stretch of a row of which every `tokens_min` tokens stand earlier in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The row, counted from 0 in the order given.
    pub row: usize,
    /// Its tokens that are repeated.
    pub range: Range<usize>,
    /// Where the stretch's first tokens stand first; the same row where it repeats itself.
    pub earlier: Place,
}

/// Tokens that each suffix shares with the one before it in the order (Kasai et al. 2001);
/// separators count as equal.
fn shared<T: Symbol>(symbols: &[T], order: &[i32]) -> Vec<u32> {
    let mut ranks = vec![0u32; symbols.len()];
    order.iter().enumerate().for_each(|(rank, place)| ranks[*place as usize] = rank as u32);
    let (mut shared, mut length) = (vec![0; symbols.len()], 0usize);
    for (place, rank) in ranks.iter().enumerate() {
        let Some(before) = rank.checked_sub(1) else {
            length = 0;
            continue;
        };
        let before = order[before as usize] as usize;
        let pairs = symbols[place + length..].iter().zip(&symbols[before + length..]);
        length += pairs.take_while(|(one, other)| one == other).count();
        shared[*rank as usize] = length as u32;
        length = length.saturating_sub(1);
    }
    shared
}

/// Places whose next `count` tokens stand earlier, each with the first place where they do; rising.
fn repeated<T: Symbol>(symbols: &[T], order: &[i32], count: usize) -> Vec<(usize, usize)> {
    let shared = shared(symbols, order);
    let mut found = Vec::new();
    let mut start = 0;
    while start < order.len() {
        let same = |length: &&u32| **length as usize >= count;
        let end = start + 1 + shared[start + 1..].iter().take_while(same).count();
        let group = &order[start..end];
        let first = group.iter().copied().min().unwrap_or(0) as usize;
        let head = &symbols[first..symbols.len().min(first + count)];
        if group.len() > 1 && !head.contains(&T::SEPARATOR) {
            let others = group.iter().map(|place| *place as usize).filter(|place| *place > first);
            found.extend(others.map(|place| (place, first)));
        }
        start = end;
    }
    found.sort_unstable();
    found
}

impl SpanIndex {
    /// All stretches that repeat at least `tokens_min` tokens of an earlier place, in text order;
    /// rows are earlier in the order given to the index, so the first to commit keeps the text
    /// (exact-substring deduplication, Lee et al., arXiv 2107.06499; by default
    /// [`REPEAT_TOKENS_MIN`]). Linear in the number of tokens, 8 bytes more a token while it runs.
    pub fn repeats(&self, tokens_min: usize) -> Vec<Repeat> {
        let count = tokens_min.max(1);
        let places = either!(&self.text, symbols => repeated(symbols, &self.order, count));
        let mut repeats: Vec<Repeat> = Vec::new();
        for (place, first) in places {
            let Place { row, offset } = self.place(place);
            match repeats.last_mut().filter(|r| r.row == row && r.range.end >= offset) {
                Some(repeat) => repeat.range.end = offset + count,
                None => {
                    let earlier = self.place(first);
                    repeats.push(Repeat { row, range: offset..offset + count, earlier });
                }
            }
        }
        repeats
    }
}

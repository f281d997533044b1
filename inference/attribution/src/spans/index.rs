//! The span index: rows with their places, the suffix order, and each token's information.

use std::ops::Range;

use sha2::{Digest, Sha256};
use whence_canon::merkle::{self, Hash};

use super::text::Text;
use crate::error::{Error, Result};
use crate::information::millibits;

/// Tokens whose information one leaf holds.
pub const INFORMATION_LEAF: usize = 64;

/// One row's place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowPlace {
    /// The row's id.
    pub id: u64,
    /// Its cluster of duplicates; pay goes to clusters.
    pub cluster: u64,
    /// Where its first token is in the text.
    pub(super) start: u32,
}

/// The tokens of a datanet version with their suffix array: 2 + 4 bytes a token for vocabularies
/// below 65,535 ids, 4 + 4 above, and 20 a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanIndex {
    pub(super) vocabulary: u32,
    pub(super) rows: Vec<RowPlace>,
    pub(super) text: Text,
    pub(super) order: Vec<i32>,
    pub(super) information: Vec<u32>,
    /// For each token, how many suffixes begin with a separator or a lower id; one more at the end.
    firsts: Vec<u32>,
}

/// Takes rows one by one, in the order of their commits.
#[derive(Debug)]
pub struct SpanIndexBuilder {
    vocabulary: u32,
    rows: Vec<RowPlace>,
    text: Text,
}

impl SpanIndexBuilder {
    /// A builder for token ids below `vocabulary`.
    pub fn new(vocabulary: u32) -> Result<Self> {
        Ok(Self { vocabulary, rows: Vec::new(), text: Text::empty(vocabulary)? })
    }

    /// Adds a row: its id (each once), its cluster of duplicates, its tokens (at least one).
    pub fn push(&mut self, id: u64, cluster: u64, tokens: &[u32]) -> Result<()> {
        if tokens.is_empty() || tokens.iter().any(|token| *token >= self.vocabulary) {
            return Err(Error::Setting(format!("row {id} is empty or has an unknown token")));
        }
        let end = self.text.len() + tokens.len() + 1;
        if i32::try_from(end).is_err() {
            return Err(Error::Setting("an index has at most 2^31 - 1 tokens and rows".into()));
        }
        let start = self.text.len() as u32;
        self.rows.push(RowPlace { id, cluster, start });
        self.text.push_row(tokens, self.vocabulary);
        Ok(())
    }

    /// Sorts the suffixes.
    pub fn build(mut self) -> Result<SpanIndex> {
        let order = self.text.sort_suffixes()?;
        SpanIndex::assemble(self.vocabulary, self.rows, self.text, order)
    }
}

impl SpanIndex {
    /// An index of parts that fit each other; the order is taken as it is.
    pub(super) fn assemble(
        vocabulary: u32,
        rows: Vec<RowPlace>,
        text: Text,
        order: Vec<i32>,
    ) -> Result<Self> {
        let mut ids: Vec<u64> = rows.iter().map(|row| row.id).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Error::Setting("a row's id is there twice".into()));
        }
        let mut counts = vec![0u32; vocabulary as usize];
        (0..text.len()).filter_map(|at| text.token(at)).for_each(|id| counts[id as usize] += 1);
        let total = (text.len() - rows.len()) as u64;
        let value = |count: u32| millibits(u64::from(count), total) as u32;
        let information = counts.iter().map(|count| value(*count)).collect();
        let mut firsts = vec![rows.len() as u32];
        firsts.extend(counts.iter().scan(rows.len() as u32, |sum, count| {
            *sum += count;
            Some(*sum)
        }));
        Ok(Self { vocabulary, rows, text, order, information, firsts })
    }

    /// The rows, in the order they were given.
    pub fn rows(&self) -> &[RowPlace] {
        &self.rows
    }

    /// Tokens of all rows.
    pub fn tokens(&self) -> usize {
        self.text.len() - self.rows.len()
    }

    /// The ids that tokens may have: below this.
    pub fn vocabulary(&self) -> u32 {
        self.vocabulary
    }

    /// Information of a token, `−log2` of its share of all tokens, in thousandths of a bit; one
    /// that no row has counts as seen once.
    pub fn information(&self, token: u32) -> u64 {
        let unseen = || millibits(1, self.tokens() as u64);
        self.information.get(token as usize).map_or_else(unseen, |bits| u64::from(*bits))
    }

    /// A row's tokens; `row` counts from 0 in the order given.
    pub fn row_tokens(&self, row: usize) -> Vec<u32> {
        let start = self.rows.get(row).map_or(self.text.len(), |place| place.start as usize);
        (start..).map_while(|at| self.text.token(at)).collect()
    }

    /// Where the suffixes that begin with a token are in the order; empty for an unknown token.
    pub(super) fn beginning_with(&self, token: u32) -> Range<usize> {
        let at = token as usize;
        let ends = self.firsts.get(at).zip(self.firsts.get(at.saturating_add(1)));
        ends.map_or(0..0, |(start, end)| *start as usize..*end as usize)
    }

    /// The number of the row that holds a place of the text, from 0.
    pub(super) fn row_at(&self, place: usize) -> usize {
        self.rows.partition_point(|row| row.start as usize <= place).saturating_sub(1)
    }

    /// What is committed to: a Merkle root over the head, the rows' root, the tokens' root, and the
    /// order.
    pub fn root(&self) -> Hash {
        let order = self.order.chunks(1 << 16).fold(domain("order"), |hasher, places| {
            let bytes: Vec<u8> = places.iter().flat_map(|place| place.to_le_bytes()).collect();
            hasher.chain_update(bytes)
        });
        merkle::root(&[
            self.head(),
            merkle::root(&self.row_leaves()),
            merkle::root(&self.information_leaves()),
            order.finalize().into(),
        ])
    }

    /// Data of each row's Merkle leaf, in the order given: see [`row_leaf`].
    pub fn row_leaves(&self) -> Vec<Hash> {
        let leaf = |(row, place): (usize, &RowPlace)| {
            row_leaf(place.id, place.cluster, &self.row_tokens(row))
        };
        self.rows.iter().enumerate().map(leaf).collect()
    }

    /// Data of the Merkle leaves of tokens' information: see [`information_leaf`].
    pub fn information_leaves(&self) -> Vec<Hash> {
        let tables = self.information.chunks(INFORMATION_LEAF).enumerate();
        tables.map(|(number, table)| information_leaf(number as u32, table)).collect()
    }

    fn head(&self) -> Hash {
        let sizes = [u64::from(self.vocabulary), self.rows.len() as u64, self.tokens() as u64];
        sizes.iter().fold(domain("head"), |h, n| h.chain_update(n.to_le_bytes())).finalize().into()
    }
}

fn domain(what: &str) -> Sha256 {
    Sha256::new().chain_update("whence/spans/v1/").chain_update(what).chain_update([0])
}

/// What a row's leaf commits to: `H(id ‖ cluster ‖ tokens)`, 8, 8 and 4 bytes each, little-endian.
pub fn row_leaf(id: u64, cluster: u64, tokens: &[u32]) -> Hash {
    let hasher = domain("row").chain_update(id.to_le_bytes()).chain_update(cluster.to_le_bytes());
    let bytes: Vec<u8> = tokens.iter().flat_map(|token| token.to_le_bytes()).collect();
    hasher.chain_update(bytes).finalize().into()
}

/// What the leaf of the ids from `number · INFORMATION_LEAF` on commits to: `H(number ‖ millibits
/// of each)`, 4 bytes each, little-endian.
pub fn information_leaf(number: u32, millibits: &[u32]) -> Hash {
    let bytes: Vec<u8> = millibits.iter().flat_map(|bits| bits.to_le_bytes()).collect();
    domain("information").chain_update(number.to_le_bytes()).chain_update(bytes).finalize().into()
}

//! Reads an index's file in place: nothing is copied, sizes are checked first, the root last.

use std::borrow::Cow;

use rayon::prelude::*;
use whence_canon::claim::Shown;
use whence_canon::index::{
    Header, LEAF_BYTES, Leaf, SETTINGS_BYTES_MAX, Settings, TAIL_BYTES, leaf_digest,
};
use whence_canon::merkle::Hash;

use super::tree::{Edges, Tree};
use super::{MAGIC, refused};
use crate::error::{Error, Result};

/// An index in a file's bytes.
#[derive(Debug, Clone)]
pub struct Index<'a> {
    header: Header,
    start: usize,
    /// All leaves, one after the other.
    rows: Cow<'a, [u8]>,
    root: Hash,
    /// Digests of the leaves after the header's, by place.
    digests: Vec<Hash>,
}

impl<'a> Index<'a> {
    /// Reads a whole file and checks every number and hash in it: `O(bytes)`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut index = Self::frame(bytes)?;
        let shape = &index.header.settings.shape;
        let sound = |bytes: &[u8]| -> Result<(u64, Hash)> {
            let leaf = Leaf::parse(shape, bytes).map_err(refused)?;
            match leaf.is_sound().map_err(refused)? {
                true => Ok((leaf.row, leaf_digest(bytes))),
                false => Err(wrong(&format!("row {}: the norm is not its vector's", leaf.row))),
            }
        };
        let size = index.header.leaf_bytes();
        let rows: Vec<(u64, Hash)> =
            index.rows.par_chunks_exact(size).map(sound).collect::<Result<_>>()?;
        if !rows.is_sorted_by(|x, y| x.0 < y.0) {
            return Err(wrong("a row's id is there twice or out of order"));
        }
        index.digests = rows.into_iter().map(|(_, digest)| digest).collect();
        match index.edges().root(&index.header.digest()) == index.root {
            true => Ok(index),
            false => Err(wrong("its rows do not give its root")),
        }
    }

    /// Reads a file's frame: magic, settings, sizes and tail, but no row.
    fn frame(bytes: &'a [u8]) -> Result<Self> {
        let (settings, rest) = split_settings(bytes)?;
        let end = rest.len().checked_sub(TAIL_BYTES + 32).ok_or_else(|| wrong("cut off"))?;
        let (rows, end) = rest.split_at(end);
        let (tail, root) = end.split_at(TAIL_BYTES);
        let header = Header::parse(&[settings, tail].concat()).map_err(refused)?;
        let size = header.leaf_bytes();
        let whole = usize::try_from(header.rows).ok().and_then(|count| count.checked_mul(size));
        if whole != Some(rows.len()) {
            return Err(wrong(&format!("{} rows of {size} bytes do not fit", header.rows)));
        }
        let mut index = Self {
            header,
            start: 0,
            rows: Cow::Borrowed(rows),
            root: [0; 32],
            digests: Vec::new(),
        };
        index.start = MAGIC.len() + 4 + settings.len();
        index.root.copy_from_slice(root);
        Ok(index)
    }

    /// The same with bytes of its own, so that it outlives the file's.
    #[must_use]
    pub fn into_owned(self) -> Index<'static> {
        let Self { header, start, rows, root, digests } = self;
        Index { header, start, rows: Cow::Owned(rows.into_owned()), root, digests }
    }

    /// What it is.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The Merkle root over its header and rows, which goes on the record.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Always false: an index has a row.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// Where its rows end in the file, and more can be written.
    pub fn rows_end(&self) -> usize {
        self.start + self.rows.len()
    }

    /// All leaves, one after the other.
    pub(super) fn rows(&self) -> &[u8] {
        &self.rows
    }

    /// The leaves' bytes, by place.
    pub fn leaf_bytes(&self) -> std::slice::ChunksExact<'_, u8> {
        self.rows.chunks_exact(self.header.leaf_bytes())
    }

    /// The row at a place, from 0.
    pub fn leaf(&self, place: usize) -> Option<Leaf<'_>> {
        Leaf::trusted(&self.header.settings.shape, self.leaf_bytes().nth(place)?).ok()
    }

    /// The place of a row.
    pub fn place(&self, row: u64) -> Option<usize> {
        let id = |place: usize| self.leaf(place).map(|leaf| leaf.row);
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match id(middle)? < row {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        (id(low)? == row).then_some(low)
    }

    /// The tree, for proofs.
    pub fn tree(&self) -> Tree {
        let first = std::iter::once(self.header.digest());
        Tree::new(&first.chain(self.digests.iter().copied()).collect::<Vec<_>>())
    }

    /// A leaf as a claim shows it, with `path` from [`Tree::path`] of the row's place plus one.
    pub fn shown<'b>(&'b self, place: usize, path: &'b [Hash]) -> Option<Shown<'b>> {
        Some(Shown { place: place as u64, bytes: self.leaf_bytes().nth(place)?, path })
    }

    /// The growing tree's edges, from which [`super::Writer::resume`] goes on.
    pub(super) fn edges(&self) -> Edges {
        let mut edges = Edges::default();
        self.digests.iter().for_each(|digest| edges.push(digest));
        edges
    }
}

/// What a [`super::Writer`] has written so far, without an end: the settings and the leaves.
pub fn unfinished(bytes: &[u8]) -> Result<(Settings, &[u8])> {
    let (settings, rows) = split_settings(bytes)?;
    let settings = Settings::parse(settings).map_err(refused)?;
    match rows.len().is_multiple_of(settings.shape.bytes() + LEAF_BYTES) {
        true => Ok((settings, rows)),
        false => Err(wrong("the last row is cut off")),
    }
}

fn split_settings(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| wrong("not an index of version 2"))?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(|| wrong("cut off"))?;
    let length = u32::from_be_bytes(*length) as usize;
    let fits = Some(length).filter(|length| *length <= SETTINGS_BYTES_MAX);
    let parts = fits.and_then(|length| rest.split_at_checked(length));
    parts.ok_or_else(|| wrong("its settings are too long"))
}

fn wrong(why: &str) -> Error {
    Error::Format(format!("index: {why}"))
}

//! The index of one adapter: each row's gradient as integers, under one Merkle root.

use serde::{Deserialize, Serialize};

use super::merkle::{self, Hash};
use super::vector::IntVector;
use super::{format, gradient};
use crate::adapter::Adapter;
use crate::error::{Error, Result};
use crate::model::{Example, Model};

/// What the rows' integers are; others may follow.
pub const METHOD: &str = "lora-grad-cos-i8/1";

/// One row of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRow {
    /// The row's number, by which shares name it.
    pub id: u64,
    /// The row's canonical hash.
    pub hash: Hash,
    /// Its gradient.
    pub vector: IntVector,
}

impl IndexRow {
    /// Hash of the row as a leaf of the index.
    pub fn leaf(&self) -> Hash {
        merkle::leaf(&[&format::row_bytes(self)])
    }
}

/// What an index belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Always [`METHOD`].
    pub method: String,
    /// SHA-256 of the base model's file, in hex.
    pub base_sha256: String,
    /// SHA-256 of the adapter's file, in hex.
    pub adapter_sha256: String,
    /// Numbers in each matrix of a vector.
    pub sizes: Vec<usize>,
    /// How many rows follow.
    pub rows: usize,
}

/// The index of one adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    pub(super) header: Header,
    pub(super) rows: Vec<IndexRow>,
    pub(super) root: Hash,
}

/// A row to be indexed.
pub struct RowExample {
    /// The row's number.
    pub id: u64,
    /// The row's canonical hash.
    pub hash: Hash,
    /// Its tokens.
    pub example: Example,
}

impl Index {
    /// Takes every row's gradient at the tuned adapter; `progress` gets the rows done.
    pub fn build(
        model: &Model,
        base_digest: Hash,
        adapter: &Adapter,
        rows: &[RowExample],
        mut progress: impl FnMut(usize),
    ) -> Result<Self> {
        let mut indexed = Vec::with_capacity(rows.len());
        for (done, row) in rows.iter().enumerate() {
            let vector = gradient(model, adapter, &row.example)?;
            indexed.push(IndexRow { id: row.id, hash: row.hash, vector });
            progress(done + 1);
        }
        indexed.sort_by_key(|row| row.id);
        let sizes = indexed.first().map(|row| row.vector.sizes()).unwrap_or_default();
        let header = Header {
            method: METHOD.into(),
            base_sha256: hex::encode(base_digest),
            adapter_sha256: hex::encode(adapter.digest()?),
            sizes,
            rows: indexed.len(),
        };
        Self::new(header, indexed)
    }

    /// An index from its parts; ids must rise, so that each row is there once.
    pub(super) fn new(header: Header, rows: Vec<IndexRow>) -> Result<Self> {
        if rows.is_empty() {
            return Err(Error::Index("no rows: at least one".into()));
        }
        if !rows.is_sorted_by(|x, y| x.id < y.id) {
            return Err(Error::Index("a row's id is there twice or out of order".into()));
        }
        let leaves: Vec<Hash> = rows.iter().map(IndexRow::leaf).collect();
        Ok(Self { header, rows, root: merkle::root(&leaves) })
    }

    /// Refuses an adapter or base that the index was not made from.
    pub fn check(&self, adapter: Hash, base: Hash) -> Result<()> {
        let pairs = [
            ("adapter", &self.header.adapter_sha256, adapter),
            ("base", &self.header.base_sha256, base),
        ];
        for (what, expected, found) in pairs {
            if *expected != hex::encode(found) {
                return Err(Error::Index(format!("made from {what} {expected}, not this one")));
            }
        }
        Ok(())
    }

    /// The Merkle root over its rows, which goes on the record.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Its rows, by rising id.
    pub fn rows(&self) -> &[IndexRow] {
        &self.rows
    }

    /// What it belongs to.
    pub fn header(&self) -> &Header {
        &self.header
    }
}

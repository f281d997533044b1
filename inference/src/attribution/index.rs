//! The index of one adapter: each row's gradient as integers, under one Merkle root.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use whence_canon::merkle::{self, Hash};

use super::vector::IntVector;
use super::{Calibration, calibrate, format, plain_gradient, start_point, whiten};
use crate::adapter::Adapter;
use crate::error::{Error, Result};
use crate::model::{Example, Model};

/// What the rows' integers are.
pub const METHOD: &str = "lora-start-grad-white-i8/1";

/// Domain of the header's hash.
const HEADER_DOMAIN: &[u8] = b"whence/index/v1/header";
/// Domain of a row's hash.
const ROW_DOMAIN: &[u8] = b"whence/index/v1/row";

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
    /// Hash of the row's bytes: the data of its leaf in the index's tree.
    pub fn digest(&self) -> Hash {
        let hash = Sha256::new().chain_update(ROW_DOMAIN);
        hash.chain_update(format::row_bytes(self)).finalize().into()
    }
}

/// What an index belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Always [`METHOD`]; others may follow.
    pub method: String,
    /// SHA-256 of the base model's file, in hex.
    pub base_sha256: String,
    /// SHA-256 of the adapter's file, in hex.
    pub adapter_sha256: String,
    /// Numbers in each matrix of a vector.
    pub sizes: Vec<usize>,
    /// How many rows follow.
    pub rows: usize,
    /// Only what a score has above this counts, in units of 2^-32.
    pub threshold: i64,
    /// The sum above the threshold that explains a whole answer, in units of 2^-32.
    pub whole: i64,
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
    /// Takes every row's gradient and whitens them; `progress` gets the rows done.
    pub fn build(
        model: &Model,
        base_digest: Hash,
        adapter: &Adapter,
        rows: &[RowExample],
        mut progress: impl FnMut(usize),
    ) -> Result<Self> {
        if rows.len() < 2 || rows.len() > whiten::ROWS_MAX {
            let found = rows.len();
            return Err(Error::Index(format!("{found} rows: 2 to {}", whiten::ROWS_MAX)));
        }
        let mut rows: Vec<&RowExample> = rows.iter().collect();
        rows.sort_by_key(|row| row.id);
        let start = start_point(model, adapter)?;
        let mut gradients = Vec::with_capacity(rows.len());
        for (done, row) in rows.iter().enumerate() {
            gradients.push(plain_gradient(model, &start, &row.example)?);
            progress(done + 1);
        }
        let step = rows.len().div_ceil(calibrate::ASKING_ROWS_MAX);
        let asking = gradients.iter().enumerate().step_by(step);
        let asking = asking.map(|(place, plain)| Ok((place, IntVector::quantise(plain)?)));
        let asking = asking.collect::<Result<Vec<_>>>()?;
        whiten::whiten(&mut gradients, model.device())?;
        let indexed = rows.iter().zip(&gradients).map(|(row, white)| {
            Ok(IndexRow { id: row.id, hash: row.hash, vector: IntVector::quantise(white)? })
        });
        let indexed = indexed.collect::<Result<Vec<_>>>()?;
        let calibration = calibrate::calibrate(&asking, &indexed);
        let header = Header {
            method: METHOD.into(),
            base_sha256: hex::encode(base_digest),
            adapter_sha256: hex::encode(adapter.digest()?),
            sizes: gradients[0].iter().map(Vec::len).collect(),
            rows: indexed.len(),
            threshold: calibration.threshold,
            whole: calibration.whole,
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
        let hash = Sha256::new().chain_update(HEADER_DOMAIN);
        let mut leaves = vec![hash.chain_update(format::header_bytes(&header)?).finalize().into()];
        leaves.extend(rows.iter().map(IndexRow::digest));
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

    /// What its own rows say about scores.
    pub fn calibration(&self) -> Calibration {
        Calibration { threshold: self.header.threshold, whole: self.header.whole }
    }

    /// The Merkle root over its header and rows, which goes on the record.
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

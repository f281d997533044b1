//! Receipts: training → index → answer, each holding the digest of the one before.
//!
//! A receipt's bytes are its fields in the order below, hashes as 32 bytes and numbers big-endian;
//! its digest is the SHA-256 of its domain and its bytes. Because each holds the digest of the
//! one before, and repeats what the two have in common, no field can be changed alone.

use sha2::{Digest, Sha256};

use crate::index::{Header, IndexError, Reader};
use crate::merkle::Hash;

/// How an adapter came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainReceipt {
    /// SHA-256 of the base model's file.
    pub base: Hash,
    /// Root of the datanet version.
    pub datanet_root: Hash,
    /// Hash of the recipe: optimiser, adapter's settings, version of the arithmetic.
    pub recipe: Hash,
    /// Seed of the rows' order, drawn after the data froze.
    pub order_seed: Hash,
    /// Root over hashes of the training's states.
    pub checkpoint_root: Hash,
    /// SHA-256 of the adapter's file.
    pub adapter: Hash,
    /// Root over what was measured on held-out rows.
    pub evaluation_root: Hash,
}

/// How an adapter's index came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexReceipt {
    /// Digest of the training's receipt.
    pub training: Hash,
    /// SHA-256 of the adapter's file.
    pub adapter: Hash,
    /// Hash of the preconditioner.
    pub preconditioner: Hash,
    /// Damping, as in the index's header.
    pub damping_ppb: u64,
    /// Bits of a row's numbers.
    pub bits: u8,
    /// Rows; the tree has one leaf more.
    pub rows: u64,
    /// Merkle root of the index.
    pub row_root: Hash,
    /// Root of the suffix array that finds spans; zeros where there is none.
    pub span_root: Hash,
    /// Root of what finds passages; zeros where there is none.
    pub retrieval_root: Hash,
}

/// How an answer came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerReceipt {
    /// Digest of the index's receipt.
    pub index: Hash,
    /// SHA-256 of the adapter's file.
    pub adapter: Hash,
    /// Salted digest of the question.
    pub query_commit: Hash,
    /// Salted digest of the answer.
    pub output: Hash,
    /// Seed of the sampler.
    pub sampler_seed: u64,
    /// Commitment to the activations.
    pub activation_commit: Hash,
    /// Hash of the query's vector (`index::query_hash`).
    pub query_vector: Hash,
    /// Digest of the measure (`measure::Measure::digest`).
    pub measure: Hash,
}

impl TrainReceipt {
    /// Length of the canonical bytes.
    pub const BYTES: usize = 7 * 32;

    /// The canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let order = [
            self.base,
            self.datanet_root,
            self.recipe,
            self.order_seed,
            self.checkpoint_root,
            self.adapter,
            self.evaluation_root,
        ];
        order.as_flattened().to_vec()
    }

    /// Reads [`Self::bytes`], all of them.
    pub fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        whole(bytes, |reader| {
            Ok(Self {
                base: reader.array()?,
                datanet_root: reader.array()?,
                recipe: reader.array()?,
                order_seed: reader.array()?,
                checkpoint_root: reader.array()?,
                adapter: reader.array()?,
                evaluation_root: reader.array()?,
            })
        })
    }

    /// The digest that the index's receipt holds.
    pub fn digest(&self) -> Hash {
        digest(b"whence/receipt/v1/train", &self.bytes())
    }
}

impl IndexReceipt {
    /// Length of the canonical bytes.
    pub const BYTES: usize = 6 * 32 + 17;

    /// The canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = [self.training, self.adapter, self.preconditioner].as_flattened().to_vec();
        out.extend(self.damping_ppb.to_be_bytes());
        out.push(self.bits);
        out.extend(self.rows.to_be_bytes());
        out.extend([self.row_root, self.span_root, self.retrieval_root].as_flattened());
        out
    }

    /// Reads [`Self::bytes`], all of them.
    pub fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        whole(bytes, |reader| {
            Ok(Self {
                training: reader.array()?,
                adapter: reader.array()?,
                preconditioner: reader.array()?,
                damping_ppb: u64::from_be_bytes(reader.array()?),
                bits: u8::from_be_bytes(reader.array()?),
                rows: u64::from_be_bytes(reader.array()?),
                row_root: reader.array()?,
                span_root: reader.array()?,
                retrieval_root: reader.array()?,
            })
        })
    }

    /// The digest that an answer's receipt holds.
    pub fn digest(&self) -> Hash {
        digest(b"whence/receipt/v1/index", &self.bytes())
    }

    /// Refuses a receipt that does not follow its training's.
    pub fn require_follows(&self, training: &TrainReceipt) -> Result<(), IndexError> {
        require(self.training == training.digest(), "the training's receipt")?;
        require(self.adapter == training.adapter, "the adapter that was trained")
    }

    /// Refuses a receipt that is not of an index with this header and a training on this base.
    pub fn require_header(&self, header: &Header, base: &Hash) -> Result<(), IndexError> {
        let settings = &header.settings;
        require(settings.base == *base, "the base of the index's header")?;
        require(self.adapter == settings.adapter, "the adapter of the index's header")?;
        require(self.preconditioner == settings.preconditioner, "the header's preconditioner")?;
        require(self.damping_ppb == settings.damping_ppb, "the header's damping")?;
        require(self.bits == settings.shape.bits().number(), "the header's bits")?;
        require(self.rows == header.rows, "the header's number of rows")
    }
}

impl AnswerReceipt {
    /// Length of the canonical bytes.
    pub const BYTES: usize = 7 * 32 + 8;

    /// The canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let before = [self.index, self.adapter, self.query_commit, self.output];
        let mut out = before.as_flattened().to_vec();
        out.extend(self.sampler_seed.to_be_bytes());
        out.extend([self.activation_commit, self.query_vector, self.measure].as_flattened());
        out
    }

    /// Reads [`Self::bytes`], all of them.
    pub fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        whole(bytes, |reader| {
            Ok(Self {
                index: reader.array()?,
                adapter: reader.array()?,
                query_commit: reader.array()?,
                output: reader.array()?,
                sampler_seed: u64::from_be_bytes(reader.array()?),
                activation_commit: reader.array()?,
                query_vector: reader.array()?,
                measure: reader.array()?,
            })
        })
    }

    /// The digest that a provider signs.
    pub fn digest(&self) -> Hash {
        digest(b"whence/receipt/v1/answer", &self.bytes())
    }

    /// Refuses a receipt that does not follow its index's.
    pub fn require_follows(&self, index: &IndexReceipt) -> Result<(), IndexError> {
        require(self.index == index.digest(), "the index's receipt")?;
        require(self.adapter == index.adapter, "the adapter that was indexed")
    }
}

fn require(holds: bool, what: &'static str) -> Result<(), IndexError> {
    if holds { Ok(()) } else { Err(IndexError::Unbound(what)) }
}

fn digest(domain: &[u8], bytes: &[u8]) -> Hash {
    Sha256::new().chain_update(domain).chain_update(bytes).finalize().into()
}

fn whole<T>(
    bytes: &[u8],
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, IndexError>,
) -> Result<T, IndexError> {
    let mut reader = Reader(bytes);
    let value = read(&mut reader)?;
    match reader.0.is_empty() {
        true => Ok(value),
        false => Err(IndexError::Malformed("nothing follows a receipt")),
    }
}

//! Commitments: `H(domain ‖ chain id ‖ author ‖ salt ‖ payload hash)`, so that what is committed to
//! can neither be read, nor copied by another author, nor replayed on another chain.
//!
//! Every field is hashed as its length (u64, big-endian) and its bytes; numbers are u64,
//! big-endian; authors are bech32 texts. Payloads hash their fields in the order in which they
//! stand below.

use sha2::{Digest, Sha256};

use crate::merkle::Hash;

/// Who commits where, with which salt.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The chain on which the commitment is good.
    pub chain_id: &'a str,
    /// Bech32 address of the author, curator, finder or giver.
    pub author: &'a str,
    /// 32 random bytes.
    pub salt: &'a [u8],
}

impl Opening<'_> {
    /// The commitment to a payload.
    pub fn commit(&self, payload: &impl Payload) -> Hash {
        let hash = payload.fields(Fields::of(payload.domain())).finish();
        Fields::of("whence/commit/v1")
            .text(payload.domain())
            .text(self.chain_id)
            .text(self.author)
            .bytes(self.salt)
            .bytes(&hash)
            .finish()
    }
}

/// What is committed to.
pub trait Payload {
    /// Its domain.
    fn domain(&self) -> &'static str;
    /// Adds its fields in their order.
    fn fields(&self, fields: Fields) -> Fields;
}

/// Hashes fields so that no two lists of fields give the same bytes.
pub struct Fields(Sha256);

impl Fields {
    /// Starts in a domain.
    pub fn of(domain: &str) -> Self {
        Self(Sha256::new()).text(domain)
    }
    /// Adds bytes.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self(self.0.chain_update(len.to_be_bytes()).chain_update(bytes))
    }
    /// Adds a text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }
    /// Adds a number.
    #[must_use]
    pub fn number(self, number: u64) -> Self {
        self.bytes(&number.to_be_bytes())
    }
    /// The hash.
    pub fn finish(self) -> Hash {
        self.0.finalize().into()
    }
}

/// A batch of rows for a datanet.
#[derive(Clone, Debug, Default)]
pub struct Batch<'a> {
    /// The datanet.
    pub datanet_id: u64,
    /// Root over the row hashes.
    pub row_root: &'a [u8],
    /// Rows.
    pub row_count: u64,
    /// Size of the blob.
    pub byte_size: u64,
    /// SHA-256 of the blob.
    pub sha256: &'a [u8],
    /// BLAKE3 of the blob.
    pub blake3: &'a [u8],
    /// Where the blob is.
    pub uris: &'a [String],
    /// SPDX id.
    pub licence: &'a str,
    /// Consent to training, inference and derivatives.
    pub consent: [bool; 3],
    /// Statement of origin.
    pub origin: &'a str,
    /// Who is paid; empty: the author.
    pub payout_address: &'a str,
}

impl Payload for Batch<'_> {
    fn domain(&self) -> &'static str {
        "whence/batch/v1"
    }
    fn fields(&self, fields: Fields) -> Fields {
        let fields = fields
            .number(self.datanet_id)
            .bytes(self.row_root)
            .number(self.row_count)
            .number(self.byte_size)
            .bytes(self.sha256)
            .bytes(self.blake3);
        texts(fields, self.uris)
            .text(self.licence)
            .bytes(&self.consent.map(u8::from))
            .text(self.origin)
            .text(self.payout_address)
    }
}

/// A review of a contribution or of feedback.
#[derive(Clone, Debug, Default)]
pub struct Review<'a> {
    /// The contribution or the feedback.
    pub subject_id: u64,
    /// True for feedback.
    pub feedback: bool,
    /// 0 to 100.
    pub quality: u32,
    /// Number of the verdict (contribution); 1 for spam, else 0 (feedback).
    pub verdict: u32,
    /// In the reviewer's words.
    pub reason: &'a str,
}

impl Payload for Review<'_> {
    fn domain(&self) -> &'static str {
        if self.feedback { "whence/feedback-review/v1" } else { "whence/review/v1" }
    }
    fn fields(&self, fields: Fields) -> Fields {
        fields
            .number(self.subject_id)
            .number(u64::from(self.quality))
            .number(u64::from(self.verdict))
            .text(self.reason)
    }
}

/// Two places of the same row.
#[derive(Clone, Debug, Default)]
pub struct Duplicate<'a> {
    /// Contribution and row that came first.
    pub original: (u64, u64),
    /// Contribution and row that repeats it.
    pub duplicate: (u64, u64),
    /// Hash of the row.
    pub row_hash: &'a [u8],
}

impl Payload for Duplicate<'_> {
    fn domain(&self) -> &'static str {
        "whence/duplicate/v1"
    }
    fn fields(&self, fields: Fields) -> Fields {
        fields
            .number(self.original.0)
            .number(self.original.1)
            .number(self.duplicate.0)
            .number(self.duplicate.1)
            .bytes(self.row_hash)
    }
}

/// A batch of feedback on an adapter.
#[derive(Clone, Debug, Default)]
pub struct Feedback<'a> {
    /// The adapter.
    pub adapter_id: u64,
    /// Number of the kind (1 preference, 2 correction).
    pub kind: u32,
    /// Root over the row hashes.
    pub row_root: &'a [u8],
    /// Rows.
    pub row_count: u64,
    /// Size of the blob.
    pub byte_size: u64,
    /// SHA-256 of the blob.
    pub sha256: &'a [u8],
    /// Where the blob is.
    pub uris: &'a [String],
    /// SPDX id.
    pub licence: &'a str,
}

impl Payload for Feedback<'_> {
    fn domain(&self) -> &'static str {
        "whence/feedback/v1"
    }
    fn fields(&self, fields: Fields) -> Fields {
        let fields = fields
            .number(self.adapter_id)
            .number(u64::from(self.kind))
            .bytes(self.row_root)
            .number(self.row_count)
            .number(self.byte_size)
            .bytes(self.sha256);
        texts(fields, self.uris).text(self.licence)
    }
}

/// One entry of a version's manifest, as it enters the manifest's Merkle tree.
pub fn version_entry(id: u64, row_root: &[u8], row_count: u64, dead_rows: u64) -> Hash {
    let fields = Fields::of("whence/version-entry/v1").number(id).bytes(row_root);
    fields.number(row_count).number(dead_rows).finish()
}

fn texts(fields: Fields, list: &[String]) -> Fields {
    let count = u64::try_from(list.len()).unwrap_or(u64::MAX);
    list.iter().fold(fields.number(count), |f, text| f.text(text))
}

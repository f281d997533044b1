//! A report: the digest of one answered query (its receipt) and the root of a batch of them.
//!
//! A query's digest is the SHA-256 of `whence/query/v1`, the provider, the voucher's digest, the
//! digests of prompt and answer, the token counts, the fee, the SHA-256 of the method's name, the
//! index root and the shares (their number, then contribution, row and parts per billion of each);
//! numbers big-endian. A batch's root is the Merkle root over these digests in the order of the
//! report.

use sha2::{Digest, Sha256};

use crate::merkle;

/// Domain of a query's digest.
const QUERY_DOMAIN: &[u8] = b"whence/query/v1";

/// What one row had in one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The contribution.
    pub contribution_id: u64,
    /// The row in it, from 0.
    pub row: u64,
    /// Parts per billion of the answer.
    pub share_ppb: u32,
}

/// One answered query, as it is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Who answered.
    pub provider_id: u64,
    /// Digest of the caller's voucher.
    pub voucher_digest: [u8; 32],
    /// Salted digest of the prompt.
    pub prompt_digest: [u8; 32],
    /// Salted digest of the answer.
    pub output_digest: [u8; 32],
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Tokens of the answer.
    pub completion_tokens: u32,
    /// What is charged, in base units of the voucher's denomination.
    pub fee: u128,
    /// How the shares were measured, as `grad-dot.v1`.
    pub method: String,
    /// Root of the index that was asked.
    pub index_root: [u8; 32],
    /// The largest first.
    pub shares: Vec<Share>,
}

impl Query {
    /// The query's digest: its receipt.
    pub fn digest(&self) -> [u8; 32] {
        // More than 2^32 shares do not fit in memory; the chain takes 64.
        let count = u32::try_from(self.shares.len()).unwrap_or(u32::MAX);
        let mut hash = Sha256::new()
            .chain_update(QUERY_DOMAIN)
            .chain_update(self.provider_id.to_be_bytes())
            .chain_update(self.voucher_digest)
            .chain_update(self.prompt_digest)
            .chain_update(self.output_digest)
            .chain_update(self.prompt_tokens.to_be_bytes())
            .chain_update(self.completion_tokens.to_be_bytes())
            .chain_update(self.fee.to_be_bytes())
            .chain_update(Sha256::digest(self.method.as_bytes()))
            .chain_update(self.index_root)
            .chain_update(count.to_be_bytes());
        for share in &self.shares {
            hash.update(share.contribution_id.to_be_bytes());
            hash.update(share.row.to_be_bytes());
            hash.update(share.share_ppb.to_be_bytes());
        }
        hash.finalize().into()
    }
}

/// Root over a batch's query digests, in the order of the report.
pub fn root(digests: &[[u8; 32]]) -> [u8; 32] {
    merkle::root(digests)
}

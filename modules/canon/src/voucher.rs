//! A voucher: the caller's signed promise to pay for one request, in the one form that everybody
//! signs.
//!
//! The session key signs the SHA-256 of [`Voucher::bytes`] with secp256k1 (r then s, 64 bytes, low
//! s). Texts enter as their SHA-256, numbers big-endian, so that every field has one width and one
//! place:
//!
//! | bytes | field |
//! |---|---|
//! | 17 | `whence/voucher/v1` |
//! | 32 | SHA-256 of the chain id |
//! | 8 | escrow |
//! | 8 | sequence |
//! | 32 | SHA-256 of the denomination of both amounts |
//! | 16 | cumulative amount |
//! | 16 | largest fee of this request |
//! | 32 | salted digest of the request |
//! | 8 | adapter |

use sha2::{Digest, Sha256};

/// Domain of a voucher's bytes.
const DOMAIN: &[u8] = b"whence/voucher/v1";
/// Domain of a request's salted digest.
const REQUEST_DOMAIN: &[u8] = b"whence/request/v1";
/// Domain of a prompt's salted digest.
const PROMPT_DOMAIN: &[u8] = b"whence/prompt/v1";
/// Domain of an answer's salted digest.
const OUTPUT_DOMAIN: &[u8] = b"whence/output/v1";

/// Length of a voucher's bytes.
pub const VOUCHER_LEN: usize = 169;

/// What a caller signs for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// The chain on which it is valid.
    pub chain_id: String,
    /// The escrow that pays.
    pub escrow_id: u64,
    /// Counts the escrow's requests from 1.
    pub sequence: u64,
    /// Denomination of both amounts.
    pub denom: String,
    /// The most that all of the escrow's requests up to this one may cost together.
    pub cumulative: u128,
    /// The most that this request may cost.
    pub max_fee: u128,
    /// [`request_digest`] of the request.
    pub request_digest: [u8; 32],
    /// The adapter that is asked.
    pub adapter_id: u64,
}

impl Voucher {
    /// The canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(VOUCHER_LEN);
        out.extend_from_slice(DOMAIN);
        out.extend_from_slice(&Sha256::digest(self.chain_id.as_bytes()));
        out.extend_from_slice(&self.escrow_id.to_be_bytes());
        out.extend_from_slice(&self.sequence.to_be_bytes());
        out.extend_from_slice(&Sha256::digest(self.denom.as_bytes()));
        out.extend_from_slice(&self.cumulative.to_be_bytes());
        out.extend_from_slice(&self.max_fee.to_be_bytes());
        out.extend_from_slice(&self.request_digest);
        out.extend_from_slice(&self.adapter_id.to_be_bytes());
        out
    }

    /// What the session key signs.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.bytes()).into()
    }
}

/// Salted digest of a request: of the body that the caller sends, byte for byte.
pub fn request_digest(salt: &[u8; 32], request: &[u8]) -> [u8; 32] {
    salted(REQUEST_DOMAIN, salt, request)
}

/// Salted digest of the text that was fed to the model.
pub fn prompt_digest(salt: &[u8; 32], prompt: &[u8]) -> [u8; 32] {
    salted(PROMPT_DOMAIN, salt, prompt)
}

/// Salted digest of the answer's text.
pub fn output_digest(salt: &[u8; 32], output: &[u8]) -> [u8; 32] {
    salted(OUTPUT_DOMAIN, salt, output)
}

fn salted(domain: &[u8], salt: &[u8; 32], data: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(domain).chain_update(salt).chain_update(data).finalize().into()
}

/// What a provider asks, in base units of one denomination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Per 1,000 tokens of the prompt.
    pub per_1k_prompt_tokens: u128,
    /// Per 1,000 tokens of the answer.
    pub per_1k_completion_tokens: u128,
    /// Least fee of a request.
    pub min_fee: u128,
}

impl Price {
    /// The fee of so many tokens, each part rounded up; `None` when it does not fit 128 bits.
    pub fn fee(&self, prompt_tokens: u32, completion_tokens: u32) -> Option<u128> {
        let part = |tokens: u32, per_1k: u128| {
            per_1k.checked_mul(u128::from(tokens)).map(|p| p.div_ceil(1000))
        };
        let prompt = part(prompt_tokens, self.per_1k_prompt_tokens)?;
        let completion = part(completion_tokens, self.per_1k_completion_tokens)?;
        prompt.checked_add(completion).map(|fee| fee.max(self.min_fee))
    }
}

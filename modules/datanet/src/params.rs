//! Tunables, each with least, most and default.

use whence_base::{NATIVE_DENOM, Result, ensure};
use whence_proto::whence::datanet::v1 as pb;

use crate::error::Error;
use crate::types::{amount_of, native};

/// Most curators of a datanet, whatever the parameter.
pub const CURATORS_MAX: u32 = 32;
/// Most rows that one message names, in all its ranges together.
pub const NAMED_ROWS_MAX: u64 = 1_000;
/// Most accounts that one message gives or takes a role.
pub const ROLES_MAX: usize = 100;
/// Most places where a blob can be fetched.
pub const URIS_MAX: usize = 8;
/// Longest URI, in bytes.
pub const URI_MAX: usize = 256;

/// Largest amount that a parameter may ask for.
const AMOUNT_MAX: u128 = 1_000_000_000_000_000;
/// Longest deadline, in blocks.
const BLOCKS_MAX: u128 = 10_000_000;
/// A whole, in parts per billion.
const WHOLE_PPB: u128 = 1_000_000_000;

/// The parameters of a new chain.
pub fn default() -> pb::Params {
    pb::Params {
        commit_deposit: native(1_000),
        min_contribution_bond: native(1_000),
        review_bond: native(1_000),
        dispute_bond: native(10_000),
        duplicate_bond: native(1_000),
        reveal_window_blocks: 100,
        review_commit_window_blocks: 100,
        review_reveal_window_blocks: 100,
        duplicate_window_blocks: 100,
        dispute_window_blocks: 100,
        review_quorum: 1,
        duplicate_slash_ratio_ppb: 200_000_000,
        duplicate_prover_share_ppb: 500_000_000,
        max_rows_per_batch: 1_000_000,
        max_curators: 16,
        max_contributions_per_version: 500,
        creation_fee: native(1_000),
    }
}

/// Checks every parameter against its bounds.
pub fn validate(p: &pb::Params) -> Result<()> {
    for (name, coin) in [
        ("commit_deposit", &p.commit_deposit),
        ("min_contribution_bond", &p.min_contribution_bond),
        ("review_bond", &p.review_bond),
        ("dispute_bond", &p.dispute_bond),
        ("duplicate_bond", &p.duplicate_bond),
        ("creation_fee", &p.creation_fee),
    ] {
        within(name, amount_of(coin)?, 1, AMOUNT_MAX)?;
    }
    for (name, blocks) in [
        ("reveal_window_blocks", p.reveal_window_blocks),
        ("review_commit_window_blocks", p.review_commit_window_blocks),
        ("review_reveal_window_blocks", p.review_reveal_window_blocks),
        ("duplicate_window_blocks", p.duplicate_window_blocks),
        ("dispute_window_blocks", p.dispute_window_blocks),
    ] {
        within(name, blocks, 2, BLOCKS_MAX)?;
    }
    within("review_quorum", p.review_quorum, 1, u128::from(CURATORS_MAX))?;
    within("duplicate_slash_ratio_ppb", p.duplicate_slash_ratio_ppb, 0, WHOLE_PPB)?;
    within("duplicate_prover_share_ppb", p.duplicate_prover_share_ppb, 0, WHOLE_PPB)?;
    within("max_rows_per_batch", p.max_rows_per_batch, 1, 1_000_000_000)?;
    within("max_curators", p.max_curators, 1, u128::from(CURATORS_MAX))?;
    within("max_contributions_per_version", p.max_contributions_per_version, 1, 2_000)
}

fn within(name: &str, value: impl Into<u128>, least: u128, most: u128) -> Result<()> {
    let value = value.into();
    ensure(
        (least..=most).contains(&value),
        Error::BadParams(format!(
            "{name} is {value}, expected {least} to {most} (amounts in {NATIVE_DENOM})"
        )),
    )
}

//! Tunables: defaults and bounds. Windows are in blocks.

use whence_base::{Coin, NATIVE_DENOM, Result};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::model::v1 as pb;

use crate::error::Error;

/// One WHN in base units.
const WHN: u128 = 1_000_000;
/// Longest window: about two months of blocks of one second.
const WINDOW_MAX: u64 = 5_000_000;
/// Most files that an adapter may ever have.
const FILES_MAX: u32 = 64;
/// Most reviewers of one batch of feedback.
pub const REVIEWS_MAX: usize = 32;

/// The parameters of a new chain.
pub fn default() -> pb::Params {
    let whn = |amount: u128| Some(Coin::new(NATIVE_DENOM, amount.saturating_mul(WHN)).to_proto());
    pb::Params {
        adapter_bond: whn(5),
        feedback_deposit: whn(1),
        feedback_bond: whn(1),
        review_bond: whn(1),
        flag_bond: whn(1),
        reveal_window_blocks: 100,
        review_commit_window_blocks: 1000,
        review_reveal_window_blocks: 1000,
        review_quorum: 1,
        acceptance_threshold: 50,
        max_files: 16,
        max_feedback_rows: 100_000,
    }
}

/// Checks every bound; the error names the field.
pub fn validate(p: &pb::Params) -> Result<()> {
    let bonds = [
        ("adapter_bond", &p.adapter_bond),
        ("feedback_deposit", &p.feedback_deposit),
        ("feedback_bond", &p.feedback_bond),
        ("review_bond", &p.review_bond),
        ("flag_bond", &p.flag_bond),
    ];
    for (name, coin) in bonds {
        native(name, coin.as_ref())?;
    }
    let ranges = [
        ("reveal_window_blocks", p.reveal_window_blocks, WINDOW_MAX),
        ("review_commit_window_blocks", p.review_commit_window_blocks, WINDOW_MAX),
        ("review_reveal_window_blocks", p.review_reveal_window_blocks, WINDOW_MAX),
        ("review_quorum", u64::from(p.review_quorum), 16),
        ("max_files", u64::from(p.max_files), u64::from(FILES_MAX)),
        ("max_feedback_rows", p.max_feedback_rows, 10_000_000),
    ];
    for (name, value, most) in ranges {
        if !(1..=most).contains(&value) {
            return Err(bad(format!("{name} is {value}, expected 1 to {most}")));
        }
    }
    if p.acceptance_threshold > 100 {
        let got = p.acceptance_threshold;
        return Err(bad(format!("acceptance_threshold is {got}, expected 0 to 100")));
    }
    Ok(())
}

/// A positive amount of the native coin.
pub(crate) fn native(name: &str, coin: Option<&PbCoin>) -> Result<Coin> {
    let coin = Coin::parse_positive(coin, name)?;
    if coin.denom != NATIVE_DENOM {
        return Err(bad(format!("{name} is {coin}, expected {NATIVE_DENOM}")));
    }
    Ok(coin)
}

fn bad(what: String) -> whence_base::Error {
    Error::BadParams(what).into()
}

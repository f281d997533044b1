//! Tunables: defaults and bounds. Deadlines are in blocks.

use whence_base::{Coin, NATIVE_DENOM, Result};
use whence_proto::whence::proposal::v1 as pb;

use crate::error::Error;

/// Default stake: 10 WHN.
const STAKE: u128 = 10_000_000;
/// A day of blocks of one second.
const DAY: u64 = 86_400;
/// Longest deadline: a year of blocks of one second.
const DEADLINE_MAX: u64 = 365 * DAY;
/// Most datanets that a proposal may ever name: evidence is gathered over all of them in one
/// message.
const DATANETS_MAX: u32 = 64;

/// The parameters of a new chain.
pub fn default() -> pb::Params {
    pb::Params {
        proposal_stake: Some(Coin::new(NATIVE_DENOM, STAKE).to_proto()),
        voting_deadline_blocks: 14 * DAY,
        data_gathering_deadline_blocks: 90 * DAY,
        tuning_deadline_blocks: 30 * DAY,
        feedback_deadline_blocks: 60 * DAY,
        min_accepted_rows: 100,
        min_contributors: 3,
        min_accepted_feedback: 1,
        max_datanets: 16,
    }
}

/// Checks every bound; the error names the field.
pub fn validate(p: &pb::Params) -> Result<()> {
    let stake = Coin::parse_positive(p.proposal_stake.as_ref(), "proposal_stake")?;
    if stake.denom != NATIVE_DENOM {
        return Err(bad(format!("proposal_stake is {stake}, expected {NATIVE_DENOM}")));
    }
    let blocks = [
        ("voting_deadline_blocks", p.voting_deadline_blocks),
        ("data_gathering_deadline_blocks", p.data_gathering_deadline_blocks),
        ("tuning_deadline_blocks", p.tuning_deadline_blocks),
        ("feedback_deadline_blocks", p.feedback_deadline_blocks),
    ];
    for (name, value) in blocks {
        if !(1..=DEADLINE_MAX).contains(&value) {
            return Err(bad(format!("{name} is {value}, expected 1 to {DEADLINE_MAX}")));
        }
    }
    if !(1..=DATANETS_MAX).contains(&p.max_datanets) {
        return Err(bad(format!(
            "max_datanets is {}, expected 1 to {DATANETS_MAX}",
            p.max_datanets
        )));
    }
    if p.min_accepted_rows == 0 || p.min_contributors == 0 {
        return Err(bad("min_accepted_rows and min_contributors must be positive".to_owned()));
    }
    Ok(())
}

fn bad(what: String) -> whence_base::Error {
    Error::BadParams(what).into()
}

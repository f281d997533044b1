//! Tunables, each with least, most and default.

use whence_base::{NATIVE_DENOM, Result, ensure};
use whence_proto::whence::attribution::v1 as pb;

use crate::error::Error;
use crate::types::{amount_of, native};

/// Most bits that an escrow's window keeps, whatever the parameter.
pub const WINDOW_BITS: usize = 1024;
/// Most row shares of one query.
pub const SHARES_MAX: usize = 64;
/// Most queries of one report.
pub const QUERIES_MAX: usize = 256;

/// Largest amount that a parameter may ask for.
const AMOUNT_MAX: u128 = 1_000_000_000_000_000;

/// The parameters of a new chain.
pub fn default() -> pb::Params {
    pb::Params {
        min_provider_bond: native(1_000_000),
        exposure_multiple_millionths: 1_000_000,
        min_query_fee: native(1_000),
        settlement_window_blocks: 20,
        unbonding_blocks: 100,
        withdrawal_delay_blocks: 50,
        sequence_window: 256,
        max_queries_per_report: 64,
        max_shares_per_query: 64,
        detail_retention_blocks: 1_000,
    }
}

/// Checks every parameter against its bounds.
pub fn validate(p: &pb::Params) -> Result<()> {
    within("min_provider_bond", amount_of(&p.min_provider_bond)?, 1, AMOUNT_MAX)?;
    within("exposure_multiple_millionths", p.exposure_multiple_millionths, 1, 100_000_000)?;
    // Below 100 a part of one per cent would round to nothing.
    within("min_query_fee", amount_of(&p.min_query_fee)?, 100, AMOUNT_MAX)?;
    within("settlement_window_blocks", p.settlement_window_blocks, 1, 10_000_000)?;
    within("unbonding_blocks", p.unbonding_blocks, 2, 20_000_000)?;
    within("withdrawal_delay_blocks", p.withdrawal_delay_blocks, 1, 20_000_000)?;
    within("sequence_window", p.sequence_window, 8, WINDOW_BITS as u128)?;
    within("max_queries_per_report", p.max_queries_per_report, 1, QUERIES_MAX as u128)?;
    within("max_shares_per_query", p.max_shares_per_query, 1, SHARES_MAX as u128)?;
    within("detail_retention_blocks", p.detail_retention_blocks, 1, 20_000_000)?;
    ensure(
        p.unbonding_blocks > p.settlement_window_blocks,
        Error::BadParams("unbonding_blocks must exceed settlement_window_blocks".into()),
    )
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

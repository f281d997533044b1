//! Events as the SDK's staking emits them.

use time::format_description::well_known::Rfc3339;
use whence_base::{Address, Coin, Dec, Error, Event, Time};

use crate::types::Validator;

pub(crate) fn validator_created(operator: &Address, value: &Coin) -> Event {
    Event::new("create_validator")
        .attr("validator", operator.to_validator_string())
        .attr("amount", value)
}

pub(crate) fn validator_edited(validator: &Validator) -> Event {
    Event::new("edit_validator")
        .attr("commission_rate", validator.commission.rate)
        .attr("min_self_delegation", validator.min_self_delegation)
}

pub(crate) fn delegated(pair: (&Address, &Address), amount: &Coin, shares: Dec) -> Event {
    Event::new("delegate")
        .attr("validator", pair.1.to_validator_string())
        .attr("delegator", pair.0)
        .attr("amount", amount)
        .attr("new_shares", shares)
}

pub(crate) fn unbonding_begun(pair: (&Address, &Address), amount: &Coin, until: Time) -> Event {
    Event::new("unbond")
        .attr("validator", pair.1.to_validator_string())
        .attr("amount", amount)
        .attr("delegator", pair.0)
        .attr("completion_time", rfc3339(until))
}

pub(crate) fn unbonding_completed(pair: (&Address, &Address), amount: &Coin) -> Event {
    Event::new("complete_unbonding")
        .attr("amount", amount)
        .attr("validator", pair.1.to_validator_string())
        .attr("delegator", pair.0)
}

/// A step of an end of block that could not be done; it changed nothing.
pub(crate) fn failure(step: &str, error: &Error) -> Event {
    Event::new("staking_failure").attr("step", step).attr("error", error)
}

/// `2026-11-21T08:00:00Z`, whole seconds, as Go's `time.RFC3339` prints.
fn rfc3339(time: Time) -> String {
    time::OffsetDateTime::from_unix_timestamp(time.seconds)
        .ok()
        .and_then(|t| t.format(&Rfc3339).ok())
        .unwrap_or_else(|| time.seconds.to_string())
}

//! Tunables of staking, each with least, most and default.

use whence_base::coin::is_denom;
use whence_base::{Dec, Error, Result, StateRead, ensure};
use whence_proto::Duration;
use whence_proto::cosmos::staking::v1beta1 as pb;

use crate::state;

const DAY_S: u64 = 86_400;
/// Least to most unbonding time.
const UNBONDING_S: std::ops::RangeInclusive<u64> = 1..=366 * DAY_S;
/// The set is walked every block, so it has a bound.
const VALIDATORS: std::ops::RangeInclusive<u32> = 1..=500;
/// An unbonding record with all its entries is read at once.
const ENTRIES: std::ops::RangeInclusive<u32> = 1..=100;
const HISTORICAL_MAX: u32 = 100_000;

/// Parameters of staking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// Seconds between giving shares back and having the coins.
    pub unbonding_time_s: u64,
    /// Most validators in the set.
    pub validators_max: u32,
    /// Most unbonding entries per delegator and validator.
    pub entries_max: u32,
    /// Told to clients (relayers read it); no header is stored.
    pub historical_entries: u32,
    /// Denomination that is staked.
    pub bond_denom: String,
    /// Least commission of a validator.
    pub commission_rate_min: Dec,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            unbonding_time_s: 21 * DAY_S,
            validators_max: 100,
            entries_max: 7,
            historical_entries: 10_000,
            bond_denom: whence_base::NATIVE_DENOM.to_owned(),
            commission_rate_min: Dec::zero(),
        }
    }
}

impl Params {
    /// Reads and checks; errors name the parameter.
    pub(crate) fn parse(pb: &pb::Params) -> Result<Self> {
        let time = pb.unbonding_time.unwrap_or_default();
        let unbonding_time_s = u64::try_from(time.seconds).unwrap_or(0);
        within("unbonding_time (s)", unbonding_time_s, &UNBONDING_S)?;
        let whole = time.nanos == 0;
        ensure(whole, Error::invalid_request("unbonding_time must be whole seconds"))?;
        within("max_validators", pb.max_validators, &VALIDATORS)?;
        within("max_entries", pb.max_entries, &ENTRIES)?;
        within("historical_entries", pb.historical_entries, &(0..=HISTORICAL_MAX))?;
        let named = is_denom(&pb.bond_denom);
        ensure(named, Error::invalid_request(format!("bond_denom {:?}", pb.bond_denom)))?;
        let commission_rate_min = Dec::parse_scaled(&pb.min_commission_rate)?;
        let small = commission_rate_min <= Dec::one();
        ensure(small, Error::invalid_request("min_commission_rate must be at most 1"))?;
        Ok(Self {
            unbonding_time_s,
            validators_max: pb.max_validators,
            entries_max: pb.max_entries,
            historical_entries: pb.historical_entries,
            bond_denom: pb.bond_denom.clone(),
            commission_rate_min,
        })
    }

    pub(crate) fn to_proto(&self) -> pb::Params {
        let seconds = i64::try_from(self.unbonding_time_s).unwrap_or(i64::MAX);
        pb::Params {
            unbonding_time: Some(Duration { seconds, nanos: 0 }),
            max_validators: self.validators_max,
            max_entries: self.entries_max,
            historical_entries: self.historical_entries,
            bond_denom: self.bond_denom.clone(),
            min_commission_rate: self.commission_rate_min.to_scaled(),
        }
    }

    /// The parameters in force.
    pub(crate) fn load(state: &(impl StateRead + ?Sized)) -> Result<Self> {
        let pb = state::PARAMS.get(state)?;
        Self::parse(&pb.ok_or_else(|| Error::broken("staking parameters are set at genesis"))?)
    }
}

fn within<T: PartialOrd + std::fmt::Display>(
    what: &str,
    got: T,
    range: &std::ops::RangeInclusive<T>,
) -> Result<()> {
    let (least, most) = (range.start(), range.end());
    ensure(
        range.contains(&got),
        Error::invalid_request(format!("{what} is {got}, expected {least} to {most}")),
    )
}

//! Domain types of staking, read once from their protobuf forms.

use prost::{Message as _, Name as _};
use whence_base::{Address, Dec, Error, Result, Time};
use whence_proto::cosmos::crypto::ed25519::PubKey;
use whence_proto::cosmos::staking::v1beta1 as pb;
use whence_proto::{Any, Timestamp};

use crate::error::StakingError;
use crate::state::TimeKey;

/// Where a validator stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not in the set.
    Unbonded,
    /// Left the set; its unbonding time runs.
    Unbonding,
    /// In the set.
    Bonded,
}

impl Status {
    fn parse(pb: i32) -> Result<Self> {
        match pb::BondStatus::try_from(pb) {
            Ok(pb::BondStatus::Unbonded) => Ok(Self::Unbonded),
            Ok(pb::BondStatus::Unbonding) => Ok(Self::Unbonding),
            Ok(pb::BondStatus::Bonded) => Ok(Self::Bonded),
            _ => Err(Error::invalid_request(format!("bond status {pb}, expected 1, 2 or 3"))),
        }
    }

    pub(crate) fn to_proto(self) -> pb::BondStatus {
        match self {
            Self::Unbonded => pb::BondStatus::Unbonded,
            Self::Unbonding => pb::BondStatus::Unbonding,
            Self::Bonded => pb::BondStatus::Bonded,
        }
    }
}

/// What a validator takes of its delegators' rewards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commission {
    /// Rate in force.
    pub rate: Dec,
    /// Largest rate ever.
    pub max_rate: Dec,
    /// Largest change in a day.
    pub max_change_rate: Dec,
    /// Last change of the rate.
    pub update_time: Time,
}

impl Commission {
    /// Reads and checks the three rates; the SDK's order of checks.
    pub(crate) fn parse(pb: &pb::CommissionRates, update_time: Time) -> Result<Self> {
        let it = Self {
            rate: Dec::parse_scaled(&pb.rate)?,
            max_rate: Dec::parse_scaled(&pb.max_rate)?,
            max_change_rate: Dec::parse_scaled(&pb.max_change_rate)?,
            update_time,
        };
        if it.max_rate > Dec::one() {
            return Err(StakingError::CommissionHuge.into());
        }
        if it.rate > it.max_rate {
            return Err(StakingError::CommissionAboveMax.into());
        }
        if it.max_change_rate > it.max_rate {
            return Err(StakingError::ChangeAboveMax.into());
        }
        Ok(it)
    }

    fn to_proto(&self) -> pb::Commission {
        pb::Commission {
            commission_rates: Some(pb::CommissionRates {
                rate: self.rate.to_scaled(),
                max_rate: self.max_rate.to_scaled(),
                max_change_rate: self.max_change_rate.to_scaled(),
            }),
            update_time: Some(timestamp(self.update_time)),
        }
    }
}

/// A validator.
#[derive(Clone, Debug, PartialEq)]
pub struct Validator {
    /// Operator, as an account address.
    pub operator: Address,
    /// Ed25519 key that it signs blocks with.
    pub pubkey: [u8; 32],
    /// Kept out of the set.
    pub jailed: bool,
    /// In the set or not.
    pub status: Status,
    /// Stake in base units.
    pub tokens: u128,
    /// Shares given out for the stake.
    pub shares: Dec,
    /// What it says of itself.
    pub description: pb::Description,
    /// Height at which it left the set.
    pub unbonding_height: i64,
    /// When its unbonding ends.
    pub unbonding_time: Time,
    /// Its commission.
    pub commission: Commission,
    /// Least own stake.
    pub min_self_delegation: u128,
}

impl Validator {
    /// Voting power of its stake, whether it is in the set or not.
    pub fn power(&self) -> u64 {
        let units = self.tokens.checked_div(crate::POWER_REDUCTION).unwrap_or(0);
        u64::try_from(units).unwrap_or(u64::MAX)
    }

    /// Tokens that shares of it are worth, rounded down.
    pub fn tokens_of(&self, shares: Dec) -> Result<u128> {
        if self.shares == Dec::zero() {
            return Ok(0);
        }
        shares.part_of(self.shares, self.tokens)
    }

    /// Shares that tokens are worth, rounded down; one to one for the first.
    pub fn shares_of(&self, tokens: u128) -> Result<Dec> {
        if self.shares == Dec::zero() {
            return Dec::from_int(tokens);
        }
        if self.tokens == 0 {
            return Err(StakingError::ZeroRate.into());
        }
        self.shares.scale(tokens, self.tokens)
    }

    /// First 20 bytes of SHA-256 of the key.
    pub fn consensus_address(&self) -> Address {
        consensus_address(&self.pubkey)
    }

    /// Whether a set may hold it.
    pub(crate) fn is_eligible(&self) -> bool {
        !self.jailed && self.power() > 0
    }

    pub(crate) fn parse(pb: &pb::Validator) -> Result<Self> {
        let commission = pb.commission.clone().unwrap_or_default();
        let rates = commission.commission_rates.unwrap_or_default();
        Ok(Self {
            operator: Address::parse_validator(&pb.operator_address)?,
            pubkey: parse_pubkey(pb.consensus_pubkey.as_ref())?,
            jailed: pb.jailed,
            status: Status::parse(pb.status)?,
            tokens: whence_base::coin::parse_amount(&pb.tokens)?,
            shares: Dec::parse_scaled(&pb.delegator_shares)?,
            description: pb.description.clone().unwrap_or_default(),
            unbonding_height: pb.unbonding_height,
            unbonding_time: time(pb.unbonding_time.as_ref())?,
            commission: Commission::parse(&rates, time(commission.update_time.as_ref())?)?,
            min_self_delegation: whence_base::coin::parse_amount(&pb.min_self_delegation)?,
        })
    }

    pub(crate) fn to_proto(&self) -> pb::Validator {
        pb::Validator {
            operator_address: self.operator.to_validator_string(),
            consensus_pubkey: Some(pubkey_any(&self.pubkey)),
            jailed: self.jailed,
            status: self.status.to_proto().into(),
            tokens: self.tokens.to_string(),
            delegator_shares: self.shares.to_scaled(),
            description: Some(self.description.clone()),
            unbonding_height: self.unbonding_height,
            unbonding_time: Some(timestamp(self.unbonding_time)),
            commission: Some(self.commission.to_proto()),
            min_self_delegation: self.min_self_delegation.to_string(),
            unbonding_on_hold_ref_count: 0,
            unbonding_ids: Vec::new(),
        }
    }
}

/// Reads a consensus key: `/cosmos.crypto.ed25519.PubKey` of 32 bytes.
pub(crate) fn parse_pubkey(any: Option<&Any>) -> Result<[u8; 32]> {
    let any = any.ok_or(StakingError::EmptyPubkey)?;
    if any.type_url != PubKey::type_url() {
        return Err(StakingError::PubkeyType(any.type_url.clone()).into());
    }
    let key = PubKey::decode(any.value.as_slice()).map_err(Error::invalid_pubkey)?.key;
    <[u8; 32]>::try_from(key.as_slice()).map_err(|_| {
        Error::invalid_pubkey(format!("ed25519 key has {} bytes, expected 32", key.len()))
    })
}

fn pubkey_any(key: &[u8; 32]) -> Any {
    let value = PubKey { key: key.to_vec() }.encode_to_vec();
    Any { type_url: PubKey::type_url(), value }
}

/// Consensus address of an ed25519 key.
pub(crate) fn consensus_address(key: &[u8; 32]) -> Address {
    whence_base::address::consensus_address(key)
}

/// Reads a time; absent is the epoch, as the SDK's zero time prints.
pub(crate) fn time(pb: Option<&Timestamp>) -> Result<Time> {
    let Some(pb) = pb else { return Ok(Time::default()) };
    if pb.seconds < 0 || !(0..1_000_000_000).contains(&pb.nanos) {
        return Err(Error::invalid_request(format!("invalid time {}.{:09}", pb.seconds, pb.nanos)));
    }
    Ok(Time { seconds: pb.seconds, nanos: pb.nanos })
}

/// The protobuf form of a time.
pub(crate) fn timestamp(time: Time) -> Timestamp {
    Timestamp { seconds: time.seconds, nanos: time.nanos }
}

/// A time as a key; times before the epoch do not occur in blocks.
pub(crate) fn time_key(time: Time) -> TimeKey {
    (u64::try_from(time.seconds).unwrap_or(0), u32::try_from(time.nanos).unwrap_or(0))
}

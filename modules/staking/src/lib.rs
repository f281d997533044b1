//! Validators, delegations and the validator set: `cosmos.staking.v1beta1` as the SDK 0.53 speaks
//! it.
//!
//! **Owns** validators, delegations, unbonding delegations and the two pools that hold the stake.
//! **Does not do** (listed, absent): redelegation, cancelling of an unbonding, slashing,
//! `MsgUnjail` (a validator whose own stake falls below its minimum is jailed and stays so until
//! `slashing` exists), historical headers, and the distribution of rewards to delegators, which is
//! a later trade's.
//!
//! | message | who signs | does |
//! |---|---|---|
//! | `MsgCreateValidator` | the operator | declares a validator and its first own stake |
//! | `MsgEditValidator` | the operator | changes description, commission (daily), minimum stake |
//! | `MsgDelegate` | the delegator | moves coins into a pool for shares of a validator |
//! | `MsgUndelegate` | the delegator | gives shares back; the coins come after the unbonding time |
//! | `MsgUpdateParams` | gov | replaces the parameters |
//!
//! | prefix | state | key | value |
//! |---|---|---|---|
//! | 0x00 | params | – | `Params` |
//! | 0x01 | validators | operator | `Validator` |
//! | 0x02 | by consensus address | consensus address | operator's bytes |
//! | 0x03 | by power | inverted power, operator | – |
//! | 0x04 | last powers | operator | power that CometBFT was told |
//! | 0x05 | pools | – | `Pool`, the sums recorded |
//! | 0x06 | delegations | delegator, operator | `Delegation` |
//! | 0x07 | delegations by validator | operator, delegator | – |
//! | 0x08 | unbonding delegations | delegator, operator | `UnbondingDelegation` |
//! | 0x09 | unbondings by validator | operator, delegator | – |
//! | 0x0a | unbonding queue | time, delegator, operator | – |
//! | 0x0b | validator queue | time, operator | – |
//! | 0x0c | last unbonding id | – | number |
//! | 0x0d | last snapshot | – | number |
//! | 0x0e | open snapshots | snapshot | – |
//! | 0x0f | history | delegator, operator, snapshot | shares before the first change after it |
//! | 0x10 | history by snapshot | snapshot, delegator, operator | – |
//!
//! **Events** are the SDK's: `create_validator`, `edit_validator`, `delegate`, `unbond`,
//! `complete_unbonding`; `staking_failure` says that a step of an end of block could not be done.
//!
//! **Params** unbonding time, most validators, most entries per unbonding pair, historical entries
//! (kept for clients, no header is stored), bond denomination, least commission.
//!
//! **Invariants** each pool's balance equals what is recorded; the bonded pool is the tokens of
//! bonded validators, the other one the tokens of the rest and the unbonding entries; a validator's
//! shares are the sum of its delegations'; the power index and the last powers say what the
//! validators say.
//!
//! **Each block** (end) the best `max_validators` by power become the set (the changes are
//! answered), then at most [`block::VALIDATORS_PER_BLOCK`] matured validators are unbonded and at
//! most [`block::UNBONDINGS_PER_BLOCK`] matured unbondings are paid; the rest wait their turn. The
//! last validator with power can neither leave nor be jailed, so the set is never emptied.
//!
//! **Snapshots** ([`keeper::snapshot`]) let a governance tally read delegations as they were when
//! its voting ended: the first change of a delegation after a snapshot keeps the old shares beside
//! it.

pub mod block;
mod error;
mod event;
mod genesis;
mod invariant;
pub mod keeper;
mod module;
mod msg;
mod params;
pub mod ports;
mod query;
mod state;
mod types;

pub use error::StakingError;
pub use module::module;
pub use params::Params;
pub use types::{Commission, Status, Validator};

/// Name of the module, of its store and of its codespace.
pub const NAME: &str = "staking";
/// Module account that holds the tokens of bonded validators.
pub const BONDED_POOL: &str = "bonded_tokens_pool";
/// Module account that holds the tokens of other validators and of unbonding delegations.
pub const NOT_BONDED_POOL: &str = "not_bonded_tokens_pool";
/// Base units of stake per unit of voting power (SDK `DefaultPowerReduction`).
pub const POWER_REDUCTION: u128 = 1_000_000;
/// Most voting power of all validators together (CometBFT `MaxTotalVotingPower`).
pub const TOTAL_POWER_MAX: u64 = (i64::MAX as u64) / 8;

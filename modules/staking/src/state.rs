//! All that staking remembers, and under which keys.

use whence_base::Address;
use whence_base::state::{Index, Item, Map, Sequence};
use whence_proto::cosmos::staking::v1beta1 as pb;

use crate::NAME;

/// A time as a key: seconds since the epoch, then nanoseconds.
pub(crate) type TimeKey = (u64, u32);

pub(crate) const PARAMS: Item<pb::Params> = Item::at(NAME, 0x00);
pub(crate) const VALIDATORS: Map<Address, pb::Validator> = Map::at(NAME, 0x01);
pub(crate) const BY_CONSENSUS: Map<Address, Vec<u8>> = Map::at(NAME, 0x02);
/// `u64::MAX - power` in front: the strongest first, ties by the smaller operator address.
pub(crate) const BY_POWER: Index<(u64, Address)> = Index::at(NAME, 0x03);
pub(crate) const LAST_POWERS: Map<Address, u64> = Map::at(NAME, 0x04);
pub(crate) const POOLS: Item<pb::Pool> = Item::at(NAME, 0x05);
pub(crate) const DELEGATIONS: Map<(Address, Address), pb::Delegation> = Map::at(NAME, 0x06);
pub(crate) const BY_VALIDATOR: Index<(Address, Address)> = Index::at(NAME, 0x07);
pub(crate) const UNBONDINGS: Map<(Address, Address), pb::UnbondingDelegation> = Map::at(NAME, 0x08);
pub(crate) const UNBONDINGS_BY_VALIDATOR: Index<(Address, Address)> = Index::at(NAME, 0x09);
pub(crate) const UNBONDING_QUEUE: Index<(TimeKey, Address, Address)> = Index::at(NAME, 0x0a);
pub(crate) const VALIDATOR_QUEUE: Index<(TimeKey, Address)> = Index::at(NAME, 0x0b);
pub(crate) const UNBONDING_ID: Sequence = Sequence::at(NAME, 0x0c);
pub(crate) const SNAPSHOT_ID: Sequence = Sequence::at(NAME, 0x0d);
pub(crate) const OPEN_SNAPSHOTS: Index<u64> = Index::at(NAME, 0x0e);
/// Shares (scaled text) as they were at the snapshot; empty text: no delegation then.
pub(crate) const HISTORY: Map<(Address, Address, u64), String> = Map::at(NAME, 0x0f);
pub(crate) const HISTORY_BY_SNAPSHOT: Index<(u64, Address, Address)> = Index::at(NAME, 0x10);

//! The whole memory of auth.

use whence_base::Address;
use whence_base::state::{Amount, Item, Map};
use whence_proto::Any;
use whence_proto::cosmos::auth::v1beta1::Params;

use crate::NAME;

pub(crate) const PARAMS: Item<Params> = Item::at(NAME, 0x00);
/// Accounts, each under its type URL.
pub(crate) const ACCOUNTS: Map<Address, Any> = Map::at(NAME, 0x01);
/// Bytes of the address that has an account number.
pub(crate) const BY_NUMBER: Map<u64, Vec<u8>> = Map::at(NAME, 0x02);
/// The number that the next account gets.
pub(crate) const NEXT_NUMBER: Item<u64> = Item::at(NAME, 0x03);
/// What was collected and lies in the fee collector, by denomination.
pub(crate) const COLLECTED: Map<String, Amount> = Map::at(NAME, 0x04);

//! The whole memory of bank.

use whence_base::Address;
use whence_base::state::{Amount, Index, Item, Map};
use whence_proto::cosmos::bank::v1beta1::{Metadata, Params};

use crate::NAME;

pub(crate) const PARAMS: Item<Params> = Item::at(NAME, 0x00);
pub(crate) const SUPPLY: Map<String, Amount> = Map::at(NAME, 0x01);
/// Balances; a zero one has no record.
pub(crate) const BALANCES: Map<(Address, String), Amount> = Map::at(NAME, 0x02);
/// Who has a balance of a denomination; written only when a balance appears or ends.
pub(crate) const OWNERS: Index<(String, Address)> = Index::at(NAME, 0x03);
pub(crate) const METADATA: Map<String, Metadata> = Map::at(NAME, 0x04);
/// Whether a denomination can be sent, where that differs from the default.
pub(crate) const SEND_ENABLED: Map<String, bool> = Map::at(NAME, 0x05);

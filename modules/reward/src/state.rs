//! The whole memory of the module.

use whence_base::Address;
use whence_base::state::{Item, Map};
use whence_proto::whence::reward::v1 as pb;

use crate::error::NAME;

/// Tunables.
pub(crate) const PARAMS: Item<pb::Params> = Item::at(NAME, 0x00);
/// What came in and went out since genesis.
pub(crate) const TOTALS: Item<pb::Totals> = Item::at(NAME, 0x01);
/// What an account earned for a reason.
pub(crate) const ACCRUALS: Map<(Address, u8), pb::Accrual> = Map::at(NAME, 0x02);
/// Where an account's claims go.
pub(crate) const PAYOUTS: Map<Address, pb::Payout> = Map::at(NAME, 0x03);
/// What a contribution earned through an adapter.
pub(crate) const EARNINGS: Map<(u64, u64), pb::ContributionEarning> = Map::at(NAME, 0x04);

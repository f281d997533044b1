//! The whole memory of the module.

use whence_base::Address;
use whence_base::state::{Index, Item, Map, Sequence};
use whence_proto::whence::attribution::v1 as pb;

use crate::error::NAME;

/// Tunables.
pub(crate) const PARAMS: Item<pb::Params> = Item::at(NAME, 0x00);
/// Last provider id.
pub(crate) const PROVIDER_IDS: Sequence = Sequence::at(NAME, 0x01);
/// Last escrow id.
pub(crate) const ESCROW_IDS: Sequence = Sequence::at(NAME, 0x02);
/// Last report id.
pub(crate) const REPORT_IDS: Sequence = Sequence::at(NAME, 0x03);
/// Providers by id.
pub(crate) const PROVIDERS: Map<u64, pb::Provider> = Map::at(NAME, 0x04);
/// Escrows by id.
pub(crate) const ESCROWS: Map<u64, pb::Escrow> = Map::at(NAME, 0x05);
/// Escrows of a caller.
pub(crate) const BY_CALLER: Index<(Address, u64)> = Index::at(NAME, 0x06);
/// Reports by id, without their queries.
pub(crate) const REPORTS: Map<u64, pb::Report> = Map::at(NAME, 0x07);
/// Reports of a provider.
pub(crate) const BY_PROVIDER: Index<(u64, u64)> = Index::at(NAME, 0x08);
/// Queries of reports, by report and place, until they are pruned.
pub(crate) const QUERIES: Map<(u64, u32), pb::QueryDetail> = Map::at(NAME, 0x09);
/// Where the query (escrow, sequence) is kept; the value holds only report and place.
pub(crate) const PLACES: Map<(u64, u64), pb::QueryDetail> = Map::at(NAME, 0x0a);
/// Queries to settle: (height, report, place).
pub(crate) const TO_SETTLE: Index<(u64, u64, u32)> = Index::at(NAME, 0x0b);
/// Settled queries to prune: (height, report, place).
pub(crate) const TO_PRUNE: Index<(u64, u64, u32)> = Index::at(NAME, 0x0c);
/// Providers whose bond goes back: (height, provider).
pub(crate) const UNBONDING: Index<(u64, u64)> = Index::at(NAME, 0x0d);

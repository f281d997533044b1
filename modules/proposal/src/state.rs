//! The whole memory of the trade.

use whence_base::state::{Index, Item, Map, Sequence};
use whence_proto::whence::proposal::v1::{ModelProposal, Params};

use crate::error::NAME;

/// The tunables.
pub(crate) const PARAMS: Item<Params> = Item::at(NAME, 0x00);
/// The last id given.
pub(crate) const LAST_ID: Sequence = Sequence::at(NAME, 0x01);
/// Proposals by id.
pub(crate) const PROPOSALS: Map<u64, ModelProposal> = Map::at(NAME, 0x02);
/// (last height, id) of every stage with a deadline.
pub(crate) const DEADLINES: Index<(u64, u64)> = Index::at(NAME, 0x03);
/// (stage, id) of every proposal.
pub(crate) const BY_STAGE: Index<(u32, u64)> = Index::at(NAME, 0x04);

//! The whole memory of the module.

use whence_base::Address;
use whence_base::state::{Index, Item, Map, Sequence};
use whence_proto::whence::datanet::v1 as pb;

use crate::error::NAME;

/// Tunables.
pub(crate) const PARAMS: Item<pb::Params> = Item::at(NAME, 0x00);
/// Last datanet id.
pub(crate) const DATANET_IDS: Sequence = Sequence::at(NAME, 0x01);
/// Last commit id.
pub(crate) const COMMIT_IDS: Sequence = Sequence::at(NAME, 0x02);
/// Last contribution id.
pub(crate) const CONTRIBUTION_IDS: Sequence = Sequence::at(NAME, 0x03);
/// Last id of a duplicate's commit.
pub(crate) const DUPLICATE_IDS: Sequence = Sequence::at(NAME, 0x04);
/// Last dispute id.
pub(crate) const DISPUTE_IDS: Sequence = Sequence::at(NAME, 0x05);
/// Datanets by id.
pub(crate) const DATANETS: Map<u64, pb::Datanet> = Map::at(NAME, 0x06);
/// Who holds the contributor's role: (datanet, address).
pub(crate) const CONTRIBUTORS: Index<(u64, Address)> = Index::at(NAME, 0x07);
/// Commits by id; their order is the priority of rows.
pub(crate) const COMMITS: Map<u64, pb::Commit> = Map::at(NAME, 0x08);
/// Open commits: (last height of the reveal, commit).
pub(crate) const COMMITS_DUE: Index<(u64, u64)> = Index::at(NAME, 0x09);
/// Contributions by id.
pub(crate) const CONTRIBUTIONS: Map<u64, pb::Contribution> = Map::at(NAME, 0x0a);
/// Contributions of a datanet.
pub(crate) const BY_DATANET: Index<(u64, u64)> = Index::at(NAME, 0x0b);
/// Contributions of an author.
pub(crate) const BY_AUTHOR: Index<(Address, u64)> = Index::at(NAME, 0x0c);
/// Accepted contributions of a datanet.
pub(crate) const ACCEPTED: Index<(u64, u64)> = Index::at(NAME, 0x0d);
/// Alive accepted rows by (datanet, author); absent when none.
pub(crate) const GIVERS: Map<(u64, Address), u64> = Map::at(NAME, 0x0e);
/// Reviews by (contribution, curator).
pub(crate) const REVIEWS: Map<(u64, Address), pb::Review> = Map::at(NAME, 0x0f);
/// Contributions under review: (last height of review reveals, contribution).
pub(crate) const REVIEWS_DUE: Index<(u64, u64)> = Index::at(NAME, 0x10);
/// Accepted contributions whose bond is held and that no open dispute holds: (decided height,
/// contribution).
pub(crate) const BONDS_DUE: Index<(u64, u64)> = Index::at(NAME, 0x11);
/// Commits of duplicates by id.
pub(crate) const DUPLICATES: Map<u64, pb::DuplicateCommit> = Map::at(NAME, 0x12);
/// Open ones: (last height of the proof, commit).
pub(crate) const DUPLICATES_DUE: Index<(u64, u64)> = Index::at(NAME, 0x13);
/// Rows that no longer earn, by (contribution, row).
pub(crate) const DEAD_ROWS: Map<(u64, u64), pb::DeadRow> = Map::at(NAME, 0x14);
/// Versions by (datanet, number).
pub(crate) const VERSIONS: Map<(u64, u64), pb::Version> = Map::at(NAME, 0x15);
/// Disputes by id.
pub(crate) const DISPUTES: Map<u64, pb::Dispute> = Map::at(NAME, 0x16);
/// Open ones: (last height of votes, dispute).
pub(crate) const DISPUTES_DUE: Index<(u64, u64)> = Index::at(NAME, 0x17);
/// Open ones of a contribution.
pub(crate) const OPEN_DISPUTES: Index<(u64, u64)> = Index::at(NAME, 0x18);
/// Evidence that was used, for ever.
pub(crate) const EVIDENCE: Index<[u8; 32]> = Index::at(NAME, 0x19);

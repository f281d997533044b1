//! The whole memory of the trade.

use whence_base::Address;
use whence_base::state::{Index, Item, Map, Sequence};
use whence_proto::whence::model::v1 as pb;

use crate::error::NAME;

/// The tunables.
pub(crate) const PARAMS: Item<pb::Params> = Item::at(NAME, 0x00);
/// The last adapter's id.
pub(crate) const LAST_ADAPTER: Sequence = Sequence::at(NAME, 0x01);
/// The last feedback's id.
pub(crate) const LAST_FEEDBACK: Sequence = Sequence::at(NAME, 0x02);
/// The last evaluation's id.
pub(crate) const LAST_EVALUATION: Sequence = Sequence::at(NAME, 0x03);
/// The last flag's id.
pub(crate) const LAST_FLAG: Sequence = Sequence::at(NAME, 0x04);
/// Adapters by id.
pub(crate) const ADAPTERS: Map<u64, pb::Adapter> = Map::at(NAME, 0x05);
/// (model, adapter).
pub(crate) const OF_MODEL: Index<(u64, u64)> = Index::at(NAME, 0x06);
/// Feedback by id.
pub(crate) const FEEDBACK: Map<u64, pb::Feedback> = Map::at(NAME, 0x07);
/// (adapter, feedback).
pub(crate) const FEEDBACK_OF: Index<(u64, u64)> = Index::at(NAME, 0x08);
/// Reviews by (feedback, reviewer).
pub(crate) const REVIEWS: Map<(u64, Address), pb::FeedbackReview> = Map::at(NAME, 0x09);
/// Evaluations by (adapter, id).
pub(crate) const EVALUATIONS: Map<(u64, u64), pb::Evaluation> = Map::at(NAME, 0x0a);
/// Deployments by (adapter, provider).
pub(crate) const DEPLOYMENTS: Map<(u64, u64), pb::Deployment> = Map::at(NAME, 0x0b);
/// Flags by (adapter, id).
pub(crate) const FLAGS: Map<(u64, u64), pb::Flag> = Map::at(NAME, 0x0c);
/// (last height, feedback) of every batch that waits for something.
pub(crate) const DUE: Index<(u64, u64)> = Index::at(NAME, 0x0d);
/// Accepted rows by (adapter, giver).
pub(crate) const GIVERS: Map<(u64, Address), u64> = Map::at(NAME, 0x0e);
/// Accepted feedback rows by model.
pub(crate) const ACCEPTED: Map<u64, u64> = Map::at(NAME, 0x0f);
/// (model, adapter) of adapters that are not retired.
pub(crate) const LIVE: Index<(u64, u64)> = Index::at(NAME, 0x10);
/// The newest deployment by model.
pub(crate) const NEWEST: Map<u64, pb::Deployment> = Map::at(NAME, 0x11);

//! All that gov remembers, and under which keys.

use whence_base::Address;
use whence_base::state::{Index, Item, Map, Sequence};
use whence_proto::cosmos::base::v1beta1::Coin;
use whence_proto::cosmos::gov::v1 as pb;

use crate::NAME;

/// A time as a key: seconds since the epoch, then nanoseconds.
pub(crate) type TimeKey = (u64, u32);

/// Coins as a value.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct CoinList {
    #[prost(message, repeated, tag = "1")]
    pub(crate) coins: Vec<Coin>,
}

/// How the deposits of a proposal go back.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Settlement {
    /// Part that is lost, 0 to 1.
    #[prost(string, tag = "1")]
    pub(crate) lost: String,
    /// Who gets the lost part; empty burns it.
    #[prost(string, tag = "2")]
    pub(crate) dest: String,
    /// Last depositor dealt with.
    #[prost(bytes = "vec", tag = "3")]
    pub(crate) after: Vec<u8>,
}

/// A freeze of the stake.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Freeze {
    /// Snapshot of staking.
    #[prost(uint64, tag = "1")]
    pub(crate) snapshot: u64,
    /// Tokens bonded.
    #[prost(string, tag = "2")]
    pub(crate) bonded: String,
}

/// A validator at a freeze.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Frozen {
    #[prost(string, tag = "1")]
    pub(crate) tokens: String,
    /// Scaled decimal.
    #[prost(string, tag = "2")]
    pub(crate) shares: String,
}

/// The running count of one proposal; the sums are scaled decimals.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Count {
    #[prost(uint64, tag = "1")]
    pub(crate) proposal: u64,
    /// Yes, abstain, no, no with veto.
    #[prost(string, repeated, tag = "2")]
    pub(crate) sums: Vec<String>,
    /// Power that voted.
    #[prost(string, tag = "3")]
    pub(crate) total: String,
    /// Last voter counted to the end.
    #[prost(bytes = "vec", tag = "4")]
    pub(crate) voter: Vec<u8>,
    /// Last operator counted of the voter after that one.
    #[prost(bytes = "vec", tag = "5")]
    pub(crate) operator: Vec<u8>,
}

pub(crate) const PARAMS: Item<pb::Params> = Item::at(NAME, 0x00);
pub(crate) const PROPOSALS: Map<u64, pb::Proposal> = Map::at(NAME, 0x01);
pub(crate) const PROPOSAL_ID: Sequence = Sequence::at(NAME, 0x02);
pub(crate) const DEPOSITS: Map<(u64, Address), pb::Deposit> = Map::at(NAME, 0x03);
pub(crate) const VOTES: Map<(u64, Address), pb::Vote> = Map::at(NAME, 0x04);
pub(crate) const DEPOSIT_QUEUE: Index<(TimeKey, u64)> = Index::at(NAME, 0x05);
pub(crate) const VOTING_QUEUE: Index<(TimeKey, u64)> = Index::at(NAME, 0x06);
pub(crate) const HELD: Item<CoinList> = Item::at(NAME, 0x07);
pub(crate) const SETTLEMENTS: Map<u64, Settlement> = Map::at(NAME, 0x08);
pub(crate) const VOTES_TO_CLEAR: Index<u64> = Index::at(NAME, 0x09);
pub(crate) const FREEZES: Map<TimeKey, Freeze> = Map::at(NAME, 0x0a);
pub(crate) const FROZEN: Map<(u64, Address), Frozen> = Map::at(NAME, 0x0b);
pub(crate) const COUNT: Item<Count> = Item::at(NAME, 0x0c);
/// Scaled decimals.
pub(crate) const OVERRIDDEN: Map<(u64, Address), String> = Map::at(NAME, 0x0d);
pub(crate) const CONSTITUTION: Item<String> = Item::at(NAME, 0x0e);
/// The proposal whose messages run now; never there between two blocks.
pub(crate) const EXECUTING: Item<u64> = Item::at(NAME, 0x0f);

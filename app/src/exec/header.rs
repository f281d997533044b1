//! What the chain keeps about its own last block and its consensus parameters: the `consensus`
//! store.

use tendermint_proto::google::protobuf::Timestamp;
use tendermint_proto::v0_38::abci::CommitInfo;
use tendermint_proto::v0_38::types::{ConsensusParams, Header};
use whence_base::ctx::{Block, Time, Vote};
use whence_base::state::Item;
use whence_base::{Result, StateRead, StateWrite};

/// Name of the store.
pub const STORE: &str = "consensus";

/// Consensus parameters in force.
pub const PARAMS: Item<ConsensusParams> = Item::at(STORE, 0x00);
/// Chain id, height and time of the block whose state this is.
const LAST: Item<Header> = Item::at(STORE, 0x01);

/// A signed vote, in CometBFT's numbering.
const BLOCK_ID_FLAG_COMMIT: i32 = 2;

/// Remembers a block, so that a restarted node and a query at its height know its chain id and
/// time.
pub fn remember(state: &mut (impl StateWrite + ?Sized), block: &Block) {
    let header = Header {
        chain_id: block.chain_id.clone(),
        height: i64::try_from(block.height).unwrap_or(i64::MAX),
        time: Some(to_timestamp(block.time)),
        ..Header::default()
    };
    LAST.set(state, &header);
}

/// The block whose state this is.
pub fn recall(state: &(impl StateRead + ?Sized)) -> Result<Block> {
    let header = LAST.get_or_default(state)?;
    Ok(Block {
        chain_id: header.chain_id,
        height: u64::try_from(header.height).unwrap_or_default(),
        time: to_time(header.time.as_ref()),
        ..Block::default()
    })
}

/// Gas that a block may hold; nothing when it is not limited.
pub fn block_gas_max(state: &(impl StateRead + ?Sized)) -> Result<Option<u64>> {
    let params = PARAMS.get_or_default(state)?;
    Ok(params.block.and_then(|block| u64::try_from(block.max_gas).ok()))
}

/// Our form of a timestamp.
pub fn to_time(timestamp: Option<&Timestamp>) -> Time {
    timestamp.map(|t| Time { seconds: t.seconds, nanos: t.nanos }).unwrap_or_default()
}

/// The wire's form of a time.
pub fn to_timestamp(time: Time) -> Timestamp {
    Timestamp { seconds: time.seconds, nanos: time.nanos }
}

/// Votes of the last commit.
pub fn votes(commit: Option<CommitInfo>) -> Vec<Vote> {
    let votes = commit.map(|commit| commit.votes).unwrap_or_default();
    let vote = |vote: tendermint_proto::v0_38::abci::VoteInfo| {
        let validator = vote.validator?;
        let signed = vote.block_id_flag == BLOCK_ID_FLAG_COMMIT;
        Some(Vote { address: validator.address.to_vec(), power: validator.power, signed })
    };
    votes.into_iter().filter_map(vote).collect()
}

/// A fault on purpose: state that no other process has. A test sees such a node found out.
#[cfg(feature = "fault-nondeterminism")]
pub fn remember_process(state: &mut (impl StateWrite + ?Sized)) {
    const PROCESS: Item<u64> = Item::at(STORE, 0xff);
    PROCESS.set(state, &u64::from(std::process::id()));
}

//! Proposals, deposits, votes and their tally: `cosmos.gov.v1` as the SDK 0.53 speaks it.
//!
//! **Owns** proposals, their deposits (held by the module account `gov`) and votes.
//! **Does not do** (listed, absent): `cosmos.gov.v1beta1`, legacy contents, expedited proposals
//! (their parameters are kept, `expedited: true` is refused).
//!
//! | message | who signs | does |
//! |---|---|---|
//! | `MsgSubmitProposal` | the proposer | proposes messages that gov alone would sign |
//! | `MsgDeposit` | the depositor | adds to the deposit; enough of it starts the voting |
//! | `MsgVote`, `MsgVoteWeighted` | the voter | votes, or replaces the vote |
//! | `MsgCancelProposal` | the proposer | withdraws it and loses a part of the deposit |
//! | `MsgUpdateParams` | gov | replaces the parameters |
//!
//! | prefix | state | key | value |
//! |---|---|---|---|
//! | 0x00 | params | – | `Params` |
//! | 0x01 | proposals | id | `Proposal` |
//! | 0x02 | last proposal id | – | number |
//! | 0x03 | deposits | id, depositor | `Deposit` |
//! | 0x04 | votes | id, voter | `Vote` |
//! | 0x05 | deposit queue | end of the deposit period, id | – |
//! | 0x06 | voting queue | end of the voting, id | – |
//! | 0x07 | held | – | sum of all deposits |
//! | 0x08 | settlements | id | part that is burned, how far it is paid |
//! | 0x09 | votes to clear | id | – |
//! | 0x0a | snapshots | block time | staking's snapshot, bonded total |
//! | 0x0b | snapshot's validators | snapshot, operator | tokens, shares |
//! | 0x0c | count | – | the running count of one proposal |
//! | 0x0d | overridden | id, operator | shares whose owners voted themselves |
//! | 0x0e | constitution | – | text |
//! | 0x0f | executing | – | the proposal whose messages run now |
//!
//! **Events** are the SDK's: `submit_proposal`, `proposal_deposit`, `proposal_vote`,
//! `cancel_proposal`, `inactive_proposal`, `active_proposal`; `gov_failure` names a step of a block
//! that was not done.
//!
//! **Params** as the SDK's, each checked for its range ([`Params`]).
//!
//! **Invariants** the deposits sum to what is recorded and what the account `gov` has at least;
//! every live proposal is in exactly the queue of its status.
//!
//! **Each block** (end) overdue deposit periods end; then votings are counted; then deposits are
//! paid back or burned and old votes cleared, each at most as many as its named constant in
//! [`block`] says.
//!
//! **The tally runs over blocks.** In the block where a voting ends, the stake is frozen: the set's
//! tokens and shares are copied (at most `max_validators`), and staking keeps what any delegation
//! was before its next change. No vote is taken from then on. Each block looks at no more than
//! [`block::UNITS_PER_BLOCK`] votes and delegations of the oldest voting, all read as of its
//! freeze, and goes on where the last block stopped; sums of decimals rounded one by one do not
//! depend on where the slices end, so the result is what one count in the block of the freeze would
//! give. All votings that end in one block share one freeze. The parameters are those in force when
//! the count is done.

pub mod block;
mod error;
mod event;
mod genesis;
mod invariant;
pub mod keeper;
mod module;
mod msg;
mod params;
pub mod ports;
mod query;
mod state;
mod tally;
mod types;

pub use error::GovError;
pub use module::module;
pub use params::Params;

/// Name of the module, of its store, of its codespace and of the account that holds deposits.
pub const NAME: &str = "gov";

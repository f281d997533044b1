//! The proposal trade: why should this model exist, and how far is it on its way?
//!
//! **Owns** model proposals, from the stake to the end of the model's life. A proposal's id is the
//! model's id everywhere.
//!
//! **Messages** `ProposeModel`, `WithdrawModel` (the proposer); `AdvanceModel` (anyone);
//! `ApproveModel`, `RejectModel`, `RetireModel`, `UpdateParams` (governance).
//!
//! **The way of a model** `Voting → DataGathering → Tuning → Feedback → Deployed → Retired`, or
//! `Rejected`, `Withdrawn`, `Expired`. A gov v1 proposal carries `ApproveModel` or `RejectModel`,
//! so stake-weighted voters decide (quorum, threshold, veto as in gov). Later steps are open to
//! anyone who shows the evidence, and to nobody before it is there:
//!
//! | from | to | evidence |
//! |---|---|---|
//! | Voting | DataGathering | `ApproveModel` by governance |
//! | DataGathering | Tuning | enough accepted rows of enough contributors in its datanets |
//! | Tuning | Feedback | a registered adapter with its training receipt |
//! | Feedback | Deployed | enough accepted feedback, and a bonded provider that serves an adapter |
//! | Deployed | Retired | `RetireModel` by governance |
//!
//! A stage that is not left by its deadline (a height) ends the model as `Expired`. The stake goes
//! back on approval, on a clean rejection, withdrawal and expiry; a veto burns it. The house of
//! contributors is not there yet: stake-weighted voters decide alone.
//!
//! | prefix | state | key → value |
//! |---|---|---|
//! | 00 | params | → Params |
//! | 01 | last id | → u64 |
//! | 02 | proposals | id → ModelProposal |
//! | 03 | deadlines | (height, id) |
//! | 04 | proposals by stage | (stage, id) |
//!
//! **Events** `whence.proposal.v1.EventModelProposed`, `EventStageEntered` (every change of stage,
//! with its evidence or reason), `EventStakeReturned`, `EventStakeBurned`, `EventParamsUpdated`.
//! **Params** see [`params`]. **Invariants** the account `proposal` holds exactly the stakes of the
//! proposals in `Voting`; every proposal is in the index of its stage and of no other. **Each
//! block** ends at most [`block::EXPIRIES_PER_BLOCK`] models whose deadline has passed.

pub mod block;
pub mod error;
mod event;
mod genesis;
mod invariant;
pub mod keeper;
pub mod msg;
pub mod params;
pub mod ports;
mod query;
mod spec;
mod state;

use prost::{Message as _, Name as _};
use whence_base::module::{Obligation, ValidatorUpdate};
use whence_base::{Ctx, Error, Module, QueryCtx, QueryRouter, Result, Router};
use whence_proto::whence::proposal::v1 as pb;

pub use error::NAME;

/// The module over what it needs from others.
pub fn module(ports: &'static dyn ports::Ports) -> impl Module {
    Proposal { ports }
}

struct Proposal {
    ports: &'static dyn ports::Ports,
}

impl Module for Proposal {
    fn name(&self) -> &'static str {
        NAME
    }

    fn genesis_type(&self) -> &'static str {
        "whence.proposal.v1.GenesisState"
    }

    fn default_genesis(&self) -> Vec<u8> {
        genesis::default().encode_to_vec()
    }

    fn validate_genesis(&self, bytes: &[u8]) -> Result<()> {
        genesis::validate(&decode(bytes)?)
    }

    fn init_genesis(&self, ctx: &mut Ctx<'_>, bytes: &[u8]) -> Result<Vec<ValidatorUpdate>> {
        genesis::init(ctx, &decode(bytes)?)?;
        Ok(Vec::new())
    }

    fn export_genesis(&self, ctx: &QueryCtx<'_>) -> Result<Vec<u8>> {
        genesis::export(ctx).map(|g| g.encode_to_vec())
    }

    fn messages(&self, router: &mut Router) {
        router
            .add::<msg::ProposeModel>(self.ports)
            .add::<msg::WithdrawModel>(self.ports)
            .add::<msg::AdvanceModel>(self.ports)
            .add::<msg::ApproveModel>(self.ports)
            .add::<msg::RejectModel>(self.ports)
            .add::<msg::RetireModel>(self.ports)
            .add::<msg::UpdateParams>(self.ports);
    }

    fn queries(&self, router: &mut QueryRouter) {
        query::register(router);
    }

    fn end_block(&self, ctx: &mut Ctx<'_>) -> Vec<ValidatorUpdate> {
        block::end(ctx, self.ports);
        Vec::new()
    }

    fn obligations(&self, ctx: &QueryCtx<'_>) -> Result<Vec<Obligation>> {
        invariant::obligations(ctx)
    }

    fn invariants(&self, ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
        invariant::broken(ctx)
    }
}

/// Reads a genesis. JSON has no absent metric, only an empty one: that is read as none.
fn decode(bytes: &[u8]) -> Result<pb::GenesisState> {
    let name = pb::GenesisState::full_name();
    let genesis = pb::GenesisState::decode(bytes);
    let mut genesis = genesis.map_err(|e| Error::invalid_request(format!("{name}: {e}")))?;
    for spec in genesis.proposals.iter_mut().filter_map(|p| p.spec.as_mut()) {
        spec.metric = spec.metric.take().filter(|metric| *metric != pb::Metric::default());
    }
    Ok(genesis)
}

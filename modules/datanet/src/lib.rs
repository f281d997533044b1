//! The datanet trade: a community's dataset, from a hidden commit to a version that training names.
//!
//! **Owns** datanets with their roles, commits, contributions, reviews, dead rows, versions and
//! disputes. The rows themselves stay off chain: a contribution is a Merkle root over canonical
//! rows (`whence-canon`).
//!
//! **Messages** `CreateDatanet`, `UpdateRoles`, `TransferOwnership`, `AcceptOwnership`,
//! `PublishVersion` (owner); `CommitContribution`, `RevealContribution`, `WithdrawRows` (author);
//! `CommitReview`, `RevealReview`, `RuleDispute` (curator, the last one governance too);
//! `CommitDuplicate`, `ProveDuplicate`, `OpenDispute` (anyone); `UpdateParams` (governance).
//!
//! **Priority** of a row is (commit id, place in the batch). It survives a refusal of its batch:
//! a row that was refused as spam still shows that a later copy is one. A proven duplicate earns
//! nothing from then on; what was reported before stays. Its batch's bond is slashed only above a
//! ratio, and only while it is held.
//!
//! **Review** reviews are shown when every curator has committed one, or the commit window is over;
//! a contribution is decided when all that were committed are shown, or at the deadline. Spam when
//! most of the weight (review bonds) says so; refused when most says refuse or spam, or the
//! weighted median is below the threshold. A curator never judges their own contribution.
//!
//! **Money** creation fees are burned. A commit's deposit comes back at the reveal and is burned
//! without one. A contribution's bond comes back when it is refused or unreviewed; it is burned for
//! spam; of an accepted one it is held for `dispute_window_blocks` and until its disputes end, and
//! burned when a ruling takes all of it out. Reviews not shown, finds not shown and rejected
//! disputes are burned.
//!
//! | prefix | state | key → value |
//! |---|---|---|
//! | 00 | params | → Params |
//! | 01 … 05 | last ids: datanets, commits, contributions, duplicates, disputes | → u64 |
//! | 06 07 | datanets; contributors | datanet → Datanet; (datanet, address) |
//! | 08 09 | commits; open ones due | commit → Commit; (height, commit) |
//! | 0a 0b 0c 0d | contributions; of a datanet; of an author; accepted | id → Contribution; … |
//! | 0e | alive accepted rows | (datanet, author) → u64 |
//! | 0f 10 11 | reviews; due; bonds due | (contribution, curator) → Review; (height, id) |
//! | 12 13 | duplicates' commits; due | id → DuplicateCommit; (height, id) |
//! | 14 | dead rows | (contribution, row) → DeadRow |
//! | 15 | versions | (datanet, number) → Version |
//! | 16 … 19 | disputes; due; open; evidence | id → Dispute; (height, id); …; hash |
//!
//! **Events** one `whence.datanet.v1.Event…` per message, and `EventCommitExpired`,
//! `EventContributionDecided`, `EventDisputeRuled` when a deadline or a last word decides.
//! **Params** see [`params`]; all deadlines are in blocks. **Invariants** the module account holds
//! exactly the recorded deposits and bonds; accepted rows equal the sum over contributions; dead
//! rows equal the counts.
//! **Each block** ends at most 50 deadlines of each kind.

mod block;
pub mod error;
mod event;
mod genesis;
mod invariant;
pub mod keeper;
pub mod msg;
pub mod params;
pub mod ports;
mod query;
mod state;
pub mod types;

use prost::{Message as _, Name as _};
use whence_base::module::{Obligation, ValidatorUpdate};
use whence_base::{Ctx, Error, Module, QueryCtx, QueryRouter, Result, Router};
use whence_proto::whence::datanet::v1 as pb;

pub use error::NAME;

/// The module over what it needs from others.
pub fn module(ports: &'static dyn ports::Ports) -> impl Module {
    Datanet { ports }
}

struct Datanet {
    ports: &'static dyn ports::Ports,
}

impl Module for Datanet {
    fn name(&self) -> &'static str {
        NAME
    }

    fn genesis_type(&self) -> &'static str {
        "whence.datanet.v1.GenesisState"
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
            .add::<msg::CreateDatanet>(self.ports)
            .add::<msg::UpdateRoles>(self.ports)
            .add::<msg::TransferOwnership>(self.ports)
            .add::<msg::AcceptOwnership>(self.ports)
            .add::<msg::CommitContribution>(self.ports)
            .add::<msg::RevealContribution>(self.ports)
            .add::<msg::CommitReview>(self.ports)
            .add::<msg::RevealReview>(self.ports)
            .add::<msg::CommitDuplicate>(self.ports)
            .add::<msg::ProveDuplicate>(self.ports)
            .add::<msg::PublishVersion>(self.ports)
            .add::<msg::WithdrawRows>(self.ports)
            .add::<msg::OpenDispute>(self.ports)
            .add::<msg::RuleDispute>(self.ports)
            .add::<msg::UpdateParams>(self.ports);
    }

    fn queries(&self, router: &mut QueryRouter) {
        query::register(router);
    }

    fn end_block(&self, ctx: &mut Ctx<'_>) -> Vec<ValidatorUpdate> {
        block::end_block(ctx, self.ports);
        Vec::new()
    }

    fn obligations(&self, ctx: &QueryCtx<'_>) -> Result<Vec<Obligation>> {
        invariant::obligations(ctx)
    }

    fn invariants(&self, ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
        invariant::broken(ctx)
    }
}

fn decode(bytes: &[u8]) -> Result<pb::GenesisState> {
    let name = pb::GenesisState::full_name();
    pb::GenesisState::decode(bytes).map_err(|e| Error::invalid_request(format!("{name}: {e}")))
}

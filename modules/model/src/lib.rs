//! The model trade: the record of what was made.
//!
//! **Owns** adapters with their training and index receipts, feedback and its reviews, evaluations,
//! deployments, flags. Records are flagged and retired, never rewritten. A model's id is its
//! proposal's.
//!
//! **Messages** `RegisterAdapter`, `RetireAdapter` (the developer; governance may retire too);
//! `CommitFeedback`, `RevealFeedback` (anyone); `CommitFeedbackReview`, `RevealFeedbackReview`
//! (owner and curators of the datanets that the adapter was trained on, not for their own
//! feedback); `RecordEvaluation`, `FlagAdapter` (anyone); `DeployAdapter`, `UndeployAdapter` (a
//! provider's operator); `UpdateParams` (governance).
//!
//! **Feedback** is committed to, revealed before a deadline, reviewed by commit and reveal, and
//! decided by the median quality of the revealed reviews: accepted, refused, or spam (its bond is
//! burned). Who does not reveal loses what was bonded for it.
//!
//! | prefix | state | key → value |
//! |---|---|---|
//! | 00 | params | → Params |
//! | 01–04 | last ids of adapters, feedback, evaluations, flags | → u64 |
//! | 05 | adapters | id → Adapter |
//! | 06 | adapters of a model | (model, adapter) |
//! | 07 | feedback | id → Feedback |
//! | 08 | feedback of an adapter | (adapter, feedback) |
//! | 09 | reviews | (feedback, reviewer) → FeedbackReview |
//! | 0a | evaluations | (adapter, id) → Evaluation |
//! | 0b | deployments | (adapter, provider) → Deployment |
//! | 0c | flags | (adapter, id) → Flag |
//! | 0d | deadlines of feedback | (height, feedback) |
//! | 0e | accepted rows by giver | (adapter, giver) → u64 |
//! | 0f | accepted feedback rows of a model | model → u64 |
//! | 10 | adapters that are not retired | (model, adapter) |
//! | 11 | newest deployment of a model | model → Deployment |
//!
//! **Events** `whence.model.v1.EventAdapterRegistered`, `EventAdapterRetired`,
//! `EventFeedbackCommitted`, `EventFeedbackRevealed`, `EventFeedbackReviewCommitted`,
//! `EventFeedbackReviewRevealed`, `EventFeedbackDecided`, `EventEvaluationRecorded`,
//! `EventAdapterDeployed`, `EventAdapterUndeployed`, `EventAdapterFlagged`, `EventParamsUpdated`.
//! **Params** see [`params`]. **Invariants** the account `model` holds exactly the bonds and
//! deposits on record; accepted rows by giver sum to the model's. **Each block** decides or ends at
//! most [`block::FEEDBACK_PER_BLOCK`] batches of feedback that are due.

pub mod block;
pub mod error;
mod event;
mod genesis;
mod invariant;
pub mod keeper;
mod lineage;
pub mod msg;
pub mod params;
pub mod ports;
mod query;
mod state;
mod validate;

use prost::{Message as _, Name as _};
use whence_base::module::{Obligation, ValidatorUpdate};
use whence_base::{Ctx, Error, Module, QueryCtx, QueryRouter, Result, Router};
use whence_proto::whence::model::v1 as pb;

pub use error::NAME;

/// The module over what it needs from others.
pub fn module(ports: &'static dyn ports::Ports) -> impl Module {
    Model { ports }
}

struct Model {
    ports: &'static dyn ports::Ports,
}

impl Module for Model {
    fn name(&self) -> &'static str {
        NAME
    }

    fn genesis_type(&self) -> &'static str {
        "whence.model.v1.GenesisState"
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
            .add::<msg::RegisterAdapter>(self.ports)
            .add::<msg::RetireAdapter>(self.ports)
            .add::<msg::CommitFeedback>(self.ports)
            .add::<msg::RevealFeedback>(self.ports)
            .add::<msg::CommitFeedbackReview>(self.ports)
            .add::<msg::RevealFeedbackReview>(self.ports)
            .add::<msg::RecordEvaluation>(self.ports)
            .add::<msg::DeployAdapter>(self.ports)
            .add::<msg::UndeployAdapter>(self.ports)
            .add::<msg::FlagAdapter>(self.ports)
            .add::<msg::UpdateParams>(self.ports);
    }

    fn queries(&self, router: &mut QueryRouter) {
        query::register(router, self.ports);
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

fn decode(bytes: &[u8]) -> Result<pb::GenesisState> {
    let name = pb::GenesisState::full_name();
    pb::GenesisState::decode(bytes).map_err(|e| Error::invalid_request(format!("{name}: {e}")))
}

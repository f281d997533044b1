//! Gov as the application composes it.

use prost::Message as _;
use whence_base::module::{Obligation, ValidatorUpdate};
use whence_base::{Ctx, Error, Module, QueryCtx, QueryRouter, Result, Router};
use whence_proto::cosmos::gov::v1 as pb;

use crate::keeper::deposit;
use crate::ports::Ports;
use crate::{NAME, block, genesis, invariant, msg, query};

struct Gov {
    ports: &'static dyn Ports,
}

/// The module, over what other trades give it.
pub fn module(ports: &'static dyn Ports) -> impl Module {
    Gov { ports }
}

fn decode(genesis: &[u8]) -> Result<pb::GenesisState> {
    pb::GenesisState::decode(genesis)
        .map_err(|e| Error::invalid_request(format!("gov genesis: {e}")))
}

impl Module for Gov {
    fn name(&self) -> &'static str {
        NAME
    }

    fn genesis_type(&self) -> &'static str {
        "cosmos.gov.v1.GenesisState"
    }

    fn default_genesis(&self) -> Vec<u8> {
        genesis::default_state().encode_to_vec()
    }

    fn validate_genesis(&self, genesis: &[u8]) -> Result<()> {
        genesis::validate(&decode(genesis)?)
    }

    fn init_genesis(&self, ctx: &mut Ctx<'_>, genesis: &[u8]) -> Result<Vec<ValidatorUpdate>> {
        genesis::import(ctx, &decode(genesis)?)?;
        Ok(Vec::new())
    }

    fn export_genesis(&self, ctx: &QueryCtx<'_>) -> Result<Vec<u8>> {
        Ok(genesis::export(ctx)?.encode_to_vec())
    }

    fn messages(&self, router: &mut Router) {
        router
            .add::<msg::submit_proposal::SubmitProposal>(self.ports)
            .add::<msg::deposit::Deposit>(self.ports)
            .add::<msg::vote::Vote>(self.ports)
            .add::<msg::vote::VoteWeighted>(self.ports)
            .add::<msg::cancel_proposal::CancelProposal>(self.ports)
            .add::<msg::update_params::UpdateParams>(self.ports);
    }

    fn queries(&self, router: &mut QueryRouter) {
        query::register(router, self.ports);
    }

    fn end_block(&self, ctx: &mut Ctx<'_>) -> Vec<ValidatorUpdate> {
        block::end_block(ctx, self.ports);
        Vec::new()
    }

    fn obligations(&self, ctx: &QueryCtx<'_>) -> Result<Vec<Obligation>> {
        Ok(vec![Obligation { account: NAME, coins: deposit::held(ctx)? }])
    }

    fn invariants(&self, ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
        invariant::broken(ctx, self.ports)
    }
}

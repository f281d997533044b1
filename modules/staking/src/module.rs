//! Staking as the application composes it.

use prost::Message as _;
use whence_base::module::{Obligation, ValidatorUpdate};
use whence_base::{Coin, Coins, Ctx, Error, Module, QueryCtx, QueryRouter, Result, Router};
use whence_proto::cosmos::staking::v1beta1 as pb;

use crate::keeper::pool;
use crate::params::Params;
use crate::ports::Ports;
use crate::{BONDED_POOL, NAME, NOT_BONDED_POOL, block, genesis, invariant, msg, query};

struct Staking {
    ports: &'static dyn Ports,
}

/// The module, over what other trades give it.
pub fn module(ports: &'static dyn Ports) -> impl Module {
    Staking { ports }
}

fn decode(genesis: &[u8]) -> Result<pb::GenesisState> {
    pb::GenesisState::decode(genesis)
        .map_err(|e| Error::invalid_request(format!("staking genesis: {e}")))
}

impl Module for Staking {
    fn name(&self) -> &'static str {
        NAME
    }

    fn genesis_type(&self) -> &'static str {
        "cosmos.staking.v1beta1.GenesisState"
    }

    fn default_genesis(&self) -> Vec<u8> {
        genesis::default_state().encode_to_vec()
    }

    fn validate_genesis(&self, genesis: &[u8]) -> Result<()> {
        genesis::validate(&decode(genesis)?)
    }

    fn init_genesis(&self, ctx: &mut Ctx<'_>, genesis: &[u8]) -> Result<Vec<ValidatorUpdate>> {
        genesis::import(ctx, self.ports, decode(genesis)?)
    }

    fn export_genesis(&self, ctx: &QueryCtx<'_>) -> Result<Vec<u8>> {
        Ok(genesis::export(ctx)?.encode_to_vec())
    }

    fn messages(&self, router: &mut Router) {
        router
            .add::<msg::create_validator::CreateValidator>(self.ports)
            .add::<msg::edit_validator::EditValidator>(self.ports)
            .add::<msg::delegate::Delegate>(self.ports)
            .add::<msg::undelegate::Undelegate>(self.ports)
            .add::<msg::update_params::UpdateParams>(self.ports);
    }

    fn queries(&self, router: &mut QueryRouter) {
        query::register(router);
    }

    fn end_block(&self, ctx: &mut Ctx<'_>) -> Vec<ValidatorUpdate> {
        block::end_block(ctx, self.ports)
    }

    fn obligations(&self, ctx: &QueryCtx<'_>) -> Result<Vec<Obligation>> {
        let denom = Params::load(ctx)?.bond_denom;
        let pools = pool::load(ctx)?;
        let owed =
            |account, amount| Obligation { account, coins: Coins::of(&Coin::new(&denom, amount)) };
        Ok(vec![owed(BONDED_POOL, pools.bonded), owed(NOT_BONDED_POOL, pools.not_bonded)])
    }

    fn invariants(&self, ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
        invariant::broken(ctx)
    }
}

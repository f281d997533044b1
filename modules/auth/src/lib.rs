//! Auth: who can sign, and with which number and sequence; what was collected in fees.
//!
//! **Owns** accounts with their numbers, sequences and public keys, and the fee collector.
//! On the wire it is `cosmos.auth.v1beta1` of SDK 0.53. The checks that a transaction must pass are
//! the application's; they ask this trade.
//!
//! **Messages** `UpdateParams` (governance).
//!
//! | prefix | state | key → value |
//! |---|---|---|
//! | 00 | params | → Params |
//! | 01 | accounts | address → `Any` of a base, module or vesting account |
//! | 02 | account numbers | number → address |
//! | 03 | next account number | → u64 |
//! | 04 | fees collected | denomination → Amount |
//!
//! **Events** none of its own; moving a fee makes bank's.
//! **Params** see [`params`]. Account numbers follow the order of genesis, then of creation.
//! **Invariants** every account is the holder of its number; the fee collector's balance is what
//! was recorded as collected.
//! **Each block** nothing.

mod genesis;
pub mod keeper;
pub mod msg;
pub mod params;
pub mod ports;
mod query;
mod state;
pub mod types;
pub mod vesting;

use prost::{Message as _, Name as _};
use whence_base::module::{Obligation, ValidatorUpdate};
use whence_base::{Ctx, Error, Module, QueryCtx, QueryRouter, Result, Router};
use whence_proto::cosmos::auth::v1beta1 as pb;

/// Name of the module, its store and its section of genesis.
pub const NAME: &str = "auth";

/// The module over what it needs from others.
pub fn module(ports: &'static dyn ports::Ports) -> impl Module {
    Auth { ports }
}

struct Auth {
    ports: &'static dyn ports::Ports,
}

impl Module for Auth {
    fn name(&self) -> &'static str {
        NAME
    }

    fn genesis_type(&self) -> &'static str {
        "cosmos.auth.v1beta1.GenesisState"
    }

    fn default_genesis(&self) -> Vec<u8> {
        genesis::default().encode_to_vec()
    }

    fn validate_genesis(&self, bytes: &[u8]) -> Result<()> {
        genesis::validate(&decode(bytes)?)
    }

    fn init_genesis(&self, ctx: &mut Ctx<'_>, bytes: &[u8]) -> Result<Vec<ValidatorUpdate>> {
        genesis::init(ctx, &decode(bytes)?, self.ports.module_accounts())?;
        Ok(Vec::new())
    }

    fn export_genesis(&self, ctx: &QueryCtx<'_>) -> Result<Vec<u8>> {
        genesis::export(ctx).map(|g| g.encode_to_vec())
    }

    fn messages(&self, router: &mut Router) {
        router.add::<msg::UpdateParams>(self.ports);
    }

    fn queries(&self, router: &mut QueryRouter) {
        query::register(router, self.ports);
    }

    fn obligations(&self, ctx: &QueryCtx<'_>) -> Result<Vec<Obligation>> {
        Ok(vec![Obligation { account: keeper::FEE_COLLECTOR, coins: keeper::collected(ctx)? }])
    }

    fn invariants(&self, ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
        genesis::broken(ctx)
    }
}

fn decode(bytes: &[u8]) -> Result<pb::GenesisState> {
    let name = pb::GenesisState::full_name();
    pb::GenesisState::decode(bytes).map_err(|e| Error::invalid_request(format!("{name}: {e}")))
}

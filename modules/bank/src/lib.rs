//! Bank: who has how much of what, and how much there is.
//!
//! **Owns** balances, the supply, metadata of denominations and which of them can be sent.
//! On the wire it is `cosmos.bank.v1beta1` of SDK 0.53.
//!
//! **Messages** `Send`, `MultiSend`; `UpdateParams`, `SetSendEnabled` (governance).
//!
//! | prefix | state | key → value |
//! |---|---|---|
//! | 00 | params | → Params |
//! | 01 | supply | denomination → Amount |
//! | 02 | balances | (address, denomination) → Amount |
//! | 03 | owners | (denomination, address) |
//! | 04 | metadata | denomination → Metadata |
//! | 05 | send enabled | denomination → bool |
//!
//! An `Amount` is protobuf: the low and the high 64 bits of a `u128`.
//!
//! **Events** as the Cosmos SDK's: `coin_spent`, `coin_received`, `transfer`, `message`,
//! `coinbase`, `burn`.
//! **Params** `default_send_enabled` (true).
//! **Invariants** the supply of a denomination is the sum of its balances, and changes in `mint`
//! and `burn` alone; each module account holds exactly what is owed out of it ([`invariant`]).
//! **Each block** nothing.
//!
//! Module accounts cannot be sent to by users: every coin in one is on record with its trade.

pub mod error;
mod event;
mod genesis;
pub mod invariant;
pub mod keeper;
pub mod msg;
pub mod ports;
mod query;
mod state;
pub mod types;

use prost::{Message as _, Name as _};
use whence_base::module::ValidatorUpdate;
use whence_base::{Ctx, Error, Module, QueryCtx, QueryRouter, Result, Router};
use whence_proto::cosmos::bank::v1beta1 as pb;

/// Name of the module, its store and its section of genesis.
pub const NAME: &str = "bank";

/// The module over what it needs from others.
pub fn module(ports: &'static dyn ports::Ports) -> impl Module {
    BankModule { ports }
}

struct BankModule {
    ports: &'static dyn ports::Ports,
}

impl Module for BankModule {
    fn name(&self) -> &'static str {
        NAME
    }

    fn genesis_type(&self) -> &'static str {
        "cosmos.bank.v1beta1.GenesisState"
    }

    fn default_genesis(&self) -> Vec<u8> {
        genesis::default().encode_to_vec()
    }

    fn validate_genesis(&self, bytes: &[u8]) -> Result<()> {
        genesis::validate(&decode(bytes)?)
    }

    fn init_genesis(&self, ctx: &mut Ctx<'_>, bytes: &[u8]) -> Result<Vec<ValidatorUpdate>> {
        genesis::init(ctx, &decode(bytes)?, self.ports)?;
        Ok(Vec::new())
    }

    fn export_genesis(&self, ctx: &QueryCtx<'_>) -> Result<Vec<u8>> {
        genesis::export(ctx).map(|g| g.encode_to_vec())
    }

    fn messages(&self, router: &mut Router) {
        router
            .add::<msg::Send>(self.ports)
            .add::<msg::MultiSend>(self.ports)
            .add::<msg::UpdateParams>(self.ports)
            .add::<msg::SetSendEnabled>(self.ports);
    }

    fn queries(&self, router: &mut QueryRouter) {
        query::register(router, self.ports);
    }

    fn invariants(&self, ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
        invariant::broken(ctx)
    }
}

fn decode(bytes: &[u8]) -> Result<pb::GenesisState> {
    let name = pb::GenesisState::full_name();
    pb::GenesisState::decode(bytes).map_err(|e| Error::invalid_request(format!("{name}: {e}")))
}

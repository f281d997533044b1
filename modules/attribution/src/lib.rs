//! The attribution trade: what each answer owes to whom.
//!
//! **Owns** providers with their bonds, callers' escrows, reports and their queries until they
//! settle. Until the challenge game exists, attribution is the provider's word, bonded.
//!
//! **Messages** `RegisterProvider`, `UpdateProvider`, `UnbondProvider` (operator); `FundEscrow`,
//! `RotateSessionKey`, `RequestWithdrawal`, `CompleteWithdrawal` (caller); `ReportQueries` (report
//! key); `UpdateParams` (governance).
//!
//! **A query is paid once.** Its id is (escrow, sequence). An escrow keeps the highest sequence and
//! 1,024 bits below it; what is marked, or lies below the window, is refused, for ever, in any
//! batch, and after export and import, because marks are never pruned. A batch is taken whole or
//! not at all: one repeated query refuses it, and the provider asks `Reported` which of its queries
//! were taken before. Vouchers name the chain. Within the window, sequences may come in any order;
//! report the lowest first.
//!
//! **What a caller can lose** is the least of: what the escrow holds, the sum of `max_fee` over
//! vouchers that were signed, and the highest `cumulative` among them. What is in the escrow is the
//! session key's spending limit. Withdrawals wait `withdrawal_delay_blocks`, and a rotated key
//! stays good as long, so that nothing signed can be taken back from a provider who has answered.
//!
//! | prefix | state | key → value |
//! |---|---|---|
//! | 00 | params | → Params |
//! | 01 02 03 | last ids of providers, escrows, reports | → u64 |
//! | 04 | providers | provider → Provider |
//! | 05 06 | escrows; of a caller | escrow → Escrow; (caller, escrow) |
//! | 07 08 | reports; of a provider | report → Report; (provider, report) |
//! | 09 0a | queries until pruned; where | (report, place) → QueryDetail; (escrow, sequence) → |
//! | 0b 0c | queries to settle, to prune | (height, report, place) |
//! | 0d | bonds to give back | (height, provider) |
//!
//! **Events** one `whence.attribution.v1.Event…` per message, `EventQueryReported` per query,
//! `EventReportSettled` and `EventProviderUnbonded` at the end of a block.
//! **Params** see [`params`]. **Invariants** the module account holds exactly bonds + escrows +
//! unsettled fees; providers' unsettled sums equal their queries'; no escrow has more reported than
//! was signed.
//! **Each block** settles at most 128 queries, prunes at most 256, gives at most 50 bonds back.

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
use whence_proto::whence::attribution::v1 as pb;

pub use error::NAME;

/// The module over what it needs from others.
pub fn module(ports: &'static dyn ports::Ports) -> impl Module {
    Attribution { ports }
}

struct Attribution {
    ports: &'static dyn ports::Ports,
}

impl Module for Attribution {
    fn name(&self) -> &'static str {
        NAME
    }

    fn genesis_type(&self) -> &'static str {
        "whence.attribution.v1.GenesisState"
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
            .add::<msg::RegisterProvider>(self.ports)
            .add::<msg::UpdateProvider>(self.ports)
            .add::<msg::UnbondProvider>(self.ports)
            .add::<msg::FundEscrow>(self.ports)
            .add::<msg::RotateSessionKey>(self.ports)
            .add::<msg::RequestWithdrawal>(self.ports)
            .add::<msg::CompleteWithdrawal>(self.ports)
            .add::<msg::ReportQueries>(self.ports)
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

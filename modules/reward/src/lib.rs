//! The reward trade: who is paid, and why.
//!
//! **Owns** what accounts have earned and not claimed, where their claims go, what each
//! contribution earned through each adapter, and the books of all fees.
//!
//! **Messages** `Claim`, `RotatePayout` (the account that earned); `CommunityPoolSpend`,
//! `UpdateParams` (governance).
//!
//! **A fee** is shared out when its window has passed ([`keeper::settle`]), by the model's split or
//! the default: contributors 50 % by measured share, provider 25 %, developer 10 %, proposer 3 %,
//! feedback givers 5 % by accepted rows, owners of the datanets trained on 2 % by trained rows,
//! stakers 4 %, community pool 1 %. The community pool also gets an absent role's part, and what
//! belongs to no living row that was trained into the adapter: never the provider, never the other
//! rows. Every part is rounded down; what rounding leaves goes to the account `dust`. Pay is
//! additive per row: nothing is netted, capped or clamped per account.
//!
//! | prefix | state | key → value |
//! |---|---|---|
//! | 00 | params | → Params |
//! | 01 | books since genesis | → Totals |
//! | 02 | accruals | (account, reason) → Accrual |
//! | 03 | payout addresses | account → Payout |
//! | 04 | earnings | (contribution, adapter) → ContributionEarning |
//!
//! **Events** `whence.reward.v1.EventSettled` (end of a block; escrow, sequence and adapter lead to
//! the report's `whence.attribution.v1.EventQueryReported`), `EventClaimed`, `EventPayoutRotated`,
//! `EventCommunityPoolSpent`, `EventParamsUpdated`. `Explain` gives heights; the transactions of a
//! step are found by these events' `contribution_id`, `adapter_id` and `address`.
//! **Params** see [`params`]. **Invariants** the accounts `reward`, `community_pool` and `dust`
//! hold exactly what is recorded; fees in = claimed + owed + stakers + community pool + dust.
//! **Each block** nothing: the attribution trade calls `settle`, a bounded number of times.

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
use whence_proto::whence::reward::v1 as pb;

pub use error::NAME;

/// The module over what it needs from others.
pub fn module(ports: &'static dyn ports::Ports) -> impl Module {
    Reward { ports }
}

struct Reward {
    ports: &'static dyn ports::Ports,
}

impl Module for Reward {
    fn name(&self) -> &'static str {
        NAME
    }

    fn genesis_type(&self) -> &'static str {
        "whence.reward.v1.GenesisState"
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
            .add::<msg::Claim>(self.ports)
            .add::<msg::RotatePayout>(self.ports)
            .add::<msg::CommunityPoolSpend>(self.ports)
            .add::<msg::UpdateParams>(self.ports);
    }

    fn queries(&self, router: &mut QueryRouter) {
        query::register(router, self.ports);
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

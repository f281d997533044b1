//! What `app` composes: one `Module` per trade, in one fixed list.

use crate::coin::Coins;
use crate::ctx::{Ctx, QueryCtx};
use crate::error::Result;
use crate::message::Router;
use crate::query::QueryRouter;

/// A change of CometBFT's validator set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatorUpdate {
    /// Ed25519 public key, 32 bytes.
    pub pubkey: Vec<u8>,
    /// New voting power; zero removes.
    pub power: i64,
}

/// What a module account holds for others, as recorded in its trade's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// Name of the module account.
    pub account: &'static str,
    /// Exact sum of what is owed out of it.
    pub coins: Coins,
}

/// A trade, as the application sees it.
pub trait Module: Send + Sync {
    /// Name: of the module, of its store and of its section in genesis.
    fn name(&self) -> &'static str;

    /// Full protobuf name of its genesis message, such as `cosmos.bank.v1beta1.GenesisState`.
    fn genesis_type(&self) -> &'static str;

    /// Its default genesis, encoded.
    fn default_genesis(&self) -> Vec<u8>;

    /// Checks a genesis without writing; errors name the field.
    fn validate_genesis(&self, genesis: &[u8]) -> Result<()>;

    /// Writes a genesis into the state.
    fn init_genesis(&self, ctx: &mut Ctx<'_>, genesis: &[u8]) -> Result<Vec<ValidatorUpdate>>;

    /// The state as a genesis; importing it gives the same state.
    fn export_genesis(&self, ctx: &QueryCtx<'_>) -> Result<Vec<u8>>;

    /// Registers its messages.
    fn messages(&self, _router: &mut Router) {}

    /// Registers its queries.
    fn queries(&self, _router: &mut QueryRouter) {}

    /// Start of a block: bounded, infallible.
    fn begin_block(&self, _ctx: &mut Ctx<'_>) {}

    /// End of a block: bounded, infallible.
    fn end_block(&self, _ctx: &mut Ctx<'_>) -> Vec<ValidatorUpdate> {
        Vec::new()
    }

    /// What its module accounts hold for others; checked against bank, coin by coin, after every
    /// block of every test and by `verify-db`.
    fn obligations(&self, _ctx: &QueryCtx<'_>) -> Result<Vec<Obligation>> {
        Ok(Vec::new())
    }

    /// Its own rules that must always hold; each sentence says what is broken.
    fn invariants(&self, _ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

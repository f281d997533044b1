//! What the trade needs from others: money moved, and the evidence that moves models on.

use whence_base::{Address, Coins, Ctx, Result, StateRead};
use whence_proto::whence::reward::v1::Split;

/// What the datanets of a model have accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Rows that earn.
    pub rows: u64,
    /// Contributors who gave them.
    pub contributors: u32,
}

/// Everything the trade needs from others.
pub trait Ports: Sync {
    /// Moves a user's coins into a module's account.
    fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()>;

    /// Moves coins from a module's account to a user.
    fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()>;

    /// Burns coins of a module's account.
    fn burn(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()>;

    /// Checks a proposed split against the reward trade's bounds.
    fn check_split(&self, state: &dyn StateRead, split: &Split) -> Result<()>;

    /// Whether there is such a datanet.
    fn datanet_exists(&self, state: &dyn StateRead, datanet_id: u64) -> Result<bool>;

    /// What these datanets have accepted together.
    fn accepted(&self, state: &dyn StateRead, datanet_ids: &[u64]) -> Result<Accepted>;

    /// The governance proposal whose messages are being executed.
    fn gov_proposal(&self, state: &dyn StateRead) -> Result<Option<u64>>;

    /// The first adapter that was registered for a model and is not retired.
    fn adapter_of(&self, state: &dyn StateRead, model_id: u64) -> Result<Option<u64>>;

    /// Accepted rows of feedback on all adapters of a model.
    fn accepted_feedback(&self, state: &dyn StateRead, model_id: u64) -> Result<u64>;

    /// A bonded provider that serves an adapter of a model: (adapter, provider).
    fn deployed(&self, state: &dyn StateRead, model_id: u64) -> Result<Option<(u64, u64)>>;
}

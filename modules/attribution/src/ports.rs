//! What the trade needs from others: money moved, an adapter's record, a fee shared out.

use whence_base::{Address, Coins, Ctx, Result, StateRead};
pub use whence_canon::report::Share;

/// What a report must agree with about its adapter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adapter {
    /// Method of its attribution index.
    pub method: String,
    /// Root of its attribution index.
    pub index_root: Vec<u8>,
    /// Whether the provider serves it, or did: what a caller signed stays payable when it ends.
    pub deployed: bool,
}

/// A query whose window has passed: the fee lies in the reward trade's account already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The escrow that paid.
    pub escrow_id: u64,
    /// The query's sequence in it.
    pub sequence: u64,
    /// The adapter that answered.
    pub adapter_id: u64,
    /// Who is paid for answering.
    pub operator: Address,
    /// The fee, in base units of the native coin.
    pub fee: u128,
    /// Which rows had a part in the answer.
    pub shares: Vec<Share>,
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

    /// Moves coins between the accounts of two modules.
    fn send_between_modules(
        &self,
        ctx: &mut Ctx<'_>,
        from: &'static str,
        to: &'static str,
        coins: &Coins,
    ) -> Result<()>;

    /// The adapter's record, as seen by one provider; `None` when there is no such adapter.
    fn adapter(
        &self,
        state: &dyn StateRead,
        adapter_id: u64,
        provider_id: u64,
    ) -> Result<Option<Adapter>>;

    /// Shares a fee out (reward trade); its coins were sent to the module account `reward` before.
    fn settle(&self, ctx: &mut Ctx<'_>, settlement: &Settlement) -> Result<()>;
}

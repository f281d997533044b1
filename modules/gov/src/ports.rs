//! What gov needs from other trades: bank's money, staking's stake, and the table of messages.

use whence_base::{Address, Coins, Ctx, Dec, Result, StateRead};
use whence_proto::Any;

/// A validator of the set, as a tally sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bonded {
    /// Operator, as an account address.
    pub operator: Address,
    /// Its stake in base units.
    pub tokens: u128,
    /// Shares given out for the stake.
    pub shares: Dec,
}

/// Bank, as gov sees it.
pub trait Money {
    /// From an account into a module account.
    fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()>;

    /// From a module account to an account.
    fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()>;

    /// Destroys coins of a module account.
    fn burn(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()>;

    /// What an account has of one denomination.
    fn balance(&self, state: &dyn StateRead, who: &Address, denom: &str) -> Result<u128>;
}

/// Staking, as gov sees it.
pub trait Stake {
    /// The validators of the set, at most staking's `max_validators`.
    fn bonded_validators(&self, state: &dyn StateRead) -> Result<Vec<Bonded>>;

    /// Tokens bonded in all of them.
    fn bonded_total(&self, state: &dyn StateRead) -> Result<u128>;

    /// Freezes all delegations as they are now.
    fn open_snapshot(&self, ctx: &mut Ctx<'_>) -> Result<u64>;

    /// Lets a snapshot go.
    fn close_snapshot(&self, ctx: &mut Ctx<'_>, id: u64);

    /// A voter's delegations (operator, shares) at a snapshot, after an operator, at most `limit`;
    /// fewer means that there are no more.
    fn delegations_at(
        &self,
        state: &dyn StateRead,
        voter: (u64, &Address),
        after: Option<&Address>,
        limit: usize,
    ) -> Result<Vec<(Address, Dec)>>;
}

/// The table of all messages, as gov sees it.
pub trait Messages {
    /// Parses and validates a message and says who must sign it; unknown type URLs are
    /// `unknown_request`.
    fn check(&self, message: &Any) -> Result<Vec<Address>>;

    /// Executes a message.
    fn dispatch(&self, ctx: &mut Ctx<'_>, message: &Any) -> Result<()>;
}

/// All that gov needs.
pub trait Ports: Money + Stake + Messages + Sync {}

impl<T: Money + Stake + Messages + Sync> Ports for T {}

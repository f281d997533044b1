//! What the trade needs from others: money moved, whose a row is, who made an adapter.

use whence_base::{Address, Coins, Ctx, Result, StateRead};
use whence_proto::whence::datanet::v1::Contribution;
use whence_proto::whence::reward::v1::Split;

/// Most feedback givers, and most datanets, that one fee is split among.
pub const WEIGHTS_MAX: usize = 64;

/// Whether a row earns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is accepted and alive.
    Earning {
        /// Who is paid for it.
        payee: Address,
        /// The datanet that it is in.
        datanet_id: u64,
        /// The first version that holds its contribution; 0 when none does.
        first_version: u64,
    },
    /// A duplicate of an earlier row.
    Revoked,
    /// Taken out by its author or by a ruling.
    Withdrawn,
    /// No such row, or never accepted.
    Unknown,
}

/// A datanet that an adapter was trained on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainedOn {
    /// The datanet.
    pub datanet_id: u64,
    /// The version that was trained on.
    pub version: u64,
    /// Its owner now.
    pub owner: Address,
    /// Rows of it that were trained on.
    pub rows: u64,
}

/// Who made an adapter.
#[derive(Clone, Debug, PartialEq)]
pub struct Adapter {
    /// Who tuned it.
    pub developer: Address,
    /// Who proposed its model.
    pub proposer: Address,
    /// The model's own split, checked by [`crate::keeper::check_split`]; `None`: the default.
    pub split: Option<Split>,
    /// Givers of accepted feedback and the rows accepted from each, at most [`WEIGHTS_MAX`].
    pub feedback: Vec<(Address, u64)>,
    /// What it was trained on, at most [`WEIGHTS_MAX`].
    pub datanets: Vec<TrainedOn>,
}

/// What the datanet and model trades tell about a contribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Its record: submitted, reviewed, why.
    pub contribution: Contribution,
    /// Numbers of the versions that hold it, at most 100, the first ones.
    pub versions: Vec<u64>,
    /// Adapters that were trained on one of them, at most 100, the first ones.
    pub adapters: Vec<u64>,
    /// Who is paid for it.
    pub payee: Address,
}

/// Everything the trade needs from others.
pub trait Ports: Sync {
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

    /// Moves coins from a module's account to the fee collector, for the stakers, and records them
    /// there.
    fn collect_fees(&self, ctx: &mut Ctx<'_>, from: &'static str, coins: &Coins) -> Result<()>;

    /// Whether a row earns, and for whom.
    fn standing(&self, state: &dyn StateRead, contribution_id: u64, row: u64) -> Result<Standing>;

    /// Who made an adapter; `None` when there is no such adapter.
    fn adapter(&self, state: &dyn StateRead, adapter_id: u64) -> Result<Option<Adapter>>;

    /// A contribution's record; `None` when there is no such contribution.
    fn story(&self, state: &dyn StateRead, contribution_id: u64) -> Result<Option<Story>>;
}

//! What the trade needs from others: money moved, a model's stage, a datanet's version, a provider.

use whence_base::{Address, Coins, Ctx, Result, StateRead};
use whence_proto::whence::proposal::v1::ModelProposal;

/// A published version of a datanet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// The datanet's name.
    pub datanet_name: String,
    /// Root of its manifest (32 bytes).
    pub manifest_root: Vec<u8>,
    /// Rows that it froze.
    pub row_count: u64,
    /// When it was published.
    pub published_height: u64,
    /// Its contributions, at most 100, the first ones.
    pub contribution_ids: Vec<u64>,
    /// SPDX ids of their licences, each once.
    pub licences: Vec<String>,
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

    /// A model's proposal; `None` when there is no such model.
    fn proposal(&self, state: &dyn StateRead, model_id: u64) -> Result<Option<ModelProposal>>;

    /// A datanet's version; `None` when there is none.
    fn version(&self, state: &dyn StateRead, datanet: u64, version: u64)
    -> Result<Option<Version>>;

    /// Whether somebody is owner or curator of one of these datanets.
    fn may_review(&self, state: &dyn StateRead, datanets: &[u64], who: &Address) -> Result<bool>;

    /// The operator of a bonded provider; `None` when there is no such provider or it is not
    /// bonded.
    fn bonded_operator(&self, state: &dyn StateRead, provider_id: u64) -> Result<Option<Address>>;
}

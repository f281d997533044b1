//! The one ordered list of modules. It fixes the order of genesis, of begin and of end of block.

use std::sync::LazyLock;

use whence_base::{Module, QueryRouter, Router};

use crate::consensus;
use crate::ports::PORTS;

/// All modules, with the tables that they fill.
pub struct Modules {
    list: Vec<Box<dyn Module>>,
    router: Router,
    queries: QueryRouter,
    stores: Vec<&'static str>,
}

/// The list. Accounts and money come first, because everything else is built on them; staking comes
/// before gov (which tallies its stake); our trades follow in the order of a model's life.
fn list() -> Vec<Box<dyn Module>> {
    vec![
        Box::new(consensus::module()),
        Box::new(whence_auth::module(&PORTS)),
        Box::new(whence_bank::module(&PORTS)),
        Box::new(whence_staking::module(&PORTS)),
        Box::new(whence_gov::module(&PORTS)),
        Box::new(whence_datanet::module(&PORTS)),
        Box::new(whence_proposal::module(&PORTS)),
        Box::new(whence_model::module(&PORTS)),
        Box::new(whence_attribution::module(&PORTS)),
        Box::new(whence_reward::module(&PORTS)),
    ]
}

static MODULES: LazyLock<Modules> = LazyLock::new(|| {
    let list = list();
    let (mut router, mut queries) = (Router::default(), QueryRouter::default());
    for module in &list {
        module.messages(&mut router);
        module.queries(&mut queries);
    }
    let stores = list.iter().map(|module| module.name()).collect();
    Modules { list, router, queries, stores }
});

impl Modules {
    /// The modules of this chain.
    pub fn get() -> &'static Self {
        &MODULES
    }

    /// The modules, in order.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Module> {
        self.list.iter().map(AsRef::as_ref)
    }

    /// The table of messages.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// The table of queries.
    pub fn queries(&self) -> &QueryRouter {
        &self.queries
    }

    /// Names of the stores, in the order of the modules.
    pub fn stores(&self) -> &[&'static str] {
        &self.stores
    }
}

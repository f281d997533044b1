//! `verify-db`: recomputes what the database holds, and checks what must always hold.

use whence_base::QueryCtx;
use whence_store::Options;

use super::config::pruning;
use super::home::Home;
use crate::app::{App, Settings};
use crate::exec::invariants;

/// Flags of `verify-db`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Every root from the flat values, every node, then every module's invariants and each account's
/// obligations at the latest height. The node must not be running.
pub fn run(home: &Home) -> anyhow::Result<()> {
    let options = Options { pruning: pruning("nothing", 0, 0)?, ..Options::default() };
    let app = App::open(&home.database(), options, Settings::default())?;
    let found = app.store().verify()?;
    let (height, hash) = (found.committed.height, hex::encode_upper(found.committed.app_hash));
    println!("height {height}, app hash {hash}: {} keys, {} nodes agree", found.keys, found.nodes);
    let (state, block) = app.committed(None)?;
    let broken = invariants::broken(app.modules(), &QueryCtx::new(&state, &block))?;
    anyhow::ensure!(broken.is_empty(), "broken invariants: {}", broken.join("; "));
    println!("every invariant holds");
    Ok(())
}

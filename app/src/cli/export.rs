//! `export`: the state at a height, as a genesis that a new chain can start from.

use anyhow::Context;
use whence_base::QueryCtx;
use whence_store::Options;

use super::config::pruning;
use super::doc::{self, Doc};
use super::home::Home;
use crate::app::{App, Settings};
use crate::exec::{genesis, header};

/// Flags of `export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The height; the latest one when not given.
    #[arg(long)]
    height: Option<u64>,
    /// Where to write it; standard output when not given.
    #[arg(long)]
    output_document: Option<std::path::PathBuf>,
}

/// Prints a genesis. The node must not be running.
pub fn run(home: &Home, args: &Args) -> anyhow::Result<()> {
    let options = Options { pruning: pruning("nothing", 0, 0)?, ..Options::default() };
    let app = App::open(&home.database(), options, Settings::default())?;
    let (state, block) = app.committed(args.height)?;
    anyhow::ensure!(block.height > 0, "nothing is committed yet");
    let ctx = QueryCtx::new(&state, &block);
    let app_state = genesis::export(app.modules(), &ctx)?;
    let mut document = Doc::new(&block.chain_id, block.height.saturating_add(1), &app_state)?;
    if let Some(params) = header::PARAMS.get(&state)? {
        document.set_consensus_params(doc::params_to_json(&params)?);
    }
    match &args.output_document {
        None => println!("{}", document.value()),
        Some(path) => std::fs::write(path, format!("{:#}\n", document.value()))
            .with_context(|| path.display().to_string())?,
    }
    Ok(())
}

//! `retrain`: the truth that attribution is held against, as files for `attribution-bench adapter`.

use std::path::PathBuf;

use super::Base;
use crate::error::Result;
use crate::fidelity::Retraining;
use crate::tuning::{TuningConfig, read_rows};

/// Tune again and again on random halves of the rows; goes on where it was interrupted.
#[derive(Debug, clap::Args)]
pub(super) struct Retrain {
    #[command(flatten)]
    base: Base,
    /// Rows to learn from, as JSON lines.
    #[arg(long)]
    rows: PathBuf,
    /// Rows whose loss is asked for, as JSON lines; never learned from.
    #[arg(long)]
    queries: PathBuf,
    /// The recipe, as JSON; fields left out have their defaults.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Runs on random halves.
    #[arg(long, default_value_t = 24)]
    subsets: usize,
    /// Where subsets come from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for gradients and losses; what is there already is kept.
    #[arg(long)]
    out: PathBuf,
}

impl Retrain {
    pub(super) fn run(self) -> Result<()> {
        let config = TuningConfig::read(self.config.as_deref())?;
        let engine = self.base.engine()?;
        let retraining = Retraining {
            engine: &engine,
            rows: read_rows(&self.rows)?,
            queries: read_rows(&self.queries)?,
            config,
            seed: self.seed,
        };
        retraining.run(&self.out, self.subsets, |line| println!("{line}"))
    }
}

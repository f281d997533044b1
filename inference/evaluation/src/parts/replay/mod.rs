//! Replay held against retraining: is the audit itself right, and how near is what is paid by to
//! it?
//!
//! | file | what it is for |
//! |---|---|
//! | [`scores`] | what replay says of every row, and the controls that must say less |
//! | [`settings`] | the models that are replayed |
//! | [`measure`] | scores against models trained again |
//! | [`summary`] | figures of all seeds |

pub mod measure;
pub mod scores;
pub mod settings;
pub mod summary;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use anyhow::Result;

use super::fidelity;
use crate::figure;
use settings::Setting;

/// What `attribution-bench replay` can be told.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Which models are replayed.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_values = ["digits-lr", "digits-mlp", "lora-language", "lora-smooth"]
    )]
    pub settings: Vec<Setting>,
    /// Seeds: of the data, the start, the batches and the subsets.
    #[arg(long, value_delimiter = ',', default_values = ["1", "2", "3"])]
    pub seeds: Vec<u64>,
    /// Queries of each seed.
    #[arg(long, default_value_t = 20)]
    pub queries: usize,
    /// Models trained again for each share of dropped rows; as many as `lds` has where not said.
    #[arg(long)]
    pub models: Option<usize>,
    /// Shares of the rows that are dropped, in percent.
    #[arg(long, value_delimiter = ',', default_values = ["50", "10", "5"])]
    pub dropped: Vec<u32>,
    /// Rows that are really left out, one at a time.
    #[arg(long, default_value_t = 50)]
    pub left_out: usize,
    /// Where the losses of retrained models are kept; where `lds` keeps them where not named.
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// A file of figures to keep the figures in.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

impl Options {
    /// What the parts that this one shares settings and retrained models with are told.
    fn shared(&self) -> fidelity::Options {
        fidelity::Options {
            size: fidelity::Size::Full,
            settings: Vec::new(),
            seeds: self.seeds.clone(),
            folder: self.folder.clone(),
            out: None,
            export: None,
        }
    }
}

/// Measures and prints; keeps the figures where a file is named.
pub fn run(options: &Options) -> Result<()> {
    for setting in &options.settings {
        let mut found = Vec::new();
        for seed in &options.seeds {
            found.push(setting.measure(*seed, options)?);
        }
        let figures = summary::figures(setting.name(), &found, options);
        figure::print(&figures);
        if let Some(path) = &options.out {
            figure::keep(path, &figures)?;
        }
    }
    Ok(())
}

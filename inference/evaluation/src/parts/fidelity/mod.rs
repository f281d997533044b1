//! Scores held against the truth: models trained again, rows known to be wrong, classes,
//! usefulness.
//!
//! | room | what it is for |
//! |---|---|
//! | [`setting`] | what a model with its rows, queries and training must offer |
//! | [`settings`] | the models that are measured on |
//! | `language` | the adapter of a small language model as a setting |
//! | [`points`] | gradients at points of a run |
//! | [`indexed`] | the index as it is served, and with other points, bases, coordinates |
//! | [`scored`] | every method's scores for every query of a trained model |
//! | [`pay`] | what rows are paid by the index, and by naive scores as the control |
//! | [`rules`] | other rules of pay, some of which ask held-out questions |
//! | [`found`] | numbers by name, one a query, and figures of all seeds |
//! | [`lds`] | subsets of rows: do scores add up to what retrained models lose? |
//! | [`loo`] | single rows left out |
//! | [`mislabel`] | a tenth of the labels wrong: who finds them, and who pays them? |
//! | [`classdet`] | do a query's best rows have its class? |
//! | [`utility`] | without the best-paid rows, is the model worse? |
//!
//! All settings of the measures are fixed here and in the engine, before any truth is seen.

pub mod classdet;
pub mod found;
pub mod indexed;
pub(super) mod language;
pub mod lds;
pub mod loo;
pub mod mislabel;
pub mod pay;
pub mod points;
pub mod rules;
pub mod scored;
pub mod setting;
pub mod settings;
pub mod utility;

use std::path::PathBuf;

use anyhow::{Context, Result};

use found::{Found, Report};
use setting::Setting;
use settings::Name;

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Size {
    /// A look at whether everything works: seconds, and no targets.
    Small,
    /// What the documents print.
    Full,
}

/// What each of these parts can be told.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// How much is measured.
    #[arg(long, value_enum, default_value_t = Size::Full)]
    pub size: Size,
    /// Which models; all that the part is for where none is named.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub settings: Vec<Name>,
    /// Seeds: of the data, the start, the batches and the subsets.
    #[arg(long, value_delimiter = ',', default_values = ["1", "2", "3"])]
    pub seeds: Vec<u64>,
    /// Where the losses of retrained models are kept; `~/.cache/whence/attribution` where not
    /// named.
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// A file of figures to keep the figures in.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// A folder to write arrays for programs of others into (`lds` only).
    #[arg(long)]
    pub export: Option<PathBuf>,
}

impl Options {
    /// Where retrained losses are.
    pub(super) fn folder(&self) -> Result<PathBuf> {
        folder(self.folder.as_ref())
    }

    /// What of a seed's truth is kept under: the same name, the same truth.
    fn name(&self, setting: &dyn Setting, seed: u64) -> String {
        let count = setting.objective().rows();
        format!("{}-{seed}-{}-{count}", setting.name(), setting.trained())
    }
}

/// The folder that was named, or the one under the user's cache.
pub(super) fn folder(named: Option<&PathBuf>) -> Result<PathBuf> {
    if let Some(folder) = named {
        return Ok(folder.clone());
    }
    let home = std::env::var_os("HOME").context("no HOME: name a folder")?;
    Ok(PathBuf::from(home).join(".cache/whence/attribution"))
}

/// Measures one part in its settings, prints figures and keeps them.
fn run(
    part: &'static str,
    options: &Options,
    measure: impl Fn(Name, u64) -> Result<Found>,
    names: &[Name],
) -> Result<()> {
    let names = if options.settings.is_empty() { names } else { &options.settings };
    for name in names {
        let seeds = options.seeds.iter();
        let found: Vec<Found> = seeds.map(|seed| measure(*name, *seed)).collect::<Result<_>>()?;
        let report = Report { part, setting: name.as_str(), options };
        let figures = report.figures(&found);
        crate::figure::print(&figures);
        if let Some(path) = &options.out {
            crate::figure::keep(path, &figures)?;
        }
    }
    Ok(())
}

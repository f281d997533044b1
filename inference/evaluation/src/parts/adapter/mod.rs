//! `adapter`: attribution of a real adapter against runs without half of the rows.
//!
//! | room | what it is for |
//! |---|---|
//! | [`folder`] | what `whence-inference retrain` left |
//! | [`methods`] | every method's scores |

pub mod folder;
pub mod methods;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use rayon::prelude::*;

use crate::figure::{self, Figure, Target};
use crate::retraining::shuffled;
use crate::statistics::{mean, standard_error};
use folder::Folder;
use methods::Scored;

/// Runs without which an LDS is not printed as one.
const SUBSETS_MIN: usize = 20;

/// What is held against what.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The folder that `whence-inference retrain` wrote.
    #[arg(long)]
    pub from: PathBuf,
    /// What the adapter is of, as figures name it.
    #[arg(long, default_value = "smollm2")]
    pub setting: String,
    /// A file of figures to keep the figures in.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Prints every method's linear datamodelling score.
pub fn run(options: &Options) -> Result<()> {
    let folder = Folder::read(&options.from)?;
    let runs = folder.truth.subsets.len();
    ensure!(runs >= SUBSETS_MIN, "{runs} runs on subsets: at least {SUBSETS_MIN}");
    let mut all = methods::all(&folder)?;
    let control = shuffled(&all[0].1, folder.seed());
    all.push(("shuffled".into(), control, None));
    let one = |(name, scores, bytes): &Scored| {
        let found = folder.truth.linear_datamodelling_scores(scores);
        figures(options, &folder, (name, &found, *bytes))
    };
    let figures: Vec<Figure> = all.par_iter().flat_map_iter(one).collect();
    figure::print(&figures);
    match &options.out {
        Some(path) => figure::keep(path, &figures),
        None => Ok(()),
    }
}

fn figures(
    options: &Options,
    folder: &Folder,
    (name, found, bytes): (&str, &[f64], Option<usize>),
) -> Vec<Figure> {
    let (runs, queries) = (folder.truth.subsets.len(), folder.queries());
    let control = name == "shuffled";
    let before = if control { "control." } else { "" };
    let target = control.then_some(Target::AtMost(0.1));
    let figure =
        |id: String, what: String, (ours, error): (f64, f64), target: Option<Target>| Figure {
            id,
            what,
            ours,
            error,
            peer: None,
            target,
            holds: target.is_none_or(|target| target.holds(ours)),
            seeds: vec![folder.seed()],
            command: "make attribution-adapter".into(),
        };
    let setting = &options.setting;
    let lds = figure(
        format!("{before}lds.{setting}.{name}.50"),
        format!(
            "LDS: Spearman over {runs} retrained adapters, mean over {queries} queries: {name}"
        ),
        (mean(found), standard_error(found)),
        target,
    );
    let bytes = bytes.map(|bytes| {
        let what = format!("bytes of a row in the index: {name}");
        figure(format!("lds.{setting}.{name}.bytes-per-row"), what, (bytes as f64, 0.0), None)
    });
    std::iter::once(lds).chain(bytes).collect()
}

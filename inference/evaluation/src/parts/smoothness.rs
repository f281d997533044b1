//! `smoothness`: which peak rate of the language model's run is smooth in its rows' weights?
//!
//! Halved again and again, on a seed that nothing else is measured with: no score and no retrained
//! subset is looked at. The largest peak whose metasmoothness is at least 0.95, as the network's
//! run has it, is the one of the setting `lora-smooth`.

use std::path::PathBuf;

use anyhow::Result;
use whence_influence::objective::Objective;
use whence_influence::replay::{Replay, train};

use super::fidelity::language;
use crate::figure::{self, Figure};
use crate::lora_language::{LoraLanguage, PEAK};
use crate::random;
use crate::statistics::mean;

/// A seed that nothing else is measured with.
const SEED: u64 = 0;
/// Halvings.
const STEPS: i32 = 5;

/// What `attribution-bench smoothness` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Where base models are kept; `~/.cache/whence/attribution` where not named.
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// A file of figures to keep the figures in.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Measures and prints; keeps the figures where a file is named.
pub fn run(options: &Options) -> Result<()> {
    let base = language::base(SEED, &super::fidelity::folder(options.folder.as_ref())?)?;
    let mut figures = Vec::new();
    for halvings in 0..STEPS {
        let peak = PEAK * 0.5f32.powi(halvings);
        let model = LoraLanguage::new(SEED, &base)?.with_peak(peak);
        let (start, weights) = (model.start(), vec![1.0; model.trained()]);
        let mut direction = vec![0.0; model.trained()];
        let mut stream = random::stream(SEED, "smoothness");
        let left_out = random::subset(&mut stream, model.trained(), model.trained() / 10);
        left_out.into_iter().for_each(|row| direction[row] = -1.0);
        let replay = Replay { objective: &model, start, recipe: model.recipe(), weights: &weights };
        let end = train(&model, start, model.recipe(), &weights)?.theta;
        let losses = model.queries().into_iter().map(|row| f64::from(model.loss(&end, row)));
        let losses: Vec<f64> = losses.collect();
        let smooth = replay.metasmoothness(&direction, 0.5)?;
        figures.push(figure(peak, "metasmoothness", smooth));
        figures.push(figure(peak, "held-out-loss", mean(&losses)));
    }
    figure::print(&figures);
    options.out.as_deref().map_or(Ok(()), |path| figure::keep(path, &figures))
}

fn figure(peak: f32, what: &str, ours: f64) -> Figure {
    Figure {
        id: format!("smoothness.{peak}.{what}"),
        what: format!("{what} of the language model's run with a peak rate of {peak}"),
        ours,
        error: 0.0,
        peer: None,
        target: None,
        holds: true,
        seeds: vec![SEED],
        command: "attribution-bench smoothness".into(),
    }
}

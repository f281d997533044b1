//! Does anyone earn by gaming attribution? Attacks on a market of rows, each with a control.
//!
//! | file | what it is for |
//! |---|---|
//! | [`market`] | contributors and their rows, what they are paid, and what an attack changes |
//! | [`setting`] | a model with what it is trained on and asked |
//! | [`digits`], [`language`] | digits, and an adapter of a language model, as such settings |
//! | [`admission`] | which rows are trained on: the first of those that say the same |
//! | [`product`] | the way that answers are paid |
//! | [`naive`] | ways of paying that are gamed: the controls |
//! | [`trials`], [`digits_trials`] | the attacks, once each |
//! | [`outlier`], [`shadow`] | rows made to look influential |
//! | [`wash`] | asking oneself, in the chain's own integers |

pub mod admission;
pub mod digits;
pub mod digits_trials;
pub mod language;
pub mod market;
pub mod naive;
pub mod outlier;
pub mod product;
pub mod setting;
pub mod shadow;
pub mod trials;
pub mod wash;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;

use crate::figure::{self, Figure, Target};
use crate::lora_language::base::Base;
use crate::statistics::{mean, standard_error};
use digits::{DigitsMarket, Model};
use language::LanguageMarket;
use trials::{Ring, Trial};

/// What `attribution-bench gaming` can be told.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Markets to attack.
    #[arg(long, value_delimiter = ',', default_value = "digits-lr,digits-mlp,lora-lm,wash")]
    pub markets: Vec<String>,
    /// Seeds: 0 and the numbers after it.
    #[arg(long, default_value_t = 3)]
    pub seeds: u64,
    /// The file of figures to keep the results in.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Attacks markets, and prints what it earned.
pub fn run(options: &Options) -> Result<()> {
    let mut figures = Vec::new();
    for market in &options.markets {
        figures.extend(match market.as_str() {
            "digits-lr" => {
                over_seeds(market, options.seeds, |seed| on_digits(Model::Linear, seed))?
            }
            "digits-mlp" => {
                over_seeds(market, options.seeds, |seed| on_digits(Model::Network, seed))?
            }
            "lora-lm" => {
                // One base for all seeds, as one base model stands under all adapters.
                let base = Base::train(0)?;
                over_seeds(market, options.seeds, |seed| on_language(&base, seed))?
            }
            "wash" => wash::figures(&command(market)),
            other => anyhow::bail!("no market {other}: digits-lr, digits-mlp, lora-lm or wash"),
        });
    }
    figure::print(&figures);
    options.out.as_ref().map_or(Ok(()), |path| figure::keep(path, &figures))
}

fn on_digits(model: Model, seed: u64) -> Result<Vec<Trial>> {
    let setting = DigitsMarket::new(model, seed);
    let (ring, mut trials) = Ring::new(&setting, seed)?;
    trials.extend(ring.attacks()?);
    trials.extend(digits_trials::noise(&setting)?);
    trials.extend(digits_trials::inflation(&ring)?);
    Ok(trials)
}

fn on_language(base: &Base, seed: u64) -> Result<Vec<Trial>> {
    let setting = LanguageMarket::new(base, seed)?;
    let (ring, mut trials) = Ring::new(&setting, seed)?;
    trials.extend(ring.attacks()?);
    Ok(trials)
}

/// One figure of each trial: its mean over seeds, with its standard error.
fn over_seeds(
    market: &str,
    seeds: u64,
    attack: impl Fn(u64) -> Result<Vec<Trial>>,
) -> Result<Vec<Figure>> {
    let mut found: BTreeMap<String, (Trial, Vec<f64>)> = BTreeMap::new();
    for seed in 0..seeds {
        for trial in attack(seed)? {
            eprintln!("{market} seed {seed}: {} {:.4}", trial.id, trial.value);
            let value = trial.value;
            found.entry(trial.id.clone()).or_insert((trial, Vec::new())).1.push(value);
        }
    }
    let seeds: Vec<u64> = (0..seeds).collect();
    let figure = |(trial, values): (Trial, Vec<f64>)| {
        let ours = mean(&values);
        Figure {
            id: format!("{}.{market}", trial.id),
            what: trial.what,
            ours,
            error: standard_error(&values),
            peer: None,
            target: trial.target,
            holds: trial.target.is_none_or(|target: Target| target.holds(ours)),
            seeds: seeds.clone(),
            command: command(market),
        }
    };
    Ok(found.into_values().map(figure).collect())
}

fn command(market: &str) -> String {
    format!("attribution-bench gaming --markets {market}")
}

#[cfg(test)]
mod tests;

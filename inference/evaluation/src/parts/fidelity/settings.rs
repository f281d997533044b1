//! The models that are measured on.

use anyhow::{Result, bail};
use whence_influence::objective::Objective;
use whence_influence::replay::{Recipe, Run, train};

use super::language::Language;
use super::setting::Setting;
use super::{Options, Size, points};
use crate::digits::{Digits, INPUTS, linear::Linear, network::Network};
use crate::export::{Folder, Values};
use crate::recipes;

/// Digits there are.
const DIGITS: usize = 1_797;

/// Which model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Name {
    /// Logistic regression on digits, at its optimum.
    DigitsLr,
    /// The network on digits, 300 steps of Adam.
    DigitsMlp,
    /// An adapter of a small language model, 80 steps of Adam.
    LoraLanguage,
    /// The same with a peak rate that leaves the run smooth in its rows' weights.
    LoraSmooth,
}

impl Name {
    /// As figures have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DigitsLr => "digits-lr",
            Self::DigitsMlp => "digits-mlp",
            Self::LoraLanguage => "lora-language",
            Self::LoraSmooth => "lora-smooth",
        }
    }

    /// Models trained again for each share of dropped rows.
    pub fn models(self) -> usize {
        match self {
            Self::DigitsLr | Self::DigitsMlp => 50,
            Self::LoraLanguage | Self::LoraSmooth => 40,
        }
    }

    /// A seed's model and data.
    pub fn make(self, seed: u64, options: &Options) -> Result<Box<dyn Setting>> {
        match self {
            Self::LoraLanguage | Self::LoraSmooth => {
                Ok(Box::new(Language::new(self, seed, &options.folder()?)?))
            }
            Self::DigitsLr | Self::DigitsMlp => Ok(self.mislabelled(seed, options.size, 0.0)?.0),
        }
    }

    /// The same with wrong labels for a share of the rows; which they are.
    pub fn mislabelled(
        self,
        seed: u64,
        size: Size,
        wrong: f64,
    ) -> Result<(Box<dyn Setting>, Vec<usize>)> {
        let (trained, queries) = match size {
            Size::Full => (1_000, 200),
            Size::Small => (200, 40),
        };
        let mut digits = Digits::draw(seed, trained, DIGITS - trained);
        let wrong = digits.mislabel(seed, wrong);
        let model = match self {
            Self::DigitsLr => Model::Linear(Linear::new(digits)?),
            Self::DigitsMlp => {
                let batches = recipes::batches(seed, trained, 50, 15);
                let mut recipe = recipes::smooth_adam(5e-3, batches);
                recipe.keep = points::all(&recipe);
                let network = Network::new(digits)?;
                Model::Network { start: network.start(seed), network, recipe }
            }
            // In the pilot a tenth of wrong tags moved the held-out loss by 1 %: no noise that
            // hurts.
            Self::LoraLanguage | Self::LoraSmooth => {
                bail!("only digits have labels that can be wrong")
            }
        };
        Ok((Box::new(OnDigits { model, queries }), wrong))
    }
}

/// A model of digits.
struct OnDigits {
    model: Model,
    queries: usize,
}

/// Which, with what it is trained by.
enum Model {
    Linear(Linear),
    Network { network: Network, start: Vec<f32>, recipe: Recipe },
}

impl OnDigits {
    fn digits(&self) -> &Digits {
        match &self.model {
            Model::Linear(linear) => &linear.digits,
            Model::Network { network, .. } => &network.digits,
        }
    }
}

impl Setting for OnDigits {
    fn name(&self) -> &'static str {
        match &self.model {
            Model::Linear(_) => Name::DigitsLr.as_str(),
            Model::Network { .. } => Name::DigitsMlp.as_str(),
        }
    }

    fn objective(&self) -> &dyn Objective {
        match &self.model {
            Model::Linear(linear) => linear,
            Model::Network { network, .. } => network,
        }
    }

    fn trained(&self) -> usize {
        self.digits().trained
    }

    fn queries(&self) -> Vec<usize> {
        self.digits().queries()[..self.queries].to_vec()
    }

    fn held_out(&self) -> Vec<usize> {
        self.digits().queries()[self.queries..].to_vec()
    }

    fn class(&self, row: usize) -> usize {
        self.digits().labels[row]
    }

    /// Logistic regression goes to its optimum and keeps nothing on the way.
    fn train(&self, weights: &[f32]) -> Result<Run> {
        match &self.model {
            Model::Linear(linear) => {
                Ok(Run { theta: linear.fit(weights)?, checkpoints: Vec::new() })
            }
            Model::Network { network, start, recipe } => {
                Ok(train(network, start, recipe, weights)?)
            }
        }
    }

    fn recipe(&self) -> Option<&Recipe> {
        match &self.model {
            Model::Linear(_) => None,
            Model::Network { recipe, .. } => Some(recipe),
        }
    }

    fn penalty(&self) -> Option<f64> {
        match &self.model {
            Model::Linear(linear) => Some(linear.penalty()),
            Model::Network { .. } => None,
        }
    }

    /// Logistic regression has no inside: the picture itself.
    fn representation(&self, theta: &[f32], row: usize) -> Result<Vec<f32>> {
        Ok(match &self.model {
            Model::Linear(linear) => linear.digits.images[row].clone(),
            Model::Network { network, .. } => network.representation(theta, row),
        })
    }

    fn terms(&self, _: usize) -> Vec<u32> {
        Vec::new()
    }

    fn export(&self, folder: &Folder) -> Result<()> {
        inputs(self.digits(), self.queries, folder)
    }
}

/// Grey levels and labels of rows and queries.
fn inputs(digits: &Digits, queries: usize, folder: &Folder) -> Result<()> {
    let count = digits.trained + queries;
    let images = digits.images[..count].concat();
    let labels: Vec<u8> = digits.labels[..count].iter().map(|label| *label as u8).collect();
    folder.array("inputs", &[count, INPUTS], Values::Single(&images))?;
    folder.array("labels", &[count], Values::Bytes(&labels))
}

//! Digits as a market: logistic regression and a small network.

use anyhow::Result;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use whence_canon::merkle::Hash;
use whence_influence::objective::Objective;
use whence_influence::replay::{subset_weights, train};

use super::setting::{Setting, Trained};
use crate::digits::linear::Linear;
use crate::digits::network::Network;
use crate::digits::{CLASSES, Digits};
use crate::{random, recipes};

/// The largest grey level.
const BLACK: f32 = 16.0;
/// Rows that honest contributors commit.
const ROWS: usize = 1000;
/// Queries.
const QUERIES: usize = 200;
/// Rows of a step, times that each row is seen, and the largest rate, of the network's run.
const BATCH: usize = 50;
const PASSES: usize = 15;
const RATE: f32 = 5e-3;
/// Digits in the data.
const ALL: usize = 1797;

/// A digit as it is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digit {
    /// Grey levels from 0 to 16.
    pub pixels: Vec<u8>,
    /// What it is said to be.
    pub label: usize,
}

/// Which model is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Logistic regression.
    Linear,
    /// One hidden layer.
    Network,
}

/// A market of digits.
#[derive(Debug, Clone)]
pub struct DigitsMarket {
    /// What is trained.
    pub model: Model,
    seed: u64,
    honest: Vec<Digit>,
    queries: Vec<Digit>,
    /// Digits that nobody committed or asks: an attacker's own.
    pub spare: Vec<Digit>,
}

impl DigitsMarket {
    /// Digits drawn by a seed.
    pub fn new(model: Model, seed: u64) -> Self {
        Self::sized(model, seed, (ROWS, QUERIES))
    }

    /// The same with another number of rows and queries.
    pub fn sized(model: Model, seed: u64, (rows, queries): (usize, usize)) -> Self {
        let drawn = Digits::draw(seed, rows, ALL - rows);
        let level = |x: &f32| (x * BLACK) as u8;
        let digit = |(image, label): (&Vec<f32>, &usize)| Digit {
            pixels: image[..image.len() - 1].iter().map(level).collect(),
            label: *label,
        };
        let mut honest: Vec<Digit> = drawn.images.iter().zip(&drawn.labels).map(digit).collect();
        let mut asked = honest.split_off(rows);
        let spare = asked.split_off(queries);
        Self { model, seed, honest, queries: asked, spare }
    }

    /// Trains on rows and knows other digits as the queries after them.
    pub fn train_for(&self, rows: &[Digit], queries: &[Digit]) -> Result<Trained> {
        let digits = digits(rows, queries);
        match self.model {
            Model::Linear => {
                let linear = Linear::new(digits)?;
                let end = linear.fit(&vec![1.0; rows.len()])?;
                let objective = Box::new(linear);
                Ok(Trained { objective, rows: rows.len(), checkpoints: vec![end] })
            }
            Model::Network => {
                let network = Network::new(digits)?;
                let batches = recipes::batches(self.seed, rows.len(), BATCH, PASSES);
                let recipe = recipes::smooth_adam(RATE, batches);
                let weights = subset_weights(rows.len(), &Vec::from_iter(0..rows.len()));
                let run = train(&network, &network.start(self.seed), &recipe, &weights)?;
                let checkpoints = vec![run.theta];
                Ok(Trained { objective: Box::new(network), rows: rows.len(), checkpoints })
            }
        }
    }

    /// The rows with one in `one_of` given another label, drawn by the seed; which they are.
    pub fn mislabelled(&self, one_of: usize) -> (Vec<Digit>, Vec<usize>) {
        let mut stream = random::stream(self.seed, "gaming/mislabel");
        let wrong = random::subset(&mut stream, self.honest.len(), self.honest.len() / one_of);
        let mut rows = self.honest.clone();
        for row in &wrong {
            let turn = 1 + random::below(&mut stream, CLASSES - 1);
            rows[*row].label = (rows[*row].label + turn) % CLASSES;
        }
        (rows, wrong)
    }
}

/// Rows and queries as the models take them.
fn digits(rows: &[Digit], queries: &[Digit]) -> Digits {
    let image = |digit: &Digit| {
        digit.pixels.iter().map(|level| f32::from(*level) / BLACK).chain([1.0]).collect()
    };
    let all = || rows.iter().chain(queries);
    let (images, labels) = (all().map(image).collect(), all().map(|digit| digit.label).collect());
    Digits { images, labels, trained: rows.len() }
}

/// The losses of digits under a model of this kind.
pub fn objective(model: Model, rows: &[Digit]) -> Result<Box<dyn Objective>> {
    let digits = digits(rows, &[]);
    Ok(match model {
        Model::Linear => Box::new(Linear::new(digits)?),
        Model::Network => Box::new(Network::new(digits)?),
    })
}

impl Setting for DigitsMarket {
    type Content = Digit;

    fn name(&self) -> &'static str {
        match self.model {
            Model::Linear => "digits-lr",
            Model::Network => "digits-mlp",
        }
    }

    fn honest(&self) -> &[Digit] {
        &self.honest
    }

    fn queries(&self) -> &[Digit] {
        &self.queries
    }

    fn train(&self, contents: &[Digit]) -> Result<Trained> {
        self.train_for(contents, &self.queries)
    }

    fn hash(&self, digit: &Digit) -> Hash {
        let digest = Sha256::new().chain_update(&digit.pixels);
        digest.chain_update([digit.label as u8]).finalize().into()
    }

    /// Numbers have no words: what is not equal is left to the gradients.
    fn duplicates(&self, _: &[Digit]) -> Result<Vec<(usize, usize)>> {
        Ok(Vec::new())
    }

    /// Every pixel moves by one grey level down, up or not at all.
    fn reworded(&self, digit: &Digit, stream: &mut ChaCha8Rng) -> Digit {
        let moved = |level: &u8| match random::below(stream, 3) {
            0 => level.saturating_sub(1),
            1 => *level,
            _ => (level + 1).min(BLACK as u8),
        };
        Digit { pixels: digit.pixels.iter().map(moved).collect(), label: digit.label }
    }
}

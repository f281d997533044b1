//! The base model: two blocks, trained on plain text before any adapter is.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use whence_influence::canonical::language::{BaseObjective, Config, Decoder, Row, Weights};
use whence_influence::objective::Objective;
use whence_influence::replay::{self, Decay, Optimiser, Recipe, Schedule};

use super::sentences;
use crate::random;

/// Steps of training.
const STEPS: usize = 2_500;
/// Lines of text in a step.
const LINES: usize = 12;
const PEAK: f32 = 3e-3;
/// Stands before the weights in a file; another text or recipe is another edition.
const EDITION: [u8; 8] = *b"whbase-2";

/// A trained base; adapters of all kinds start from the same one.
#[derive(Debug, Clone, PartialEq)]
pub struct Base {
    weights: Vec<f32>,
}

/// Two blocks of width 64, four heads: about 87,000 numbers.
pub fn config() -> Config {
    Config {
        layers: 2,
        width: 64,
        feed_width: 128,
        heads: 4,
        kv_heads: 4,
        vocabulary: sentences::vocabulary(),
        context: 192,
        rope_base: 10_000.0,
        norm_epsilon: 1e-5,
        tied: true,
    }
}

impl Base {
    /// Trains on a seed's plain text, on the threads of the current pool: a minute or two on one.
    pub fn train(seed: u64) -> Result<Self> {
        Self::train_for(seed, STEPS)
    }

    /// The same for another number of steps.
    pub fn train_for(seed: u64, steps: usize) -> Result<Self> {
        let mut stream = random::stream(seed, "plain text");
        let mut line = || {
            let ids = sentences::encode(&format!("\n{}\n", sentences::line(&mut stream)))?;
            let end = ids.len();
            Ok(Row::new(ids, 1..end)?)
        };
        let rows = (0..steps * LINES).map(|_| line()).collect::<Result<Vec<Row>>>()?;
        let weights = vec![1.0; rows.len()];
        let objective = BaseObjective::new(config(), rows)?;
        let batches = (0..steps).map(|step| (step * LINES..(step + 1) * LINES).collect());
        let recipe = Recipe {
            optimiser: Optimiser::Adam { beta1: 0.9, beta2: 0.98, eps: 1e-8, eps_root: 0.0 },
            schedule: Schedule { peak: PEAK, warmup: steps / 10, decay: Decay::Smooth },
            weight_decay: 0.0,
            clip: Some(1.0),
            batches: batches.collect(),
            keep: Vec::new(),
        };
        let start = start(seed, &objective);
        Ok(Self { weights: replay::train(&objective, &start, &recipe, &weights)?.theta })
    }

    /// The model, to put adapters on.
    pub fn decoder(&self) -> Result<Arc<Decoder>> {
        let weights = Weights::from_flat(&config(), &self.weights)?;
        Ok(Arc::new(Decoder::new(config(), weights)?))
    }

    /// The weights, laid out as [`Config::layout`] has them.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// The edition of the training, then the weights, four bytes each.
    pub fn to_bytes(&self) -> Vec<u8> {
        let weights = self.weights.iter().flat_map(|weight| weight.to_le_bytes());
        EDITION.into_iter().chain(weights).collect()
    }

    /// From the bytes that [`Self::to_bytes`] gives; those of another edition are refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let weights = bytes.strip_prefix(EDITION.as_slice());
        let weights = weights.context("a base of another edition: remove the file")?;
        let (numbers, rest) = weights.as_chunks::<4>();
        let expected = config().layout()?.width();
        ensure!(rest.is_empty() && numbers.len() == expected, "a base with weights missing");
        Ok(Self { weights: numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect() })
    }
}

/// Norms 1, matrices normal with deviation `1/√inputs`, the embedding 0.02 as GPT-2 starts it.
fn start(seed: u64, objective: &BaseObjective) -> Vec<f32> {
    let mut stream = random::stream(seed, "base");
    let blocks = objective.layout().blocks().iter();
    let numbers = blocks.flat_map(|block| {
        let deviation = match block.name.starts_with("model.embed") {
            true => 0.02,
            false => 1.0 / (block.inputs as f32).sqrt(),
        };
        let one = |_| match block.outputs {
            1 => 1.0,
            _ => random::normal(&mut stream) * deviation,
        };
        (0..block.width()).map(one).collect::<Vec<f32>>()
    });
    numbers.collect()
}

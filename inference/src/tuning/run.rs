//! The run itself: first numbers, order, steps, and the loss on held-out rows before and after.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::adamw::{AdamW, Step};
use super::{Checkpoint, DatanetVersion, Metrics, Receipt, Row, TuningConfig};
use crate::adapter::{Adapter, AdapterConfig, Matrices};
use crate::engine::{Engine, device, guard};
use crate::error::{Error, Result};
use crate::model::{Config, Example, Model};

/// Batches whose rows are put in order of length together, so that few tokens are pads.
const BATCHES_SORTED_TOGETHER: usize = 8;
/// Rows in one run.
const ROWS_MAX: usize = 1_000_000;

/// What to learn from.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    /// Rows to learn from.
    pub rows: Vec<Row>,
    /// Rows to measure on; never learned from.
    pub held_out: Vec<Row>,
    /// Where they were published.
    pub versions: Vec<DatanetVersion>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Loss of the last step.
    pub loss: f32,
}

/// What a run gives.
#[derive(Debug, Clone)]
pub struct Tuned {
    /// The adapter.
    pub adapter: Adapter,
    /// States on the way, as many as the recipe asks for.
    pub checkpoints: Vec<Checkpoint>,
    /// The record of how it was made.
    pub receipt: Receipt,
}

/// Tunes an adapter; `progress` is called after each step and may break off.
pub fn tune(
    engine: &Engine,
    dataset: &Dataset,
    config: &TuningConfig,
    mut progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Tuned> {
    guard::contain(|| Run::new(engine, dataset, config)?.go(&mut progress))
}

struct Run<'a> {
    engine: &'a Engine,
    dataset: &'a Dataset,
    config: &'a TuningConfig,
    examples: Vec<Example>,
    held_out: Vec<Example>,
    adapter: Adapter,
    random: ChaCha20Rng,
    checkpoints: Vec<Checkpoint>,
}

impl<'a> Run<'a> {
    fn new(engine: &'a Engine, dataset: &'a Dataset, config: &'a TuningConfig) -> Result<Self> {
        let shape = config.check()?;
        if dataset.rows.is_empty() || dataset.rows.len() > ROWS_MAX {
            let found = dataset.rows.len();
            return Err(Error::Tuning(format!("{found} rows to learn from: 1 to {ROWS_MAX}")));
        }
        let examples = |rows: &[Row]| {
            let example = |row: &Row| row.turn.example(engine.tokenizer(), config.row_tokens_max);
            rows.iter().map(example).collect::<Result<Vec<_>>>()
        };
        let mut random = ChaCha20Rng::seed_from_u64(config.seed);
        Ok(Self {
            engine,
            dataset,
            config,
            examples: examples(&dataset.rows)?,
            held_out: examples(&dataset.held_out)?,
            adapter: first_numbers(shape, engine.model().config(), &mut random)?,
            random,
            checkpoints: Vec::new(),
        })
    }

    fn go(mut self, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<Tuned> {
        let model = self.engine.model();
        let before = self.held_out_loss(model)?;
        let batches = self.batches();
        let steps = batches.len();
        let mut optimiser = AdamW::default();
        let kept = self.config.kept(steps);
        let mut losses = Vec::with_capacity(steps);
        let mut tokens = 0;
        for (number, batch) in batches.iter().enumerate() {
            if kept.contains(&number) {
                self.checkpoints.push(Checkpoint {
                    step: number,
                    rate: self.config.rate(number, steps),
                    adapter: self.adapter.clone(),
                    moments: optimiser.moments(&self.adapter),
                });
            }
            let rows: Vec<&Example> = batch.iter().map(|row| &self.examples[*row]).collect();
            let lora = self.adapter.on(model.device()).tracked();
            let (loss, gradients) = model.gradients(&rows, &lora)?;
            let step = Step {
                rate: self.config.rate(number, steps),
                weight_decay: self.config.weight_decay,
                norm_max: self.config.gradient_norm_max,
            };
            optimiser.step(&mut self.adapter, &gradients, &step);
            tokens += rows.iter().map(|row| row.ids().len() as u64).sum::<u64>();
            losses.push(loss);
            if progress(Progress { step: number + 1, steps, loss }).is_break() {
                return Err(Error::Tuning(format!("broken off after step {}", number + 1)));
            }
        }
        let last = &losses[steps - steps / self.config.epochs..];
        let metrics = Metrics {
            steps,
            tokens,
            training_loss: last.iter().sum::<f32>() / last.len() as f32,
            held_out_loss_before: before,
            held_out_loss_after: self.held_out_loss(model)?,
        };
        self.finish(metrics)
    }

    fn finish(self, metrics: Metrics) -> Result<Tuned> {
        let hashes = |rows: &[Row]| rows.iter().map(|row| hex::encode(row.hash)).collect();
        let receipt = Receipt {
            base_sha256: hex::encode(self.engine.base_digest()),
            datanet_versions: self.dataset.versions.clone(),
            rows: hashes(&self.dataset.rows),
            held_out: hashes(&self.dataset.held_out),
            config: self.config.clone(),
            software: Receipt::software(),
            kernel: device::kernel(),
            checkpoints: self.checkpoints.iter().map(Checkpoint::kept).collect::<Result<_>>()?,
            metrics,
            adapter_sha256: hex::encode(self.adapter.digest()?),
        };
        Ok(Tuned { adapter: self.adapter, checkpoints: self.checkpoints, receipt })
    }

    /// Every epoch's batches: shuffled, then of like lengths within a stretch, then shuffled.
    fn batches(&mut self) -> Vec<Vec<usize>> {
        let mut all = Vec::new();
        for _ in 0..self.config.epochs {
            let mut order: Vec<usize> = (0..self.examples.len()).collect();
            order.shuffle(&mut self.random);
            for stretch in order.chunks_mut(self.config.batch_rows * BATCHES_SORTED_TOGETHER) {
                stretch.sort_by_key(|row| self.examples[*row].ids().len());
            }
            let mut batches: Vec<_> =
                order.chunks(self.config.batch_rows).map(<[usize]>::to_vec).collect();
            batches.shuffle(&mut self.random);
            all.append(&mut batches);
        }
        all
    }

    fn held_out_loss(&self, model: &Model) -> Result<Option<f32>> {
        if self.held_out.is_empty() {
            return Ok(None);
        }
        let lora = self.adapter.on(model.device());
        let (mut sum, mut count) = (0.0, 0.0);
        for example in &self.held_out {
            let tokens = example.answer().len() as f32;
            sum += model.answer_loss(&[example], Some(&lora))? * tokens;
            count += tokens;
        }
        Ok(Some(sum / count))
    }
}

/// `A` uniform within `1 / sqrt(in)`, as PEFT does; `B` zero, so that the first answer is the
/// base's.
fn first_numbers(shape: AdapterConfig, base: &Config, random: &mut ChaCha20Rng) -> Result<Adapter> {
    let mut matrices = BTreeMap::new();
    for layer in 0..base.layers {
        for target in &shape.targets {
            let (into, out) = target.widths(base);
            let bound = 1.0 / (into as f32).sqrt();
            let a = (0..into * shape.rank).map(|_| random.gen_range(-bound..bound)).collect();
            matrices.insert((layer, *target), Matrices { a, b: vec![0.0; out * shape.rank] });
        }
    }
    Adapter::new(shape, matrices, base)
}

//! The whole run with its gradients, and the runs on subsets, each kept as soon as it ended.

use std::ops::ControlFlow;
use std::path::Path;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};

use super::arrays::Array;
use super::plan::{Plan, Point};
use crate::adapter::Adapter;
use crate::attribution::gradients;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::model::Example;
use crate::tuning::{Dataset, Row, TuningConfig, tune};

/// Folder with one file a subset.
const SUBSETS_FOLDER: &str = "subsets";
/// Runs on subsets that are made at most.
const SUBSETS_MAX: usize = 10_000;

/// What is tuned again and again.
#[allow(missing_debug_implementations, reason = "a model does not print")]
pub struct Retraining<'a> {
    /// The model.
    pub engine: &'a Engine,
    /// Rows to learn from.
    pub rows: Vec<Row>,
    /// Rows whose loss is asked for; never learned from.
    pub queries: Vec<Row>,
    /// The recipe.
    pub config: TuningConfig,
    /// Where subsets come from.
    pub seed: u64,
}

/// A run without half of the rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subset {
    /// Places of the rows that were learned from, rising.
    pub kept: Vec<usize>,
    /// Each query's loss at the end.
    pub losses: Vec<f32>,
    /// Tokens that were read while learning.
    pub tokens: u64,
}

impl Retraining<'_> {
    /// Makes what is missing in the folder; `said` gets a line for each thing done.
    pub fn run(&self, folder: &Path, subsets: usize, mut said: impl FnMut(&str)) -> Result<()> {
        if self.rows.len() < 4 || self.queries.is_empty() || subsets > SUBSETS_MAX {
            let (rows, queries) = (self.rows.len(), self.queries.len());
            return Err(Error::Tuning(format!(
                "{rows} rows, {queries} queries, {subsets} subsets: expected 4 rows, a query, and \
                 at most {SUBSETS_MAX} subsets"
            )));
        }
        let inside = folder.join(SUBSETS_FOLDER);
        std::fs::create_dir_all(&inside).map_err(|why| Error::io(&inside, why))?;
        let mut plan = self.plan()?;
        match Plan::read(folder)? {
            Some(there) => there.require_same(&plan, folder)?,
            None => self.whole(folder, &mut plan, &mut said)?,
        }
        for number in 0..subsets {
            let path = inside.join(format!("{number}.json"));
            if path.exists() {
                continue;
            }
            let subset = self.subset(number)?;
            let text = serde_json::to_vec(&subset).map_err(|why| Error::Tuning(why.to_string()))?;
            let part = path.with_extension("part");
            std::fs::write(&part, text).map_err(|why| Error::io(&part, why))?;
            std::fs::rename(&part, &path).map_err(|why| Error::io(&path, why))?;
            said(&format!("subset {} of {subsets}: {} tokens", number + 1, subset.tokens));
        }
        Ok(())
    }

    fn plan(&self) -> Result<Plan> {
        let hashes = |rows: &[Row]| rows.iter().map(|row| hex::encode(row.hash)).collect();
        let all = self.rows.iter().chain(&self.queries);
        let tokens = all.map(|row| Ok(self.example(row)?.ids().to_vec()));
        Ok(Plan {
            base_sha256: hex::encode(self.engine.base_digest()),
            rows: hashes(&self.rows),
            queries: hashes(&self.queries),
            config: self.config.clone(),
            seed: self.seed,
            layout: gradients::layout(&self.config.check()?, self.engine.model().config())?,
            points: Vec::new(),
            tokens: tokens.collect::<Result<_>>()?,
            losses: Vec::new(),
        })
    }

    fn example(&self, row: &Row) -> Result<Example> {
        row.turn.example(self.engine.tokenizer(), self.config.row_tokens_max)
    }

    /// Tunes on all rows and writes gradients at each checkpoint and at the end.
    fn whole(&self, folder: &Path, plan: &mut Plan, said: &mut dyn FnMut(&str)) -> Result<()> {
        let dataset = Dataset { rows: self.rows.clone(), ..Dataset::default() };
        let tuned = tune(self.engine, &dataset, &self.config, |_| ControlFlow::Continue(()))?;
        said("tuned on all rows");
        for (place, checkpoint) in tuned.checkpoints.iter().enumerate() {
            plan.points.push(Point { step: checkpoint.step, rate: checkpoint.rate });
            self.gradients(folder, place, &checkpoint.adapter)?;
            let mut moments = Array::create(folder, &format!("moments-{place}"))?;
            moments.push(&checkpoint.moments.first)?;
            moments.push(&checkpoint.moments.second)?;
            moments.finish()?;
            said(&format!("gradients after {} steps", checkpoint.step));
        }
        let (place, step) = (plan.points.len(), tuned.receipt.metrics.steps);
        plan.points.push(Point { step, rate: 0.0 });
        self.gradients(folder, place, &tuned.adapter)?;
        plan.losses = self.losses(&tuned.adapter, &self.rows)?;
        self.representations(folder, &tuned.adapter)?;
        plan.write(folder)
    }

    /// Every row's gradient and then every query's, as `gradients-<place>.f32`.
    fn gradients(&self, folder: &Path, place: usize, adapter: &Adapter) -> Result<()> {
        let model = self.engine.model();
        let lora = adapter.on(model.device()).tracked();
        let mut array = Array::create(folder, &format!("gradients-{place}"))?;
        for row in self.rows.iter().chain(&self.queries) {
            array.push(&gradients::flat(model, &lora, &self.example(row)?)?)?;
        }
        array.finish()
    }

    /// Every row's and query's mean hidden state over its answer, as `representations.f32`.
    fn representations(&self, folder: &Path, adapter: &Adapter) -> Result<()> {
        let model = self.engine.model();
        let lora = adapter.on(model.device());
        let mut array = Array::create(folder, "representations")?;
        for row in self.rows.iter().chain(&self.queries) {
            array.push(&model.representation(&self.example(row)?, Some(&lora))?)?;
        }
        array.finish()
    }

    fn losses(&self, adapter: &Adapter, rows: &[Row]) -> Result<Vec<f32>> {
        let model = self.engine.model();
        let lora = adapter.on(model.device());
        let loss = |row| model.answer_loss(&[&self.example(row)?], Some(&lora));
        rows.iter().map(loss).collect()
    }

    /// Tunes on a random half of the rows.
    fn subset(&self, number: usize) -> Result<Subset> {
        let mut random = ChaCha20Rng::seed_from_u64(self.seed);
        random.set_stream(number as u64);
        let mut kept: Vec<usize> = (0..self.rows.len()).collect();
        kept.shuffle(&mut random);
        kept.truncate(self.rows.len() / 2);
        kept.sort_unstable();
        let rows = kept.iter().map(|row| self.rows[*row].clone()).collect();
        let dataset = Dataset { rows, ..Dataset::default() };
        let tuned = tune(self.engine, &dataset, &self.config, |_| ControlFlow::Continue(()))?;
        let losses = self.losses(&tuned.adapter, &self.queries)?;
        Ok(Subset { kept, losses, tokens: tuned.receipt.metrics.tokens })
    }
}

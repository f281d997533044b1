//! The points of an adapter's run at which gradients are taken, on the device.

use std::panic::resume_unwind;
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};

use burn::tensor::Device;
use whence_canon::merkle::Hash;
use whence_influence::layout::Layout;

use super::gradients;
use crate::adapter::{Adapter, Matrices};
use crate::error::{Error, Result};
use crate::model::{Example, Lora, Model};
use crate::tuning::{CHECKPOINTS_FOLDER, RECEIPT_FILE, Receipt};

/// States of one run, in their order.
pub struct Points {
    loras: Vec<Lora>,
    layout: Layout,
}

impl Points {
    /// The states that a tuned adapter's folder holds, each checked against the receipt. An
    /// adapter without a receipt, or whose run kept none, has one: its own `A` with `B = 0`, where
    /// its tuning began to matter.
    pub fn read(folder: &Path, adapter: &Adapter, model: &Model) -> Result<Self> {
        let path = folder.join(RECEIPT_FILE);
        if !path.exists() {
            return Self::new(&[start_of(adapter, model)?], model);
        }
        let bytes = std::fs::read(&path).map_err(|why| Error::io(&path, why))?;
        let receipt = Receipt::from_json(&bytes)?;
        require("the adapter", &receipt.adapter_sha256, adapter.digest()?)?;
        let state = |kept: &crate::tuning::KeptState| {
            let inside = folder.join(CHECKPOINTS_FOLDER).join(kept.step.to_string());
            let state = Adapter::read(&inside, model.config())?;
            require(&inside.display().to_string(), &kept.sha256, state.digest()?)?;
            Ok(state)
        };
        let states = receipt.checkpoints.iter().map(state).collect::<Result<Vec<_>>>()?;
        match states.is_empty() {
            true => Self::new(&[start_of(adapter, model)?], model),
            false => Self::new(&states, model),
        }
    }

    /// From the states of one adapter; at least one.
    pub fn new(states: &[Adapter], model: &Model) -> Result<Self> {
        let Some(first) = states.first() else {
            return Err(Error::Index("no state of a run: at least one".into()));
        };
        if states.iter().any(|state| state.config() != first.config()) {
            return Err(Error::Index("states of one run have one configuration".into()));
        }
        let layout = gradients::repeated(first.config(), model.config(), states.len())?;
        let loras = states.iter().map(|state| state.on(model.device()).tracked()).collect();
        Ok(Self { loras, layout })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.loras.len()
    }

    /// How a gradient over all points divides into matrices.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Gradients at all points, in their order: at the same time on the CPU, whose kernels leave
    /// much of a second core idle, and one after the other on a GPU. Points share no number that is
    /// tracked, so each has a graph of its own. Not to be called in a worker of rayon's, which
    /// would take another row's work while it waits for its own.
    pub fn gradient(&self, model: &Model, example: &Example) -> Result<Vec<f32>> {
        let at = |lora: &Lora| gradients::up(model, lora, example);
        let found = match *model.device() == Device::flex() {
            true => together(&self.loras, at),
            false => self.loras.iter().map(at).collect(),
        };
        let all = found.into_iter().collect::<Result<Vec<Vec<f32>>>>()?.concat();
        match all.iter().all(|number| number.is_finite()) {
            true => Ok(all),
            false => Err(Error::Index("a gradient has a number that is not finite".into())),
        }
    }
}

/// What `work` gives for each, in order, each in a thread of its own; a panic goes on here.
fn together<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    thread::scope(|scope| {
        let started: Vec<_> = all.iter().map(|one| scope.spawn(|| work(one))).collect();
        let ended = started.into_iter().map(ScopedJoinHandle::join);
        ended.map(|ended| ended.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// The adapter's `A` with `B = 0`.
fn start_of(adapter: &Adapter, model: &Model) -> Result<Adapter> {
    let zeroed = |pair: &Matrices| Matrices { a: pair.a.clone(), b: vec![0.0; pair.b.len()] };
    let matrices = adapter.matrices().iter().map(|(at, pair)| (*at, zeroed(pair))).collect();
    Adapter::new(adapter.config().clone(), matrices, model.config())
}

fn require(what: &str, named: &str, found: Hash) -> Result<()> {
    match named == hex::encode(found) {
        true => Ok(()),
        false => Err(Error::Index(format!("the receipt names {named}, {what} is another"))),
    }
}

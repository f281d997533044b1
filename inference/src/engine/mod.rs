//! One base model, its adapters, and answers from them.
//!
//! A request names its adapter; the deltas are applied for that request alone. A panic below
//! ends the request that met it and nothing else.

pub mod device;
mod generate;
pub(crate) mod guard;
#[cfg(feature = "gpu")]
mod look;
mod sampler;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, RwLock};

use sha2::{Digest, Sha256};

pub use device::{Chosen, DeviceChoice};
pub use generate::{ChatRequest, Completion, FinishReason};
pub use sampler::Sampling;

use crate::adapter::Adapter;
use crate::attribution::{Attribution, Index, Points};
use crate::error::{Error, Result};
use crate::gguf::Gguf;
use crate::model::{Lora, Model};
use crate::tokenizer::Tokenizer;

/// An adapter that is ready to serve.
pub struct Loaded {
    /// Its numbers on the host.
    pub adapter: Adapter,
    /// SHA-256 of its file.
    pub digest: [u8; 32],
    /// Its attribution index, when there is one.
    pub index: Option<Index>,
    lora: Lora,
}

/// A base model with its tokenizer and adapters.
pub struct Engine {
    model: Model,
    tokenizer: Tokenizer,
    base_digest: [u8; 32],
    adapters: RwLock<BTreeMap<String, Arc<Loaded>>>,
    chosen: Chosen,
}

impl Engine {
    /// Loads a GGUF file onto a device that [`device::choose`] has picked.
    pub fn load(path: &Path, chosen: Chosen) -> Result<Self> {
        guard::contain(|| {
            let gguf = Gguf::open(path)?;
            Ok(Self {
                model: Model::load(&gguf, &chosen.device()?)?,
                tokenizer: Tokenizer::from_gguf(&gguf)?,
                base_digest: Sha256::digest(gguf.bytes()).into(),
                adapters: RwLock::default(),
                chosen,
            })
        })
    }

    /// The base model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The base model's tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// SHA-256 of the base model's file.
    pub fn base_digest(&self) -> [u8; 32] {
        self.base_digest
    }

    /// The device that serves, and why it was chosen.
    pub fn chosen(&self) -> &Chosen {
        &self.chosen
    }

    /// Reads an adapter's folder, with its index if that is there, and serves it under `name`.
    /// An adapter of that name is replaced for requests to come.
    pub fn load_adapter(&self, name: &str, folder: &Path) -> Result<Arc<Loaded>> {
        let adapter = Adapter::read(folder, self.model.config())?;
        let index = guard::contain(|| {
            let points = Points::read(folder, &adapter, &self.model)?;
            Index::read(folder, points, [self.base_digest, adapter.digest()?])
        })?;
        self.add_adapter(name, adapter, index)
    }

    /// Serves an adapter that is in memory already, with an index that was read for it.
    pub fn add_adapter(
        &self,
        name: &str,
        adapter: Adapter,
        index: Option<Index>,
    ) -> Result<Arc<Loaded>> {
        let digest = adapter.digest()?;
        let lora = guard::contain(|| Ok(adapter.on(self.model.device())))?;
        let loaded = Arc::new(Loaded { adapter, digest, index, lora });
        let mut adapters = self.adapters.write().unwrap_or_else(|held| held.into_inner());
        adapters.insert(name.to_owned(), Arc::clone(&loaded));
        Ok(loaded)
    }

    /// Stops serving an adapter; requests that run keep theirs.
    pub fn unload_adapter(&self, name: &str) -> Result<()> {
        let mut adapters = self.adapters.write().unwrap_or_else(|held| held.into_inner());
        adapters.remove(name).map(drop).ok_or_else(|| Error::UnknownAdapter(name.to_owned()))
    }

    /// The adapter of that name; an unknown name is an error, never the bare base.
    pub fn adapter(&self, name: &str) -> Result<Arc<Loaded>> {
        let adapters = self.adapters.read().unwrap_or_else(|held| held.into_inner());
        adapters.get(name).cloned().ok_or_else(|| Error::UnknownAdapter(name.to_owned()))
    }

    /// Names of all adapters, sorted.
    pub fn adapters(&self) -> Vec<String> {
        let adapters = self.adapters.read().unwrap_or_else(|held| held.into_inner());
        adapters.keys().cloned().collect()
    }

    /// Which rows moved the adapter towards this answer, by the adapter's own index.
    pub fn score(&self, name: &str, prompt: &[u32], answer: &[u32]) -> Result<Attribution> {
        let loaded = self.adapter(name)?;
        let index = loaded.index.as_ref();
        let index = index.ok_or_else(|| Error::Index(format!("adapter {name} has no index")))?;
        let question = self.tokenizer.question_start(prompt)?;
        let prompt = (prompt, question);
        guard::contain(|| index.attribute(&self.model, prompt, answer))
    }
}

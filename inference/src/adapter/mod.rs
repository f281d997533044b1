//! Adapters in PEFT's files: `adapter_config.json` and `adapter_model.safetensors`.
//!
//! What we cannot serve exactly is refused by name, never ignored. Names, kinds, ranks and shapes
//! are checked before any number is copied, and a number that is not finite refuses the file.

mod config;
mod tensors;

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use sha2::{Digest, Sha256};

pub use config::AdapterConfig;

use crate::error::{Error, Result};
use crate::model::{Config, Lora, Pair, Target};

/// File with the configuration, as PEFT names it.
pub const CONFIG_FILE: &str = "adapter_config.json";
/// File with the numbers, as PEFT names it.
pub const TENSORS_FILE: &str = "adapter_model.safetensors";
/// Largest file of numbers that is read.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// Largest configuration that is read.
const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// The two matrices of one adapted map, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrices {
    /// `[rank, in]`
    pub a: Vec<f32>,
    /// `[out, rank]`
    pub b: Vec<f32>,
}

/// An adapter on the host, checked against its base.
#[derive(Debug, Clone, PartialEq)]
pub struct Adapter {
    config: AdapterConfig,
    matrices: BTreeMap<(usize, Target), Matrices>,
    widths: BTreeMap<Target, (usize, usize)>,
}

impl Adapter {
    /// An adapter from its matrices, which must cover every layer's targets.
    pub fn new(
        config: AdapterConfig,
        matrices: BTreeMap<(usize, Target), Matrices>,
        base: &Config,
    ) -> Result<Self> {
        let widths: BTreeMap<_, _> =
            config.targets.iter().map(|target| (*target, target.widths(base))).collect();
        let expected = (0..base.layers)
            .flat_map(|layer| config.targets.iter().map(move |target| (layer, *target)));
        if !expected.eq(matrices.keys().copied()) {
            return Err(Error::Adapter(format!(
                "{} matrices do not cover {} layers of {:?}",
                matrices.len(),
                base.layers,
                config.targets
            )));
        }
        for ((layer, target), pair) in &matrices {
            let (into, out) = widths[target];
            if pair.a.len() != into * config.rank || pair.b.len() != out * config.rank {
                return Err(Error::Adapter(format!(
                    "layer {layer} {target}: {} and {} numbers do not fit rank {}",
                    pair.a.len(),
                    pair.b.len(),
                    config.rank
                )));
            }
        }
        Ok(Self { config, matrices, widths })
    }

    /// Reads a folder that PEFT or we have written.
    pub fn read(folder: &Path, base: &Config) -> Result<Self> {
        let config = read_capped(&folder.join(CONFIG_FILE), CONFIG_BYTES_MAX)?;
        let bytes = read_capped(&folder.join(TENSORS_FILE), FILE_BYTES_MAX)?;
        Self::from_bytes(&config, &bytes, base)
    }

    /// Checks the bytes of the two files.
    pub fn from_bytes(config: &[u8], tensors: &[u8], base: &Config) -> Result<Self> {
        let config = AdapterConfig::parse(config)?;
        let matrices = tensors::parse(tensors, &config, base)?;
        Self::new(config, matrices, base)
    }

    /// Writes the two files; PEFT loads them unchanged.
    pub fn write(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).map_err(|why| Error::io(folder, why))?;
        let write = |name: &str, bytes: Vec<u8>| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).map_err(|why| Error::io(&path, why))
        };
        write(TENSORS_FILE, self.tensor_bytes()?)?;
        write(CONFIG_FILE, self.config.to_json()?)
    }

    /// The bytes of the file with the numbers; equal adapters give equal bytes.
    pub fn tensor_bytes(&self) -> Result<Vec<u8>> {
        tensors::format(self)
    }

    /// SHA-256 of [`Self::tensor_bytes`]: the adapter's name in every record.
    pub fn digest(&self) -> Result<[u8; 32]> {
        Ok(Sha256::digest(self.tensor_bytes()?).into())
    }

    /// Its rank, scale and targets.
    pub fn config(&self) -> &AdapterConfig {
        &self.config
    }

    /// Its matrices by layer and map.
    pub fn matrices(&self) -> &BTreeMap<(usize, Target), Matrices> {
        &self.matrices
    }

    /// Its matrices, to be moved by an optimiser.
    pub(crate) fn matrices_mut(&mut self) -> &mut BTreeMap<(usize, Target), Matrices> {
        &mut self.matrices
    }

    /// Numbers that go in and come out of an adapted map.
    pub fn widths(&self, target: Target) -> (usize, usize) {
        self.widths.get(&target).copied().unwrap_or((0, 0))
    }

    /// The adapter as tensors on a device.
    pub fn on(&self, device: &Device) -> Lora {
        let rank = self.config.rank;
        let pairs = self.matrices.iter().map(|(at, pair)| {
            let (into, out) = self.widths(at.1);
            let a = TensorData::new(pair.a.clone(), [rank, into]);
            let b = TensorData::new(pair.b.clone(), [out, rank]);
            (*at, Pair { a: Tensor::from_data(a, device), b: Tensor::from_data(b, device) })
        });
        Lora { pairs: pairs.collect(), scale: self.config.scale() }
    }
}

fn read_capped(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let size = std::fs::metadata(path).map_err(|why| Error::io(path, why))?.len();
    if size > bytes_max {
        return Err(Error::Adapter(format!(
            "{} has {size} bytes: at most {bytes_max}",
            path.display()
        )));
    }
    std::fs::read(path).map_err(|why| Error::io(path, why))
}

//! `adapter_model.safetensors`: names, kinds and shapes first, then the numbers.

use std::collections::BTreeMap;

use half::{bf16, f16};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::{Adapter, AdapterConfig, Matrices};
use crate::error::{Error, Result};
use crate::model::{Config, Target};

/// Largest header that is parsed; 420 tensors take about 60 KB.
const HEADER_BYTES_MAX: u64 = 1 << 20;

fn name(layer: usize, target: Target, side: char) -> String {
    format!("base_model.model.model.layers.{layer}.{}.lora_{side}.weight", target.path())
}

pub(super) fn parse(
    bytes: &[u8],
    config: &AdapterConfig,
    base: &Config,
) -> Result<BTreeMap<(usize, Target), Matrices>> {
    let header = bytes.first_chunk::<8>().map(|size| u64::from_le_bytes(*size));
    if header.is_none_or(|size| size > HEADER_BYTES_MAX) {
        return Err(Error::Adapter(format!("the header is not 0 to {HEADER_BYTES_MAX} bytes")));
    }
    let file = SafeTensors::deserialize(bytes)
        .map_err(|why| Error::Adapter(format!("not a safetensors file: {why}")))?;
    let expected = base.layers * config.targets.len() * 2;
    if file.len() != expected {
        return Err(Error::Adapter(format!(
            "{} tensors: expected lora_A and lora_B for {} layers of {:?}, {expected} in all",
            file.len(),
            base.layers,
            config.targets
        )));
    }
    let mut matrices = BTreeMap::new();
    for layer in 0..base.layers {
        for target in &config.targets {
            let (into, out) = target.widths(base);
            let a = matrix(&file, &name(layer, *target, 'A'), [config.rank, into])?;
            let b = matrix(&file, &name(layer, *target, 'B'), [out, config.rank])?;
            matrices.insert((layer, *target), Matrices { a, b });
        }
    }
    Ok(matrices)
}

fn matrix(file: &SafeTensors<'_>, name: &str, shape: [usize; 2]) -> Result<Vec<f32>> {
    let wrong = |why: String| Error::Adapter(format!("tensor {name}: {why}"));
    let view = file.tensor(name).map_err(|why| wrong(why.to_string()))?;
    if view.shape() != shape {
        return Err(wrong(format!("shape {:?}: expected {shape:?}", view.shape())));
    }
    let bytes = view.data();
    let numbers: Vec<f32> = match view.dtype() {
        Dtype::F32 => {
            bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
        }
        Dtype::F16 => {
            bytes.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()
        }
        Dtype::BF16 => {
            bytes.chunks_exact(2).map(|b| bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect()
        }
        other => return Err(wrong(format!("kind {other:?}: expected F32, F16 or BF16"))),
    };
    match numbers.iter().all(|number| number.is_finite()) {
        true => Ok(numbers),
        false => Err(wrong("holds a number that is not finite".into())),
    }
}

pub(super) fn format(adapter: &Adapter) -> Result<Vec<u8>> {
    let rank = adapter.config().rank;
    let mut parts = Vec::new();
    for ((layer, target), pair) in adapter.matrices() {
        let (into, out) = adapter.widths(*target);
        parts.push((name(*layer, *target, 'A'), vec![rank, into], little_endian(&pair.a)));
        parts.push((name(*layer, *target, 'B'), vec![out, rank], little_endian(&pair.b)));
    }
    let views = parts.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
        view.map(|view| (name.as_str(), view)).map_err(|why| Error::Adapter(why.to_string()))
    });
    let views = views.collect::<Result<Vec<_>>>()?;
    let metadata = Some([("format".to_owned(), "pt".to_owned())].into());
    safetensors::serialize(views, metadata).map_err(|why| Error::Adapter(why.to_string()))
}

fn little_endian(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

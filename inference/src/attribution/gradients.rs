//! A text's gradient as one flat vector, in the layout of its adapter.

use whence_influence::layout::{Block, Layout};

use crate::adapter::AdapterConfig;
use crate::error::{Error, Result};
use crate::model::{Config, Example, Lora, Model};

/// The matrices of an adapter's gradient in the order of layer and map, `A` before `B`.
pub fn layout(adapter: &AdapterConfig, base: &Config) -> Result<Layout> {
    of(blocks(adapter, base))
}

/// The matrices `B` alone, again for each of some points of a run.
pub fn repeated(adapter: &AdapterConfig, base: &Config, points: usize) -> Result<Layout> {
    let up: Vec<Block> =
        blocks(adapter, base).into_iter().filter(|block| block.name.ends_with("lora_B")).collect();
    of((0..points).flat_map(|_| up.clone()).collect())
}

fn of(blocks: Vec<Block>) -> Result<Layout> {
    Layout::new(blocks).map_err(|why| Error::Index(why.to_string()))
}

fn blocks(adapter: &AdapterConfig, base: &Config) -> Vec<Block> {
    let mut blocks = Vec::new();
    for layer in 0..base.layers {
        for target in &adapter.targets {
            let (into, out) = target.widths(base);
            let name = |side| format!("layers.{layer}.{}.lora_{side}", target.path());
            blocks.push(Block { name: name('A'), outputs: adapter.rank, inputs: into });
            blocks.push(Block { name: name('B'), outputs: out, inputs: adapter.rank });
        }
    }
    blocks
}

/// Gradient of the mean loss per answer token; `lora` must be tracked.
pub fn flat(model: &Model, lora: &Lora, example: &Example) -> Result<Vec<f32>> {
    let (_, gradients) = model.gradients(&[example], lora)?;
    Ok(gradients.into_values().flat_map(|(a, b)| [a, b].concat()).collect())
}

/// The same for the matrices `B` alone.
pub fn up(model: &Model, lora: &Lora, example: &Example) -> Result<Vec<f32>> {
    let (_, gradients) = model.gradients(&[example], lora)?;
    Ok(gradients.into_values().flat_map(|(_, b)| b).collect())
}

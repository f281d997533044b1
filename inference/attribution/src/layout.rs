//! How a flat vector of parameters divides into matrices.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// One matrix of trained parameters, row by row in the flat vector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Its name, as the adapter's file has it.
    pub name: String,
    /// Rows of the matrix: numbers that come out.
    pub outputs: usize,
    /// Columns of the matrix: numbers that go in.
    pub inputs: usize,
}

impl Block {
    /// Numbers in the matrix.
    pub fn width(&self) -> usize {
        self.outputs.saturating_mul(self.inputs)
    }
}

/// The matrices in their order; a flat vector holds one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Layout {
    blocks: Vec<Block>,
}

impl Layout {
    /// A layout; there must be a matrix, and none may be empty.
    pub fn new(blocks: Vec<Block>) -> Result<Self> {
        match blocks.is_empty() || blocks.iter().any(|block| block.width() == 0) {
            true => Err(Error::Setting("a layout has at least one matrix, none empty".into())),
            false => Ok(Self { blocks }),
        }
    }

    /// Its matrices.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Numbers in a flat vector.
    pub fn width(&self) -> usize {
        self.blocks.iter().map(Block::width).sum()
    }

    /// Each matrix's place in a flat vector.
    pub fn ranges(&self) -> Vec<Range<usize>> {
        let mut start = 0;
        let place = |block: &Block| {
            let range = start..start + block.width();
            start = range.end;
            range
        };
        self.blocks.iter().map(place).collect()
    }
}

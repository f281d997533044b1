//! Measures and bases against published formulas written out in NumPy, and against each other.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "a test: numbers and indices"
)]

mod bases;
mod formulas;
mod self_influence;

use serde::Deserialize;
use whence_influence::gradients::Held;
use whence_influence::layout::{Block, Layout};

/// `scores.json`; `make_scores.py` says what is in it.
#[derive(Deserialize)]
pub(crate) struct Fixture {
    blocks: Vec<(usize, usize)>,
    rows: Vec<Vec<f32>>,
    pub(crate) query: Vec<f32>,
    pub(crate) losses: Vec<f32>,
    pub(crate) mean: Vec<f32>,
    pub(crate) square: Vec<f32>,
    pub(crate) whitened: Vec<f32>,
    pub(crate) self_influences: Vec<f32>,
    pub(crate) whitened_tenth: Vec<f32>,
    pub(crate) datainf: Vec<f32>,
    pub(crate) kronecker: Vec<f32>,
    pub(crate) trak: Vec<f32>,
    pub(crate) less: Vec<f32>,
    pub(crate) exact: Vec<f32>,
    pub(crate) bm25: Words,
}

#[derive(Deserialize)]
pub(crate) struct Words {
    pub(crate) rows: Vec<Vec<u32>>,
    pub(crate) query: Vec<u32>,
    pub(crate) scores: Vec<f32>,
}

impl Fixture {
    pub(crate) fn read() -> Self {
        serde_json::from_str(include_str!("scores.json")).unwrap()
    }

    pub(crate) fn held(&self) -> Held {
        Held::new(self.layout(), self.rows.clone()).unwrap()
    }

    /// One of the two matrices alone.
    pub(crate) fn block(&self, at: usize) -> Held {
        let range = self.layout().ranges()[at].clone();
        let rows = self.rows.iter().map(|row| row[range.clone()].to_vec()).collect();
        Held::new(Layout::new(vec![self.layout().blocks()[at].clone()]).unwrap(), rows).unwrap()
    }

    pub(crate) fn layout(&self) -> Layout {
        let block = |(outputs, inputs): &(usize, usize)| Block {
            name: format!("{outputs}x{inputs}"),
            outputs: *outputs,
            inputs: *inputs,
        };
        Layout::new(self.blocks.iter().map(block).collect()).unwrap()
    }
}

/// Equal up to `tolerance` of the largest.
pub(crate) fn close(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0f32, |top, x| top.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * largest, "{found} for {expected}");
    }
}

/// Both divided by their largest: equal up to a constant factor.
pub(crate) fn proportional(found: &[f32], expected: &[f32], tolerance: f32) {
    let top = |all: &[f32]| all.iter().copied().max_by(|x, y| x.abs().total_cmp(&y.abs())).unwrap();
    let over = |all: &[f32]| all.iter().map(|x| x / top(all)).collect::<Vec<f32>>();
    close(&over(found), &over(expected), tolerance);
}

//! What `whence-inference retrain` left in a folder: its plan, gradients, and losses of subsets.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use whence_influence::gradients::Held;
use whence_influence::layout::{Block, Layout};

use crate::retraining::Truth;

/// Tokens that a run on a subset may read.
pub const TOKENS_MAX: u64 = 25_000;

/// A point of the run at which gradients were taken.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Point {
    /// Steps that were done.
    pub step: usize,
    /// The learning rate of the step that followed; 0 at the end.
    pub rate: f64,
}

#[derive(Deserialize)]
struct Plan {
    rows: Vec<String>,
    queries: Vec<String>,
    seed: u64,
    layout: Layout,
    points: Vec<Point>,
    tokens: Vec<Vec<u32>>,
    losses: Vec<f32>,
}

#[derive(Deserialize)]
struct Subset {
    kept: Vec<usize>,
    losses: Vec<f32>,
    tokens: u64,
}

/// Which matrices of an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// `A` and `B`.
    Both,
    /// `B` alone: all that moves where a run starts, at `B = 0`.
    Up,
}

/// Rows' gradients, and each query's.
pub struct Gradients {
    /// Of the rows.
    pub rows: Held,
    /// Of the queries.
    pub queries: Vec<Vec<f32>>,
}

/// A folder that was read.
pub struct Folder {
    path: PathBuf,
    plan: Plan,
    /// The runs on subsets.
    pub truth: Truth,
}

impl Folder {
    /// Reads the plan and all subsets that are there.
    pub fn read(path: &Path) -> Result<Self> {
        let json = std::fs::read(path.join("plan.json"));
        let json = json.with_context(|| format!("{}: no plan.json", path.display()))?;
        let plan: Plan = serde_json::from_slice(&json).context("plan.json")?;
        let mut truth = Truth { subsets: Vec::new(), losses: Vec::new() };
        for number in 0.. {
            let Ok(json) = std::fs::read(path.join(format!("subsets/{number}.json"))) else {
                break;
            };
            let subset: Subset = serde_json::from_slice(&json).context("a subset")?;
            let known = subset.kept.iter().all(|row| *row < plan.rows.len());
            ensure!(
                known && subset.losses.len() == plan.queries.len(),
                "subset {number} is not of this plan"
            );
            let tokens = subset.tokens;
            ensure!(tokens <= TOKENS_MAX, "subset {number} read {tokens} tokens: {TOKENS_MAX}");
            truth.subsets.push(subset.kept);
            truth.losses.push(subset.losses);
        }
        Ok(Self { path: path.to_owned(), plan, truth })
    }

    /// Rows that were learned from.
    pub fn rows(&self) -> usize {
        self.plan.rows.len()
    }

    /// Queries.
    pub fn queries(&self) -> usize {
        self.plan.queries.len()
    }

    /// Where subsets came from.
    pub fn seed(&self) -> u64 {
        self.plan.seed
    }

    /// The points at which gradients were taken; the last is the end.
    pub fn points(&self) -> &[Point] {
        &self.plan.points
    }

    /// Tokens of every row, then of every query.
    pub fn tokens(&self) -> &[Vec<u32>] {
        &self.plan.tokens
    }

    /// Each row's loss at the end.
    pub fn losses(&self) -> &[f32] {
        &self.plan.losses
    }

    /// Gradients at some points, one after the other in each vector.
    pub fn gradients(&self, points: &[usize], side: Side) -> Result<Gradients> {
        let blocks = self.plan.layout.blocks();
        let wanted = |block: &Block| side == Side::Both || block.name.ends_with("lora_B");
        let ranges = self.plan.layout.ranges();
        let mut all = vec![Vec::new(); self.rows() + self.queries()];
        for point in points {
            let found =
                self.array(&format!("gradients-{point}"), self.plan.layout.width(), all.len())?;
            for (to, from) in all.iter_mut().zip(&found) {
                for (range, _) in ranges.iter().zip(blocks).filter(|(_, block)| wanted(block)) {
                    to.extend_from_slice(&from[range.clone()]);
                }
            }
        }
        let one: Vec<Block> = blocks.iter().filter(|block| wanted(block)).cloned().collect();
        let layout = Layout::new(points.iter().flat_map(|_| one.clone()).collect())?;
        let queries = all.split_off(self.rows());
        Ok(Gradients { rows: Held::new(layout, all)?, queries })
    }

    /// Adam's means and mean squares at a point.
    pub fn moments(&self, point: usize) -> Result<[Vec<f32>; 2]> {
        let found = self.array(&format!("moments-{point}"), self.plan.layout.width(), 2)?;
        <[Vec<f32>; 2]>::try_from(found).map_err(|_| anyhow::anyhow!("two means"))
    }

    /// Mean hidden states of every row, then of every query.
    pub fn representations(&self) -> Result<Vec<Vec<f32>>> {
        let count = self.rows() + self.queries();
        let size = std::fs::metadata(self.path.join("representations.f32"))?.len() as usize;
        self.array("representations", size / 4 / count, count)
    }

    fn array(&self, name: &str, width: usize, count: usize) -> Result<Vec<Vec<f32>>> {
        let path = self.path.join(name).with_extension("f32");
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let expected = width * count * 4;
        ensure!(bytes.len() == expected, "{}: expected {expected} bytes", path.display());
        let number = |bytes: &[u8; 4]| f32::from_le_bytes(*bytes);
        let rows = bytes.chunks_exact(width * 4);
        Ok(rows.map(|row| row.as_chunks::<4>().0.iter().map(number).collect()).collect())
    }
}

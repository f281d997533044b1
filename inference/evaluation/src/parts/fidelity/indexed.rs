//! The index as it is served, and what it would be with other points, bases and coordinates.

use anyhow::Result;
use rayon::prelude::*;
use whence_canon::score::{Bits, Shape, Vector};
use whence_influence::basis::{Coordinates, Joint, Point, Rotation, Settings, learn};
use whence_influence::gradients::{Gradients, Held};
use whence_influence::integers::{quantise, quantise_query};
use whence_influence::methods::whitened::Whitened;
use whence_influence::methods::{Method, Query};
use whence_influence::replay::Recipe;

use super::points::Points;
use crate::retraining::Scores;

/// Numbers that a row keeps in the index, shared evenly by its matrices, and its bytes: 3.2 KB with
/// a scale of four bytes for every block.
pub const NUMBERS: usize = 3_072;
const BYTES: usize = 3_276;
const SCALE_BYTES: usize = 4;

/// An index of a model's rows with what it is asked.
pub struct Indexed {
    /// What gradients are rotated and whitened by.
    pub basis: Box<dyn Coordinates>,
    rows: Held,
    queries: Vec<Vec<f32>>,
}

/// Settings that keep a row within its bytes.
pub fn settings(rotation: Rotation, blocks: usize) -> Settings {
    let room = (BYTES / blocks.max(1)).saturating_sub(SCALE_BYTES);
    let kept = (NUMBERS / blocks.max(1)).min(room).max(1);
    Settings { rotation, kept, ..Settings::default() }
}

impl Indexed {
    /// One point, or several in blocks of their own, with one block's numbers shared by all.
    pub fn apart(points: &Points, rotation: Rotation) -> Result<Self> {
        let rows = points.stacked()?;
        let settings = settings(rotation, rows.layout().blocks().len());
        let basis = Box::new(learn(&rows, &settings)?);
        Ok(Self { basis, rows, queries: points.asked() })
    }

    /// The same with as many numbers for each point as one alone has: as many times the bytes.
    pub fn whole(points: &Points) -> Result<Self> {
        let rows = points.stacked()?;
        let blocks = rows.layout().blocks().len() / points.rows.len().max(1);
        let basis = Box::new(learn(&rows, &settings(Rotation::Principal, blocks))?);
        Ok(Self { basis, rows, queries: points.asked() })
    }

    /// Several points rotated together, in Adam's coordinates where a recipe is given.
    pub fn joint(points: &Points, recipe: Option<&Recipe>) -> Result<Self> {
        let rows = points.stacked()?;
        let each = points.rows.iter().zip(&points.states);
        let each = each.map(|(rows, state)| Point {
            rows,
            metric: recipe.and_then(|recipe| recipe.metric(state)),
        });
        let blocks = rows.layout().blocks().len() / points.rows.len().max(1);
        let settings = settings(Rotation::Principal, blocks);
        let basis = Box::new(Joint::learn(&each.collect::<Vec<_>>(), &settings)?);
        Ok(Self { basis, rows, queries: points.asked() })
    }

    /// The rows in the basis.
    pub fn whitened(&self) -> Result<Whitened<'_>> {
        Ok(Whitened::new(self.basis.as_ref(), &self.rows)?)
    }

    /// How a row is kept.
    pub fn shape(&self, bits: Bits) -> Result<Shape> {
        let widths = self.basis.preconditioner().bases.iter().map(|basis| basis.kept as u32);
        Ok(Shape::new(widths.collect(), bits)?)
    }

    /// Scores before anything is rounded.
    pub fn unrounded(&self) -> Result<Scores> {
        let index = self.whitened()?;
        let one = |gradient: &Vec<f32>| {
            let gradients = std::slice::from_ref(gradient);
            Ok(index.scores(&Query { gradients, ..Query::default() })?)
        };
        self.queries.par_iter().map(one).collect()
    }

    /// Integer scores, exactly as a file's scan gives them.
    pub fn rounded(&self, bits: Bits) -> Result<Scores> {
        self.asked(&self.queries, bits)
    }

    /// The same of other queries than its own.
    pub fn asked(&self, queries: &[Vec<f32>], bits: Bits) -> Result<Scores> {
        integers(&self.whitened()?, &self.shape(bits)?, queries)
    }
}

/// Integer scores of an index, exactly as a file's scan gives them.
pub fn integers(index: &Whitened<'_>, shape: &Shape, queries: &[Vec<f32>]) -> Result<Scores> {
    let asked = shape.of_query()?;
    let row = |blocks: &Vec<Vec<f32>>| Ok(quantise(shape, blocks)?.bytes);
    let rows: Vec<Vec<u8>> = index.rows().par_iter().map(row).collect::<Result<_>>()?;
    let one = |gradient: &Vec<f32>| {
        let query = quantise_query(shape, &index.whitening().project(gradient)?)?;
        let query = Vector::parse(&asked, &query.bytes)?;
        let score = |row: &Vec<u8>| Ok(Vector::parse(shape, row)?.score(&query)? as f32);
        rows.iter().map(score).collect::<Result<Vec<f32>>>()
    };
    queries.par_iter().map(one).collect()
}

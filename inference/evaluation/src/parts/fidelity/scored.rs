//! Every method's scores for every query of a trained model.

use anyhow::{Context, Result};
use rayon::prelude::*;
use whence_canon::score::{Bits, Shape, Vector};
use whence_influence::basis::{Rotation, Settings, Whitening, learn};
use whence_influence::gradients::{AtCheckpoints, Gradients, Held};
use whence_influence::integers::{quantise, quantise_query};
use whence_influence::methods::datainf::DataInf;
use whence_influence::methods::dual::Dual;
use whence_influence::methods::exact::Exact;
use whence_influence::methods::less::Less;
use whence_influence::methods::lexical::Bm25;
use whence_influence::methods::similar::{Cosine, Dot, Representation, TracIn};
use whence_influence::methods::trak::Trak;
use whence_influence::methods::whitened::Whitened;
use whence_influence::methods::{Method, Query};
use whence_influence::replay::Run;

use super::setting::Setting;
use crate::retraining::Scores;

/// Numbers that a row keeps in the index, shared evenly by its matrices: 3.2 KB at 8 bits.
pub const NUMBERS: usize = 3_072;
/// DataInf's damping as its authors fix it (2310.00902, §5).
const DATAINF_DAMPING: f64 = 0.1;
/// TRAK projects to as many numbers as half the rows.
const TRAK_ROWS_PER_DIMENSION: usize = 2;

/// A trained model with its gradients.
pub struct Trained<'a> {
    /// What was trained.
    pub setting: &'a dyn Setting,
    /// How it ended.
    pub run: Run,
    /// The rows' gradients at each checkpoint; the last is the end.
    checkpoints: Vec<Held>,
    /// The queries' gradients at each checkpoint: query, checkpoint, number.
    pub queries: Vec<Vec<Vec<f32>>>,
}

impl<'a> Trained<'a> {
    /// Trains with all rows and takes gradients.
    pub fn new(setting: &'a dyn Setting) -> Result<Self> {
        let run = setting.train(&vec![1.0; setting.trained()])?;
        let mut thetas: Vec<Vec<f32>> =
            run.checkpoints.iter().map(|state| state.theta.clone()).collect();
        if thetas.is_empty() {
            thetas.push(run.theta.clone());
        }
        let rows: Vec<usize> = (0..setting.trained()).collect();
        let held = |rows: &[usize], theta: &Vec<f32>| {
            let theta = [theta.clone()];
            Held::collect(&AtCheckpoints::new(setting.objective(), &theta, rows)?)
        };
        let checkpoints =
            thetas.iter().map(|theta| held(&rows, theta)).collect::<Result<_, _>>()?;
        let query = |row: &usize| {
            let one = |theta| Ok(held(&[*row], theta)?.vectors()[0].clone());
            thetas.iter().map(one).collect::<Result<Vec<Vec<f32>>>>()
        };
        let queries = setting.queries().iter().map(query).collect::<Result<_>>()?;
        Ok(Self { setting, run, checkpoints, queries })
    }

    /// The rows' gradients at the end.
    pub fn rows(&self) -> Result<&Held> {
        self.checkpoints.last().context("a run has an end")
    }

    /// The index's basis at the end, within its bytes a row.
    pub fn basis(&self, rotation: Rotation) -> Result<Whitening> {
        let rows = self.rows()?;
        let kept = (NUMBERS / rows.layout().blocks().len()).max(1);
        Ok(learn(rows, &Settings { rotation, kept, ..Settings::default() })?)
    }

    /// A method's scores of all queries, from their gradients at the end.
    pub fn scores(&self, method: &dyn Method) -> Result<Scores> {
        let one = |gradients: &Vec<Vec<f32>>| {
            let last = &gradients[gradients.len().saturating_sub(1)..];
            Ok(method.scores(&Query { gradients: last, ..Query::default() })?)
        };
        self.queries.par_iter().map(one).collect()
    }

    /// The same from their gradients at all checkpoints.
    fn scores_along(&self, method: &dyn Method) -> Result<Scores> {
        let one = |gradients: &Vec<Vec<f32>>| {
            Ok(method.scores(&Query { gradients, ..Query::default() })?)
        };
        self.queries.par_iter().map(one).collect()
    }

    /// All methods by name, the index first.
    pub fn all(&self) -> Result<Vec<(&'static str, Scores)>> {
        let mut all = self.index()?;
        all.extend(self.similar()?);
        all.extend(self.influences()?);
        all.extend(self.along()?);
        all.extend(self.without_gradients()?);
        Ok(all)
    }

    /// The index: rounded to 8 bits as it is served, to 4, in its own `f32`, and in the other
    /// basis.
    pub fn index(&self) -> Result<Vec<(&'static str, Scores)>> {
        let (whitening, other) =
            (self.basis(Rotation::Principal)?, self.basis(Rotation::Kronecker)?);
        let index = Whitened::new(&whitening, self.rows()?)?;
        let kronecker = Whitened::new(&other, self.rows()?)?;
        Ok(vec![
            ("index", self.rounded(&index, Bits::Eight)?),
            ("index-int4", self.rounded(&index, Bits::Four)?),
            ("index-f32", self.scores(&index)?),
            ("index-kronecker", self.rounded(&kronecker, Bits::Eight)?),
        ])
    }

    /// Integer scores, exactly as a file's scan gives them.
    pub fn rounded(&self, index: &Whitened<'_>, bits: Bits) -> Result<Scores> {
        let bases = &index.whitening().preconditioner().bases;
        let shape = Shape::new(bases.iter().map(|basis| basis.kept as u32).collect(), bits)?;
        let asked = shape.of_query()?;
        let row = |blocks: &Vec<Vec<f32>>| Ok(quantise(&shape, blocks)?.bytes);
        let rows: Vec<Vec<u8>> = index.rows().par_iter().map(row).collect::<Result<_>>()?;
        let one = |gradients: &Vec<Vec<f32>>| {
            let last = gradients.last().context("a query has a gradient")?;
            let query = quantise_query(&shape, &index.whitening().project(last)?)?;
            let query = Vector::parse(&asked, &query.bytes)?;
            let score = |row: &Vec<u8>| Ok(Vector::parse(&shape, row)?.score(&query)? as f32);
            rows.iter().map(score).collect::<Result<Vec<f32>>>()
        };
        self.queries.par_iter().map(one).collect()
    }

    fn similar(&self) -> Result<Vec<(&'static str, Scores)>> {
        let rows = self.rows()?;
        Ok(vec![
            ("grad-dot", self.scores(&Dot { rows })?),
            ("grad-cos", self.scores(&Cosine { rows })?),
        ])
    }

    fn influences(&self) -> Result<Vec<(&'static str, Scores)>> {
        let (rows, setting) = (self.rows()?, self.setting);
        let loss = |row| setting.objective().loss(&self.run.theta, row);
        let losses: Vec<f32> = (0..setting.trained()).map(loss).collect();
        let dimensions = rows.rows() / TRAK_ROWS_PER_DIMENSION;
        let mut all = vec![
            ("datainf", self.scores(&DataInf::new(rows, DATAINF_DAMPING)?)?),
            ("whitened", self.scores(&Dual::new(rows, 1.0)?)?),
            ("trak", self.scores(&Trak::new(rows, &losses, dimensions, 1)?)?),
        ];
        if let Some(penalty) = setting.penalty() {
            let exact = Exact::new(setting.objective(), &self.run.theta, rows, penalty)?;
            all.push(("exact-if", self.scores(&exact)?));
        }
        Ok(all)
    }

    /// What takes several checkpoints.
    fn along(&self) -> Result<Vec<(&'static str, Scores)>> {
        let Some(recipe) = self.setting.recipe() else { return Ok(Vec::new()) };
        let steps = recipe.steps();
        // The end's own rate is 0; the last step's stands for it.
        let rate = |step: usize| recipe.schedule.rate(step.min(steps - 1), steps);
        let states = self.run.checkpoints.iter().zip(&self.checkpoints);
        let less: Vec<_> =
            states.clone().map(|(state, held)| (rate(state.step), held, state)).collect();
        let checkpoints = states.map(|(state, held)| (rate(state.step), held)).collect();
        let stacked = self.stacked()?;
        let kept = (NUMBERS / self.rows()?.layout().blocks().len()).max(1);
        let whitening = learn(&stacked, &Settings { kept, ..Settings::default() })?;
        Ok(vec![
            ("tracin", self.scores_along(&TracIn { checkpoints })?),
            ("less", self.scores_along(&Less::new(&less, recipe.optimiser)?)?),
            ("index-4-checkpoints", self.scores_along(&Whitened::new(&whitening, &stacked)?)?),
        ])
    }

    /// Every row's gradients at all checkpoints in one vector.
    fn stacked(&self) -> Result<Held> {
        let blocks = self.rows()?.layout().blocks();
        let layout = self.checkpoints.iter().flat_map(|_| blocks.to_vec()).collect();
        let row = |row: usize| {
            let parts = self.checkpoints.iter().map(|held| held.vectors()[row].as_slice());
            parts.collect::<Vec<_>>().concat()
        };
        let rows = (0..self.setting.trained()).map(row).collect();
        Ok(Held::new(whence_influence::layout::Layout::new(layout)?, rows)?)
    }

    fn without_gradients(&self) -> Result<Vec<(&'static str, Scores)>> {
        let (setting, theta) = (self.setting, &self.run.theta);
        let seen = |row| setting.representation(theta, row);
        let rows = (0..setting.trained()).into_par_iter().map(seen).collect::<Result<_>>()?;
        let nearest = Representation { rows };
        let one = |row: &usize| {
            let representation = &seen(*row)?;
            Ok(nearest.scores(&Query { representation, ..Query::default() })?)
        };
        let queries = setting.queries();
        let mut all = vec![("embedding", queries.par_iter().map(one).collect::<Result<_>>()?)];
        if !setting.terms(0).is_empty() {
            let words: Vec<Vec<u32>> =
                (0..setting.trained()).map(|row| setting.terms(row)).collect();
            let lexical = Bm25::new(&words);
            let one = |row: &usize| {
                Ok(lexical.scores(&Query { terms: &setting.terms(*row), ..Query::default() })?)
            };
            all.push(("bm25", queries.iter().map(one).collect::<Result<_>>()?));
        }
        Ok(all)
    }
}

//! Every method's scores for every query of a trained model.

use anyhow::{Context, Result};
use rayon::prelude::*;
use whence_canon::score::Bits;
use whence_influence::basis::Rotation;
use whence_influence::gradients::{Gradients, Held};
use whence_influence::methods::datainf::DataInf;
use whence_influence::methods::dual::Dual;
use whence_influence::methods::exact::Exact;
use whence_influence::methods::less::Less;
use whence_influence::methods::lexical::Bm25;
use whence_influence::methods::similar::{Cosine, Dot, Representation, TracIn};
use whence_influence::methods::trak::Trak;
use whence_influence::methods::{Method, Query};
use whence_influence::replay::{Recipe, Run};

use super::indexed::Indexed;
use super::points::{FEWER_POINTS, INDEX_POINTS, Points, quarters};
use super::setting::Setting;
use crate::retraining::Scores;

/// DataInf's damping as its authors fix it (2310.00902, §5).
const DATAINF_DAMPING: f64 = 0.1;
/// Held-out rows that are asked of in an audit; nothing else is judged by them.
pub const AUDITED: usize = 200;
/// TRAK projects to as many numbers as half the rows.
const TRAK_ROWS_PER_DIMENSION: usize = 2;

/// A trained model with its gradients.
pub struct Trained<'a> {
    /// What was trained.
    pub setting: &'a dyn Setting,
    /// How it ended.
    pub run: Run,
    /// Gradients at its end.
    pub end: Points,
}

impl<'a> Trained<'a> {
    /// Trains with all rows and takes gradients at the end.
    pub fn new(setting: &'a dyn Setting) -> Result<Self> {
        let run = setting.train(&vec![1.0; setting.trained()])?;
        let end = Points::end(setting, &run)?;
        Ok(Self { setting, run, end })
    }

    /// The rows' gradients at the end.
    pub fn rows(&self) -> Result<&Held> {
        self.end.rows.first().context("a run has an end")
    }

    fn midpoints(&self, recipe: &Recipe, count: usize) -> Result<Points> {
        Points::kept(self.setting, &self.run, &recipe.midpoints(count))
    }

    /// The index as it is served: of a run's points where there are any, of the end otherwise.
    pub fn index(&self) -> Result<Indexed> {
        match self.setting.recipe() {
            Some(recipe) => Indexed::joint(&self.points()?, Some(recipe)),
            None => Indexed::apart(&self.end, Rotation::Principal),
        }
    }

    /// The points that the index looks at.
    fn points(&self) -> Result<Points> {
        match self.setting.recipe() {
            Some(recipe) => self.midpoints(recipe, INDEX_POINTS),
            None => Points::end(self.setting, &self.run),
        }
    }

    /// The index's scores of the audit's questions: the first of the held-out rows.
    pub fn audit(&self, index: &Indexed) -> Result<Scores> {
        let held_out = self.setting.held_out();
        let asked = &held_out[..AUDITED.min(held_out.len() / 2)];
        index.asked(&self.points()?.gradients(self.setting, asked)?, Bits::Eight)
    }

    /// A method's scores of all queries, from their gradients at the end.
    pub fn scores(&self, method: &dyn Method) -> Result<Scores> {
        let one = |gradients: &Vec<Vec<f32>>| {
            Ok(method.scores(&Query { gradients, ..Query::default() })?)
        };
        self.end.queries.par_iter().map(one).collect()
    }

    /// All methods by name, the index first.
    pub fn all(&self) -> Result<Vec<(&'static str, Scores)>> {
        let mut all = self.indices()?;
        all.extend(self.similar()?);
        all.extend(self.influences()?);
        all.extend(self.along()?);
        all.extend(self.without_gradients()?);
        Ok(all)
    }

    /// The index: rounded to 8 bits as it is served, to 4, in its own `f32`; and what it would be
    /// of one checkpoint, in the other basis, and of other points.
    fn indices(&self) -> Result<Vec<(&'static str, Scores)>> {
        let (index, eight) = (self.index()?, |index: Indexed| index.rounded(Bits::Eight));
        let mut all = vec![
            ("index", index.rounded(Bits::Eight)?),
            ("index-int4", index.rounded(Bits::Four)?),
            ("index-f32", index.unrounded()?),
            ("index-kronecker", eight(Indexed::apart(&self.end, Rotation::Kronecker)?)?),
        ];
        let Some(recipe) = self.setting.recipe() else { return Ok(all) };
        let last = eight(Indexed::apart(&self.end, Rotation::Principal)?)?;
        let (fewer, points) = (self.midpoints(recipe, FEWER_POINTS)?, self.points()?);
        let quarters = Points::kept(self.setting, &self.run, &quarters(recipe))?;
        let end = |query: &Vec<Vec<f32>>| query.concat().repeat(points.rows.len());
        let end: Vec<Vec<f32>> = self.end.queries.iter().map(end).collect();
        all.extend([
            ("index-1-checkpoint", last),
            ("index-2-checkpoints", eight(Indexed::joint(&fewer, Some(recipe))?)?),
            ("index-4-checkpoints", eight(Indexed::whole(&quarters)?)?),
            ("index-of-quarters", eight(Indexed::joint(&quarters, Some(recipe))?)?),
            ("index-in-own-coordinates", eight(Indexed::joint(&points, None)?)?),
            ("index-in-blocks", eight(Indexed::apart(&points, Rotation::Principal)?)?),
            ("index-asked-at-end", index.asked(&end, Bits::Eight)?),
        ]);
        Ok(all)
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
        let points = Points::kept(self.setting, &self.run, &quarters(recipe))?;
        let steps = recipe.steps();
        // The end's own rate is 0; the last step's stands for it.
        let rate = |step: usize| recipe.schedule.rate(step.min(steps - 1), steps);
        let states = points.states.iter().zip(&points.rows);
        let less: Vec<_> =
            states.clone().map(|(state, held)| (rate(state.step), held, state)).collect();
        let checkpoints = states.map(|(state, held)| (rate(state.step), held)).collect();
        let along = |method: &dyn Method| -> Result<Scores> {
            let one = |gradients: &Vec<Vec<f32>>| {
                Ok(method.scores(&Query { gradients, ..Query::default() })?)
            };
            points.queries.par_iter().map(one).collect()
        };
        Ok(vec![
            ("tracin", along(&TracIn { checkpoints })?),
            ("less", along(&Less::new(&less, recipe.optimiser)?)?),
        ])
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

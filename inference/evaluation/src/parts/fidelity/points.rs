//! A trained model's gradients at points of its run: the rows' and the queries'.

use anyhow::{Context, Result};
use whence_influence::gradients::{AtCheckpoints, Gradients, Held};
use whence_influence::layout::Layout;
use whence_influence::replay::{Checkpoint, Recipe, Run};

use super::setting::Setting;

/// Points of the run that the index looks at, in the bytes of one.
pub const INDEX_POINTS: usize = 4;
/// The fewer, to see what they cost.
pub const FEWER_POINTS: usize = 2;

/// Gradients at some points.
pub struct Points {
    /// The states of the run there.
    pub states: Vec<Checkpoint>,
    /// The rows' gradients at each.
    pub rows: Vec<Held>,
    /// The queries' gradients: query, point, number.
    pub queries: Vec<Vec<Vec<f32>>>,
}

/// A quarter, a half, three quarters and the end: where TracIn and LESS look.
pub fn quarters(recipe: &Recipe) -> Vec<usize> {
    (1..=4).map(|quarter| quarter * recipe.steps() / 4).collect()
}

/// All steps that a measure looks at, rising.
pub fn all(recipe: &Recipe) -> Vec<usize> {
    let midpoints = [FEWER_POINTS, INDEX_POINTS].map(|count| recipe.midpoints(count)).concat();
    let mut steps = [quarters(recipe), midpoints].concat();
    steps.sort_unstable();
    steps.dedup();
    steps
}

impl Points {
    /// Takes gradients at states of a run.
    pub fn at(setting: &dyn Setting, states: Vec<Checkpoint>) -> Result<Self> {
        let rows: Vec<usize> = (0..setting.trained()).collect();
        let held = |rows: &[usize], state: &Checkpoint| {
            let theta = [state.theta.clone()];
            Held::collect(&AtCheckpoints::new(setting.objective(), &theta, rows)?)
        };
        let taken = states.iter().map(|state| held(&rows, state)).collect::<Result<_, _>>()?;
        let query = |row: &usize| {
            let one = |state| Ok(held(&[*row], state)?.vectors()[0].clone());
            states.iter().map(one).collect::<Result<Vec<Vec<f32>>>>()
        };
        let queries = setting.queries().iter().map(query).collect::<Result<_>>()?;
        Ok(Self { states, rows: taken, queries })
    }

    /// At the run's end.
    pub fn end(setting: &dyn Setting, run: &Run) -> Result<Self> {
        let state = Checkpoint {
            step: setting.recipe().map_or(0, Recipe::steps),
            theta: run.theta.clone(),
            first: Vec::new(),
            second: Vec::new(),
        };
        Self::at(setting, vec![state])
    }

    /// At some of the steps that the run kept.
    pub fn kept(setting: &dyn Setting, run: &Run, steps: &[usize]) -> Result<Self> {
        let state = |step: &usize| {
            let found = run.checkpoints.iter().find(|state| state.step == *step);
            found.cloned().with_context(|| format!("step {step} was not kept"))
        };
        Self::at(setting, steps.iter().map(state).collect::<Result<_>>()?)
    }

    /// Every row's gradients at all points in one vector.
    pub fn stacked(&self) -> Result<Held> {
        let first = self.rows.first().context("there is a point")?;
        let blocks = first.layout().blocks();
        let layout = self.rows.iter().flat_map(|_| blocks.to_vec()).collect();
        let row = |row: usize| {
            let parts = self.rows.iter().map(|held| held.vectors()[row].as_slice());
            parts.collect::<Vec<_>>().concat()
        };
        let rows = (0..first.rows()).map(row).collect();
        Ok(Held::new(Layout::new(layout)?, rows)?)
    }

    /// Other rows' gradients at all points, one vector each.
    pub fn gradients(&self, setting: &dyn Setting, rows: &[usize]) -> Result<Vec<Vec<f32>>> {
        let thetas: Vec<Vec<f32>> = self.states.iter().map(|state| state.theta.clone()).collect();
        let source = AtCheckpoints::new(setting.objective(), &thetas, rows)?;
        Ok(Held::collect(&source)?.vectors().to_vec())
    }

    /// Every query's gradients at all points in one vector.
    pub fn asked(&self) -> Vec<Vec<f32>> {
        self.queries.iter().map(|points| points.concat()).collect()
    }
}

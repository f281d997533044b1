//! Each measure against its published formula.

use whence_influence::gradients::{Gradients, Held};
use whence_influence::layout::{Block, Layout};
use whence_influence::methods::datainf::DataInf;
use whence_influence::methods::dual::Dual;
use whence_influence::methods::exact::Exact;
use whence_influence::methods::less::Less;
use whence_influence::methods::lexical::Bm25;
use whence_influence::methods::similar::{Cosine, Dot, Representation, TracIn};
use whence_influence::methods::trak::Trak;
use whence_influence::methods::{Method, Query};
use whence_influence::objective::{Along, Objective};
use whence_influence::replay::{Checkpoint, Optimiser};

use crate::{Fixture, close};

fn scores(method: &dyn Method, gradients: &[Vec<f32>]) -> Vec<f32> {
    method.scores(&Query { gradients, ..Query::default() }).unwrap()
}

#[test]
fn the_dual_solve_is_the_explicit_inverse() {
    let (fixture, held) = (Fixture::read(), Fixture::read().held());
    let query = [fixture.query.clone()];
    let dual = Dual::new(&held, 1.0).unwrap();
    close(&scores(&dual, &query), &fixture.whitened, 1e-5);
    close(&dual.self_influences(), &fixture.self_influences, 1e-5);
    close(&scores(&Dual::new(&held, 0.1).unwrap(), &query), &fixture.whitened_tenth, 1e-5);
}

#[test]
fn datainf_is_the_mean_of_inverses() {
    let (fixture, held) = (Fixture::read(), Fixture::read().held());
    let found = scores(&DataInf::new(&held, 0.1).unwrap(), &[fixture.query]);
    close(&found, &fixture.datainf, 1e-4);
}

#[test]
fn trak_with_as_many_directions_as_numbers_does_not_depend_on_them() {
    let fixture = Fixture::read();
    let held = fixture.block(0);
    let query = [fixture.query[..held.layout().width()].to_vec()];
    for seed in [1, 2] {
        let trak = Trak::new(&held, &fixture.losses, held.layout().width(), seed).unwrap();
        close(&scores(&trak, &query), &fixture.trak, 1e-3);
    }
    assert!(Trak::new(&held, &fixture.losses, held.rows() + 1, 1).is_err());
}

#[test]
fn less_is_a_cosine_with_adams_next_step() {
    let (fixture, held) = (Fixture::read(), Fixture::read().held());
    let optimiser = Optimiser::Adam { beta1: 0.9, beta2: 0.95, eps: 1e-8, eps_root: 1e-6 };
    let state = Checkpoint {
        step: 7,
        theta: fixture.query.clone(),
        first: fixture.mean,
        second: fixture.square,
    };
    let less = Less::new(&[(2.0, &held, &state)], optimiser).unwrap();
    let twice: Vec<f32> = fixture.less.iter().map(|score| 2.0 * score).collect();
    close(&scores(&less, &[fixture.query]), &twice, 1e-5);
}

#[test]
fn dots_and_cosines_of_a_right_triangle() {
    let block = Block { name: "x".into(), outputs: 1, inputs: 2 };
    let layout = Layout::new(vec![block]).unwrap();
    let held = Held::new(layout, vec![vec![3.0, 4.0], vec![-8.0, 6.0]]).unwrap();
    let query = [vec![6.0, 8.0]];
    assert_eq!(scores(&Dot { rows: &held }, &query), [50.0, 0.0]);
    assert_eq!(scores(&Cosine { rows: &held }, &query), [1.0, 0.0]);
    let tracin = TracIn { checkpoints: vec![(0.5, &held), (2.0, &held)] };
    assert_eq!(scores(&tracin, &[vec![1.0, 0.0], vec![0.0, 1.0]]), [1.5 + 8.0, -4.0 + 12.0]);
    let rows = Representation { rows: vec![vec![3.0, 4.0]] };
    let query = Query { representation: &[4.0, 3.0], ..Query::default() };
    assert_eq!(rows.scores(&query).unwrap(), [0.96]);
    // What a measure needs it asks for.
    assert!(rows.scores(&Query::default()).is_err());
    assert!(Dot { rows: &held }.scores(&query).is_err());
}

/// `½ (⟨x, θ⟩ − y)²`: its Hessian is `x xᵀ`.
struct LeastSquares {
    layout: Layout,
    inputs: Vec<Vec<f32>>,
    targets: Vec<f32>,
}

impl LeastSquares {
    fn apart(&self, theta: &[f32], row: usize) -> f32 {
        let found: f32 = self.inputs[row].iter().zip(theta).map(|(x, theta)| x * theta).sum();
        found - self.targets[row]
    }
}

impl Objective for LeastSquares {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn rows(&self) -> usize {
        self.inputs.len()
    }

    fn loss(&self, theta: &[f32], row: usize) -> f32 {
        self.apart(theta, row).powi(2) / 2.0
    }

    fn gradient(&self, theta: &[f32], row: usize, weight: f32, gradient: &mut [f32]) -> f32 {
        let slope = weight * self.apart(theta, row);
        gradient.iter_mut().zip(&self.inputs[row]).for_each(|(sum, x)| *sum += slope * x);
        self.loss(theta, row)
    }

    fn curvature(&self, theta: &[f32], row: usize, along: Along<'_>) -> f32 {
        let x = &self.inputs[row];
        let turn: f32 = x.iter().zip(along.direction).map(|(x, v)| x * v).sum();
        self.gradient(theta, row, along.weight, along.gradient);
        along.product.iter_mut().zip(x).for_each(|(sum, x)| *sum += along.weight * turn * x);
        self.apart(theta, row) * turn
    }
}

#[test]
fn exact_influence_of_least_squares_is_the_normal_equations() {
    let fixture = Fixture::read();
    let inputs = fixture.block(1);
    let targets = fixture.block(0).vectors().iter().map(|row| row[0]).collect();
    let layout = inputs.layout().clone();
    let model = LeastSquares { layout: layout.clone(), inputs: inputs.vectors().to_vec(), targets };
    let theta = fixture.query[fixture.query.len() - layout.width()..].to_vec();
    let gradient = |row| {
        let mut gradient = vec![0.0; theta.len()];
        model.gradient(&theta, row, 1.0, &mut gradient);
        gradient
    };
    let rows = Held::new(layout, (0..model.rows()).map(gradient).collect()).unwrap();
    let exact = Exact::new(&model, &theta, &rows, 0.5).unwrap();
    close(&scores(&exact, &[gradient(0)]), &fixture.exact, 1e-4);
    let own = scores(&exact, &[gradient(4)])[4];
    close(&exact.self_influences()[4..5], &[own], 1e-5);
}

#[test]
fn shared_words_score_as_in_bm25s() {
    let words = Fixture::read().bm25;
    let query = Query { terms: &words.query, ..Query::default() };
    let found = Bm25::new(&words.rows).scores(&query).unwrap();
    close(&found, &words.scores, 1e-5);
}

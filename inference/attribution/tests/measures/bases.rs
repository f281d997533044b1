//! Bases: whole they are the explicit inverse; streamed, cut and stacked they do what they say.

use whence_influence::basis::{Coordinates, Joint, Point, Rotation, Settings, Whitening, learn};
use whence_influence::gradients::{AtCheckpoints, Gradients, Held};
use whence_influence::layout::{Block, Layout};
use whence_influence::methods::whitened::Whitened;
use whence_influence::methods::{Method, Query};
use whence_influence::objective::{Along, Objective};

use crate::{Fixture, close, proportional};

fn scores(whitening: &Whitening, rows: &Held, query: &[f32]) -> Vec<f32> {
    let gradients = [query.to_vec()];
    let query = Query { gradients: &gradients, ..Query::default() };
    Whitened::new(whitening, rows).unwrap().scores(&query).unwrap()
}

#[test]
fn with_all_directions_principal_is_the_explicit_inverse() {
    let (fixture, held) = (Fixture::read(), Fixture::read().held());
    for (damping, expected) in [(1.0, &fixture.whitened), (0.1, &fixture.whitened_tenth)] {
        let settings = Settings { damping, ..Settings::default() };
        let whitening = learn(&held, &settings).unwrap();
        proportional(&scores(&whitening, &held, &fixture.query), expected, 1e-4);
    }
}

#[test]
fn with_all_directions_kronecker_is_the_formula_with_corrected_eigenvalues() {
    let (fixture, held) = (Fixture::read(), Fixture::read().held());
    let settings = Settings { rotation: Rotation::Kronecker, ..Settings::default() };
    let whitening = learn(&held, &settings).unwrap();
    proportional(&scores(&whitening, &held, &fixture.query), &fixture.kronecker, 1e-4);
}

/// A row's self-influence does not depend on how much of it was cut, as far as cut directions are alike.
#[test]
fn self_influence_counts_what_was_cut() {
    let (fixture, held) = (Fixture::read(), Fixture::read().held());
    let whole = learn(&held, &Settings::default()).unwrap();
    let own = Whitened::new(&whole, &held).unwrap().self_influences().to_vec();
    proportional(&own, &fixture.self_influences, 1e-4);
    let cut = learn(&held, &Settings { kept: 8, ..Settings::default() }).unwrap();
    let rows = Whitened::new(&cut, &held).unwrap();
    let inside = |row: &Vec<Vec<f32>>| row.iter().flatten().map(|x| x * x).sum::<f32>();
    for (all, x) in rows.self_influences().iter().zip(rows.rows()) {
        assert!(*all > inside(x) * 1.02 && x.iter().all(|block| block.len() == 8), "{all}");
    }
    // The mean square length of the coordinates is one by construction.
    let mean = rows.rows().iter().map(inside).sum::<f32>() / rows.rows().len() as f32;
    assert!((mean - 1.0).abs() < 1e-4, "{mean}");
}

/// More rows and numbers than exact eigenvectors are taken of, so that the sketch does it.
#[test]
fn a_sketch_finds_the_directions_that_are_there() {
    let (rows, width, rank) = (2_100, 2_100, 12);
    let mut state = 1u64;
    let mut number = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let planted: Vec<Vec<f32>> =
        (0..rank).map(|_| (0..width).map(|_| number()).collect()).collect();
    let row = |_| {
        let mut row: Vec<f32> = (0..width).map(|_| 0.01 * number()).collect();
        for (place, direction) in planted.iter().enumerate() {
            let share = number() * (rank - place) as f32;
            row.iter_mut().zip(direction).for_each(|(sum, x)| *sum += share * x);
        }
        row
    };
    let gradients: Vec<Vec<f32>> = (0..rows).map(row).collect();
    let block = Block { name: "x".into(), outputs: 1, inputs: width };
    let held = Held::new(Layout::new(vec![block]).unwrap(), gradients).unwrap();
    let whitening = learn(&held, &Settings { kept: 16, ..Settings::default() }).unwrap();
    let spectrum = &whitening.spectra()[0];
    let found: f64 = spectrum.kept[..rank].iter().sum();
    assert!(found > 0.999 * spectrum.trace, "{found} of {}", spectrum.trace);
    // Eigenvalues are second moments: a projected row undoes to its own part along each direction.
    let basis = &whitening.preconditioner().bases[0];
    for (at, value) in spectrum.kept.iter().take(rank).enumerate() {
        let vector = &basis.matrix[at * width..][..width];
        let along = |row: &Vec<f32>| {
            let dot: f64 = row.iter().zip(vector).map(|(x, v)| f64::from(x * v)).sum();
            dot * dot
        };
        let length: f64 = vector.iter().map(|v| f64::from(v * v)).sum();
        let moment = held.vectors().iter().map(along).sum::<f64>() / rows as f64 / length;
        assert!((moment / value - 1.0).abs() < 1e-3, "{moment} {value}");
    }
}

#[test]
fn a_basis_does_not_change_for_new_rows_and_refuses_nonsense() {
    let (fixture, held) = (Fixture::read(), Fixture::read().held());
    let first = Held::new(held.layout().clone(), held.vectors()[..20].to_vec()).unwrap();
    let whitening = learn(&first, &Settings::default()).unwrap();
    let (few, all) =
        (Whitened::new(&whitening, &first).unwrap(), Whitened::new(&whitening, &held).unwrap());
    assert_eq!(few.rows(), &all.rows()[..20]);
    assert_eq!(few.self_influences(), &all.self_influences()[..20]);
    assert!(whitening.project(&fixture.query[1..]).is_err());
    assert!(learn(&first, &Settings { kept: 0, ..Settings::default() }).is_err());
    assert!(learn(&first, &Settings { damping: 0.0, ..Settings::default() }).is_err());
    let zeros = Held::new(held.layout().clone(), vec![vec![0.0; held.layout().width()]; 3]);
    assert!(learn(&zeros.unwrap(), &Settings::default()).is_err());
}

/// `ℓ_row(θ) = Σ_j (row + 1) θ_j² / 2`.
struct Bowl(Layout);

impl Objective for Bowl {
    fn layout(&self) -> &Layout {
        &self.0
    }

    fn rows(&self) -> usize {
        3
    }

    fn loss(&self, theta: &[f32], row: usize) -> f32 {
        (row + 1) as f32 * theta.iter().map(|x| x * x).sum::<f32>() / 2.0
    }

    fn gradient(&self, theta: &[f32], row: usize, weight: f32, gradient: &mut [f32]) -> f32 {
        let scale = weight * (row + 1) as f32;
        gradient.iter_mut().zip(theta).for_each(|(sum, x)| *sum += scale * x);
        self.loss(theta, row)
    }

    fn curvature(&self, theta: &[f32], row: usize, along: Along<'_>) -> f32 {
        let scale = (row + 1) as f32;
        self.gradient(theta, row, along.weight, along.gradient);
        let product = along.product.iter_mut().zip(along.direction);
        product.for_each(|(sum, v)| *sum += along.weight * scale * v);
        scale * theta.iter().zip(along.direction).map(|(x, v)| x * v).sum::<f32>()
    }
}

#[test]
fn checkpoints_stack_one_after_the_other() {
    let block = Block { name: "x".into(), outputs: 1, inputs: 2 };
    let bowl = Bowl(Layout::new(vec![block]).unwrap());
    let checkpoints = [vec![1.0, 2.0], vec![-3.0, 0.5]];
    let source = AtCheckpoints::new(&bowl, &checkpoints, &[2, 0]).unwrap();
    let held = Held::collect(&source).unwrap();
    assert_eq!(held.vectors(), [vec![3.0, 6.0, -9.0, 1.5], vec![1.0, 2.0, -3.0, 0.5]]);
    assert_eq!(held.layout().blocks().len(), 2);
    close(&held.vectors()[1], &checkpoints.concat(), 0.0);
    assert!(AtCheckpoints::new(&bowl, &checkpoints, &[3]).is_err());
}

/// At one point a joint basis is that point's own; a copy of it beside it takes no room; and with
/// all directions scores are the mean of both points'.
#[test]
fn a_joint_basis_is_the_mean_of_its_points_in_the_room_of_one() {
    let (fixture, held) = (Fixture::read(), Fixture::read().held());
    let asked = |basis: &dyn Coordinates, gradient: Vec<f32>, rows: &Held| {
        let gradients = [gradient];
        let query = Query { gradients: &gradients, ..Query::default() };
        Whitened::new(basis, rows).unwrap().scores(&query).unwrap()
    };
    let stacked = |other: &dyn Fn(&f32) -> f32| {
        let blocks = held.layout().blocks();
        let layout = Layout::new([blocks, blocks].concat()).unwrap();
        let row = |row: &Vec<f32>| [row.clone(), row.iter().map(other).collect()].concat();
        Held::new(layout, held.vectors().iter().map(row).collect()).unwrap()
    };
    let point = || Point { rows: &held, metric: None };
    let one = Joint::learn(&[point()], &Settings::default()).unwrap();
    let found = asked(&one, fixture.query.clone(), &held);
    proportional(&found, &fixture.whitened, 1e-4);

    let cut = Settings { kept: 8, ..Settings::default() };
    let twice = Joint::learn(&[point(), point()], &cut).unwrap();
    let found = asked(&twice, fixture.query.repeat(2), &stacked(&|x| *x));
    assert!(twice.preconditioner().bases.iter().all(|basis| basis.kept == 8));
    close(&found, &scores(&learn(&held, &cut).unwrap(), &held, &fixture.query), 1e-4);

    // The second point has other gradients: each number cubed.
    let cubes = |all: &[f32]| all.iter().map(|x| x * x * x).collect::<Vec<f32>>();
    let second = held.vectors().iter().map(|row| cubes(row)).collect();
    let second = Held::new(held.layout().clone(), second).unwrap();
    let points = [point(), Point { rows: &second, metric: None }];
    let both = Joint::learn(&points, &Settings { kept: 1_000, ..Settings::default() }).unwrap();
    let query = [fixture.query.clone(), cubes(&fixture.query)];
    let rows = stacked(&|x| x * x * x);
    let found = asked(&both, query.concat(), &rows);
    let alone = [(&held, &query[0]), (&second, &query[1])]
        .map(|(rows, query)| scores(&learn(rows, &Settings::default()).unwrap(), rows, query));
    let mean: Vec<f32> = alone[0].iter().zip(&alone[1]).map(|(x, y)| (x + y) / 2.0).collect();
    close(&found, &mean, 1e-4);
    // With nothing cut, what a row does to itself is the square of its coordinates.
    let index = Whitened::new(&both, &rows).unwrap();
    let inside = |row: &Vec<Vec<f32>>| row.iter().flatten().map(|x| x * x).sum::<f32>();
    let squares: Vec<f32> = index.rows().iter().map(inside).collect();
    close(index.self_influences(), &squares, 1e-4);
}

/// Coordinates that are known to be wrong by a factor each are set right by a metric of its
/// inverse: in the basis, and in what is projected by the published matrices.
#[test]
fn a_metric_undoes_other_coordinates() {
    let (fixture, held) = (Fixture::read(), Fixture::read().held());
    let factor = |at: usize| 0.5 + (at % 7) as f32;
    let stretch = |row: &Vec<f32>| -> Vec<f32> {
        row.iter().enumerate().map(|(at, x)| x * factor(at)).collect()
    };
    let stretched = held.vectors().iter().map(stretch).collect();
    let stretched = Held::new(held.layout().clone(), stretched).unwrap();
    let metric = Some((0..held.layout().width()).map(|at| 1.0 / factor(at)).collect());
    let points = [Point { rows: &stretched, metric }];
    let basis = Joint::learn(&points, &Settings::default()).unwrap();
    let gradients = [stretch(&fixture.query)];
    let query = Query { gradients: &gradients, ..Query::default() };
    let index = Whitened::new(&basis, &stretched).unwrap();
    proportional(&index.scores(&query).unwrap(), &fixture.whitened, 1e-4);
    proportional(index.self_influences(), &fixture.self_influences, 1e-4);
    let wrong = [Point { rows: &held, metric: Some(vec![1.0]) }];
    assert!(Joint::learn(&wrong, &Settings::default()).is_err());
    assert!(Joint::learn(&[], &Settings::default()).is_err());
}

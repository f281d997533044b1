//! Derivatives against finite differences, and the optimum against its own condition.

use whence_influence::objective::{Along, Objective};
use whence_influence::replay;

use super::linear::Linear;
use super::network::Network;
use super::{CLASSES, Digits};
use crate::{random, recipes};

fn direction(width: usize) -> Vec<f32> {
    let mut stream = random::stream(5, "direction");
    (0..width).map(|_| random::normal(&mut stream)).collect()
}

fn moved(theta: &[f32], along: &[f32], by: f32) -> Vec<f32> {
    theta.iter().zip(along).map(|(theta, along)| theta + by * along).collect()
}

fn gradient_of(objective: &dyn Objective, theta: &[f32], row: usize) -> Vec<f32> {
    let mut gradient = vec![0.0; theta.len()];
    objective.gradient(theta, row, 1.0, &mut gradient);
    gradient
}

/// `f′` along `v` against `(f(θ + hv) − f(θ − hv)) / 2h`, of the loss and of the gradient.
fn derivatives_equal_differences(objective: &dyn Objective, theta: &[f32]) {
    let (along, step) = (direction(theta.len()), 2e-3);
    let (ahead, behind) = (moved(theta, &along, step), moved(theta, &along, -step));
    for row in 0..5 {
        let (mut gradient, mut product) = (vec![0.0; theta.len()], vec![1.0; theta.len()]);
        let look = Along {
            direction: &along,
            weight: 2.0,
            gradient: &mut gradient,
            product: &mut product,
        };
        let slope = objective.curvature(theta, row, look);
        let change = objective.loss(&ahead, row) - objective.loss(&behind, row);
        assert!((slope - change / (2.0 * step)).abs() < 5e-3 * slope.abs().max(1.0), "{slope}");
        let direct = gradient_of(objective, theta, row);
        let dot: f32 = direct.iter().zip(&along).map(|(g, v)| g * v).sum();
        assert!((slope - dot).abs() < 1e-3 * slope.abs().max(1.0), "{slope} {dot}");
        assert!(
            gradient.iter().zip(&direct).all(|(twice, once)| (twice - 2.0 * once).abs() < 1e-5)
        );
        let (after, before) =
            (gradient_of(objective, &ahead, row), gradient_of(objective, &behind, row));
        let largest = product.iter().fold(0f32, |top, value| top.max((value - 1.0).abs()));
        for (at, value) in product.iter().enumerate() {
            let expected = (after[at] - before[at]) / (2.0 * step);
            let found = (value - 1.0) / 2.0;
            assert!((found - expected).abs() < 5e-3 * largest.max(0.1), "{found} {expected}");
        }
    }
}

#[test]
fn derivatives_of_the_linear_model_equal_differences() {
    let model = Linear::new(Digits::draw(1, 20, 5)).unwrap();
    let theta = moved(&vec![0.0; model.layout().width()], &direction(650), 0.3);
    derivatives_equal_differences(&model, &theta);
}

#[test]
fn derivatives_of_the_network_equal_differences() {
    let model = Network::new(Digits::draw(1, 20, 5)).unwrap();
    derivatives_equal_differences(&model, &model.start(3));
}

#[test]
fn at_the_optimum_gradients_and_penalty_cancel() {
    let model = Linear::new(Digits::draw(2, 300, 50)).unwrap();
    let weights: Vec<f32> = (0..300).map(|row| f32::from(u8::from(row % 3 != 0))).collect();
    let theta = model.fit(&weights).unwrap();
    let mut sum = vec![0.0; theta.len()];
    for (row, weight) in weights.iter().enumerate() {
        model.gradient(&theta, row, weight / 300.0, &mut sum);
    }
    let penalty = model.penalty() as f32;
    assert!(sum.iter().zip(&theta).all(|(sum, theta)| (sum + penalty * theta).abs() < 3e-6));
    let right = model.digits.queries().into_iter().filter(|row| model.loss(&theta, *row) < 0.693);
    assert!(right.count() > 40);
}

#[test]
fn a_trained_network_reads_digits() {
    let model = Network::new(Digits::draw(2, 400, 100)).unwrap();
    let recipe = recipes::smooth_adam(5e-3, recipes::batches(1, 400, 50, 15));
    let run = replay::train(&model, &model.start(1), &recipe, &[1.0; 400]).unwrap();
    let right =
        model.digits.queries().into_iter().filter(|row| model.loss(&run.theta, *row) < 0.693);
    assert!(right.count() > 85);
}

#[test]
fn draws_repeat_and_wrong_labels_are_wrong() {
    let digits = Digits::draw(7, 1_000, 200);
    assert_eq!(digits, Digits::draw(7, 1_000, 200));
    assert_ne!(digits, Digits::draw(8, 1_000, 200));
    assert_eq!((digits.rows(), digits.queries().len(), digits.trained), (1_200, 200, 1_000));
    // The counts of the file's description, over all 1,797: 182 ones and 174 eights.
    let all = Digits::draw(0, 1_797, 0);
    let count = |digit| all.labels.iter().filter(|label| **label == digit).count();
    assert_eq!((count(1), count(8), (0..CLASSES).map(count).sum::<usize>()), (182, 174, 1_797));

    let mut noisy = digits.clone();
    let wrong = noisy.mislabel(1, 0.1);
    assert_eq!(wrong.len(), 100);
    let differs = |row: &usize| digits.labels[*row] != noisy.labels[*row];
    assert_eq!((0..digits.rows()).filter(differs).collect::<Vec<_>>(), wrong);
}

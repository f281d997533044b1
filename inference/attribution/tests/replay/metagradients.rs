//! The derivative of a run's end by its rows' weights: against a closed form, finite differences of
//! whole runs, and JAX's derivative through optax.

use serde_json::Value;
use whence_influence::objective::Objective;
use whence_influence::replay::{Decay, Optimiser, Queries, Recipe, Replay, Schedule, train};

use crate::models::{ADAM, Bend, Neuron, SGD, recipe};

/// The largest difference, as a share of the largest number expected.
fn apart(found: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let apart = found.iter().zip(expected).map(|(f, e)| (f64::from(*f) - e).abs());
    apart.fold(0.0, f64::max) / largest
}

fn metagradients(replay: &Replay<'_>, rows: &[usize]) -> Vec<Vec<f32>> {
    let queries = Queries { objective: replay.objective, rows };
    replay.metagradients(|theta| queries.gradients(theta)).unwrap()
}

#[test]
fn gradient_descent_on_least_squares_has_the_influence_of_the_closed_form() {
    // θ_T = θ* + p (θ_0 − θ*), p = (1 − η h)^T, h = Σ w x²/B, θ* = Σ w x y / Σ w x².
    let model = Neuron::new(Bend::Square, 8, 1);
    let (rate, steps, start) = (0.5, 12, 2.0);
    let numbers = |row: usize| (f64::from(model.inputs[row][0]), f64::from(model.targets[row]));
    let h: f64 = (0..8).map(numbers).map(|(x, _)| x * x / 8.0).sum();
    let best = (0..8).map(numbers).map(|(x, y)| x * y / 8.0).sum::<f64>() / h;
    let factor = 1.0 - rate * h;
    let end = best + factor.powi(steps) * (start - best);
    let (x, y) = numbers(3);
    let slope = (x * end - y) * x;
    let expected = (0..8).map(numbers).map(|(x, y)| {
        let by_best = x * (y - best * x) / 8.0 / h;
        let by_factor = f64::from(steps) * factor.powi(steps - 1) * -rate * x * x / 8.0;
        slope * (by_best * (1.0 - factor.powi(steps)) + by_factor * (start - best))
    });
    let recipe = Recipe {
        optimiser: Optimiser::Sgd { momentum: 0.0 },
        schedule: Schedule { peak: rate as f32, warmup: 0, decay: Decay::Constant },
        weight_decay: 0.0,
        clip: None,
        batches: vec![(0..8).collect(); steps as usize],
        keep: vec![],
    };
    let replay = Replay { objective: &model, start: &[2.0], recipe: &recipe, weights: &[1.0; 8] };
    let found = metagradients(&replay, &[3]);
    let apart = apart(&found[0], &expected.collect::<Vec<f64>>());
    assert!(apart < 1e-5, "{apart}");
}

#[test]
fn finite_differences_of_whole_runs_agree() {
    // Central differences with a step of 0.02: the error of f32 losses is about 1e-6 of a derivative
    // of 1e-2, that of the cubic term below 1e-3 of it.
    let model = Neuron::new(Bend::Tanh, 20, 6);
    let weights: Vec<f32> = (0..20).map(|row| 0.6 + (row % 4) as f32 * 0.2).collect();
    for optimiser in [ADAM, SGD] {
        let recipe = recipe(optimiser, 20, 40);
        let loss = |weights: &[f32]| {
            let theta = train(&model, &[0.4; 6], &recipe, weights).unwrap().theta;
            f64::from(model.loss(&theta, 11))
        };
        let difference = |row: usize| {
            let (mut more, mut less) = (weights.clone(), weights.clone());
            (more[row], less[row]) = (more[row] + 0.02, less[row] - 0.02);
            (loss(&more) - loss(&less)) / 0.04
        };
        let expected: Vec<f64> = (0..20).map(difference).collect();
        let replay =
            Replay { objective: &model, start: &[0.4; 6], recipe: &recipe, weights: &weights };
        let apart = apart(&metagradients(&replay, &[11])[0], &expected);
        assert!(apart < 5e-3, "{optimiser:?}: {apart}");
    }
}

#[test]
fn jax_through_optax_agrees() {
    let fixture: Value = serde_json::from_str(include_str!("metagradients.json")).unwrap();
    let numbers = |value: &Value| -> Vec<f64> { serde_json::from_value(value.clone()).unwrap() };
    let singles = |value: &Value| -> Vec<f32> { serde_json::from_value(value.clone()).unwrap() };
    let mut model = Neuron::new(Bend::Tanh, 14, 5);
    model.inputs = serde_json::from_value(fixture["inputs"].clone()).unwrap();
    model.targets = singles(&fixture["targets"]);
    let (start, weights) = (singles(&fixture["start"]), singles(&fixture["weights"]));
    for (name, optimiser) in [("adam", ADAM), ("sgd", SGD)] {
        let (recipe, expected) = (recipe(optimiser, 14, 24), &fixture[name]);
        let replay =
            Replay { objective: &model, start: &start, recipe: &recipe, weights: &weights };
        let theta = train(&model, &start, &recipe, &weights).unwrap().theta;
        let end = apart(&theta, &numbers(&expected["theta"]));
        assert!(end < 2e-6, "{name}: {end}");
        for (query, found) in metagradients(&replay, &[0, 9]).iter().enumerate() {
            let apart = apart(found, &numbers(&expected["by_weight"][query]));
            assert!(apart < 2e-5, "{name}, query {query}: {apart}");
        }
    }
}

#[test]
fn the_same_bits_whatever_is_kept_and_with_one_thread_or_two() {
    let model = Neuron::new(Bend::Tanh, 40, 9);
    let weights: Vec<f32> = (0..40).map(|row| (row % 5) as f32 * 0.4).collect();
    for optimiser in [ADAM, SGD] {
        let mut recipe = recipe(optimiser, 40, 30);
        recipe.batches.iter_mut().for_each(|batch| batch.extend(0..40));
        let replay =
            Replay { objective: &model, start: &[0.3; 9], recipe: &recipe, weights: &weights };
        let rows = [2, 31];
        let queries = Queries { objective: &model, rows: &rows };
        let with = |threads, keep: &[usize]| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let all = || replay.metagradients_from(keep, |theta| queries.gradients(theta));
            pool.install(all).unwrap()
        };
        let everything: Vec<usize> = (0..=30).collect();
        let expected = with(1, &everything);
        assert!(expected[0].iter().any(|value| *value != 0.0));
        for keep in [vec![0], vec![0, 30], recipe.square_root_steps(), vec![0, 1, 29]] {
            assert_eq!(with(1, &keep), expected);
            assert_eq!(with(2, &keep), expected);
        }
        assert!(replay.metagradients_from(&[5], |theta| queries.gradients(theta)).is_err());
    }
}

#[test]
fn a_query_whose_gradient_has_another_size_is_refused() {
    let model = Neuron::new(Bend::Square, 14, 5);
    let recipe = recipe(SGD, 14, 4);
    let replay =
        Replay { objective: &model, start: &[0.0; 5], recipe: &recipe, weights: &[1.0; 14] };
    assert!(replay.metagradients(|_| vec![vec![0.0; 4]]).is_err());
}

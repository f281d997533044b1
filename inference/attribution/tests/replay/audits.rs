//! Estimates for single rows against retraining, and fidelity against ranks worked out by hand.

use whence_influence::replay::{
    Decay, Optimiser, Queries, Recipe, Replay, Schedule, changes, fidelity, subset_weights,
};

use crate::models::{ADAM, Bend, Neuron, SGD, recipe};

#[test]
fn leaving_one_out_and_adding_one_in_are_what_retraining_finds() {
    let model = Neuron::new(Bend::Tanh, 63, 4);
    let kept: Vec<usize> = (0..63).filter(|row| row % 3 != 0).collect();
    let weights = subset_weights(63, &kept);
    for optimiser in [ADAM, SGD] {
        let recipe = recipe(optimiser, 63, 60);
        let replay =
            Replay { objective: &model, start: &[0.2; 4], recipe: &recipe, weights: &weights };
        let all: Vec<usize> = (0..63).collect();
        let queries = Queries { objective: &model, rows: &[5, 6] };
        let slopes = replay.metagradients(|theta| queries.gradients(theta)).unwrap();
        for to in [0.0, 1.0] {
            let exact = replay.changes_exactly(&all, to, queries).unwrap();
            for (query, slopes) in slopes.iter().enumerate() {
                let exact: Vec<f32> = exact.iter().map(|row| row[query]).collect();
                let estimate = changes(slopes, &weights, to);
                // Rows that are so already change nothing, exactly.
                let same = (0..63).filter(|row| weights[*row] == to);
                same.for_each(|row| assert_eq!((exact[row], estimate[row]), (0.0, 0.0)));
                let agree = fidelity(&[estimate], &[exact]).unwrap().mean;
                assert!(agree > 0.9, "{optimiser:?} to {to}: {agree}");
            }
        }
    }
}

#[test]
fn fidelity_is_spearmans_correlation_per_query() {
    // The first is worked out by hand (7.25/9.5); the others are equal, opposite and without order.
    let scores = [
        vec![1.0, 2.0, 2.0, 4.0, 5.0],
        vec![1.0, 2.0, 3.0, 4.0, 5.0],
        vec![1.0, 2.0, 3.0, 4.0, 5.0],
        vec![1.0, 2.0, 3.0, 4.0, 5.0],
    ];
    let replayed = [
        vec![5.0, 6.0, 7.0, 8.0, 7.0],
        vec![-3.0, 0.0, 0.5, 9.0, 90.0],
        vec![5.0, 4.0, 3.0, 2.0, 1.0],
        vec![7.0; 5],
    ];
    let found = fidelity(&scores, &replayed).unwrap();
    let expected = [7.25 / 9.5, 1.0, -1.0, 0.0];
    let apart = found.of_query.iter().zip(expected).map(|(found, value)| (found - value).abs());
    assert!(apart.fold(0.0, f64::max) < 1e-12, "{found:?}");
    assert!((found.mean - 7.25 / 9.5 / 4.0).abs() < 1e-12);
    assert!(fidelity(&scores, &replayed[1..]).is_err());
    assert!(fidelity(&[vec![1.0]], &[vec![1.0, 2.0]]).is_err());
    assert!(fidelity(&[vec![f32::NAN]], &[vec![1.0]]).is_err());
}

#[test]
fn a_run_linear_in_its_weights_is_smooth_and_one_that_follows_signs_is_not() {
    // One step from 0: plain descent moves by Σ w x y / 2, linear in w; Adam without eps_root moves by
    // its sign. With x y of 1 and −0.85 the sum's sign turns once, between weights 1 and 1.2 of row 1.
    let mut model = Neuron::new(Bend::Square, 2, 1);
    model.inputs = vec![vec![1.0], vec![1.0]];
    model.targets = vec![1.0, -0.85];
    let smoothness = |optimiser| {
        let recipe = Recipe {
            optimiser,
            schedule: Schedule { peak: 0.1, warmup: 0, decay: Decay::Constant },
            weight_decay: 0.0,
            clip: None,
            batches: vec![vec![0, 1]],
            keep: vec![],
        };
        let replay =
            Replay { objective: &model, start: &[0.0], recipe: &recipe, weights: &[1.0; 2] };
        assert!(replay.metasmoothness(&[1.0], 0.2).is_err());
        assert_eq!(replay.metasmoothness(&[0.0, 0.0], 0.2).unwrap(), 0.0);
        replay.metasmoothness(&[0.0, 1.0], 0.2).unwrap()
    };
    assert_eq!(smoothness(Optimiser::Sgd { momentum: 0.0 }), 1.0);
    let signs = Optimiser::Adam { beta1: 0.0, beta2: 0.0, eps: 1e-12, eps_root: 0.0 };
    assert!(smoothness(signs).abs() < 1e-3, "{}", smoothness(signs));
}

//! Estimates for single rows against retraining, and fidelity against ranks worked out by hand.

use whence_influence::replay::{Queries, Replay, changes, fidelity, subset_weights};

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

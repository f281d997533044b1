//! The controls: where they must agree with replay, and what they must not lose.

use whence_influence::replay::{Decay, Optimiser, Queries, Recipe, Replay, Schedule};

use super::scores::Case;
use crate::digits::{Digits, network::Network};
use crate::retraining::shuffled;

#[test]
fn after_one_step_there_is_no_way_left_for_an_adjoint() {
    // One step of plain descent: the end moves by −η/B ∇ℓ_i, and both ways of scoring are the same.
    // After two they are not.
    let model = Network::new(Digits::draw(1, 30, 4)).unwrap();
    let (start, queries) = (model.start(1), model.digits.queries());
    let apart = |steps: usize| {
        let recipe = Recipe {
            optimiser: Optimiser::Sgd { momentum: 0.0 },
            schedule: Schedule { peak: 0.5, warmup: 0, decay: Decay::Constant },
            weight_decay: 0.0,
            clip: None,
            batches: vec![(0..30).collect(); steps],
            keep: Vec::new(),
        };
        let replay =
            Replay { objective: &model, start: &start, recipe: &recipe, weights: &[1.0; 30] };
        let case = Case { replay, queries: Queries { objective: &model, rows: &queries } };
        let (exact, plain) = (case.replayed().unwrap(), case.without_adjoint().unwrap());
        let largest = exact.iter().flatten().fold(0.0, |most: f32, score| most.max(score.abs()));
        let apart = exact.iter().flatten().zip(plain.iter().flatten()).map(|(x, y)| (x - y).abs());
        apart.fold(0.0, f32::max) / largest
    };
    assert!(apart(1) < 1e-4, "{}", apart(1));
    assert!(apart(8) > 1e-2, "{}", apart(8));
}

#[test]
fn shuffling_keeps_the_numbers_and_not_their_places() {
    let scores = vec![(0..50).map(|row| row as f32).collect::<Vec<f32>>(); 2];
    let found = shuffled(&scores, 1);
    for query in &found {
        let mut sorted = query.clone();
        sorted.sort_by(f32::total_cmp);
        assert_eq!(sorted, scores[0]);
        assert_ne!(*query, scores[0]);
    }
    assert_ne!(found[0], found[1]);
    assert_eq!(found, shuffled(&scores, 1));
}

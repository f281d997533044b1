//! The run itself: against closed forms and somebody else's Adam, with one thread and two.

use whence_influence::replay::{Decay, Optimiser, Recipe, Schedule, subset_weights, train};

use crate::models::{ADAM, Bend, Neuron, SGD, dot, recipe};

#[test]
fn gradient_descent_on_least_squares_ends_where_the_closed_form_says() {
    // One parameter: θ_{t+1} − θ* = (1 − η h)(θ_t − θ*), with h and θ* from the kept rows' sums over
    // the whole batch's size, as rows of weight 0 do not change it.
    let model = Neuron::new(Bend::Square, 8, 1);
    let kept = [0, 2, 3, 7];
    let (xx, xy) = kept.iter().fold((0.0f64, 0.0), |(xx, xy), row| {
        let (x, y) = (f64::from(model.inputs[*row][0]), f64::from(model.targets[*row]));
        (xx + x * x / 8.0, xy + x * y / 8.0)
    });
    let recipe = Recipe {
        optimiser: Optimiser::Sgd { momentum: 0.0 },
        schedule: Schedule { peak: 0.5, warmup: 0, decay: Decay::Constant },
        weight_decay: 0.0,
        clip: None,
        batches: vec![(0..8).collect(); 12],
        keep: vec![0, 12],
    };
    let run = train(&model, &[2.0], &recipe, &subset_weights(8, &kept)).unwrap();
    let expected = xy / xx + (1.0 - 0.5 * xx).powi(12) * (2.0 - xy / xx);
    assert!((f64::from(run.theta[0]) - expected).abs() < 1e-6, "{:?} {expected}", run.theta);
    assert_eq!((run.checkpoints[0].step, run.checkpoints[1].step), (0, 12));
    assert_eq!(run.checkpoints[1].theta, run.theta);
}

#[test]
fn the_same_bits_with_one_thread_and_with_two() {
    let model = Neuron::new(Bend::Tanh, 40, 9);
    let weights: Vec<f32> = (0..40).map(|row| (row % 5) as f32 * 0.4).collect();
    for optimiser in [ADAM, SGD] {
        let mut recipe = recipe(optimiser, 40, 30);
        recipe.batches.iter_mut().for_each(|batch| batch.extend(0..40));
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| train(&model, &[0.3; 9], &recipe, &weights).unwrap())
        };
        assert_eq!(with(1), with(2));
    }
}

#[test]
fn a_row_of_weight_zero_is_as_if_its_loss_were_flat() {
    // The other way to leave a row out: inputs of zero, whose gradient is zero.
    let model = Neuron::new(Bend::Tanh, 14, 5);
    let mut without = Neuron::new(Bend::Tanh, 14, 5);
    without.inputs[4] = vec![0.0; 5];
    let recipe = recipe(ADAM, 14, 20);
    let mut weights = vec![1.0; 14];
    let flat = train(&without, &[0.1; 5], &recipe, &weights).unwrap();
    weights[4] = 0.0;
    assert_eq!(train(&model, &[0.1; 5], &recipe, &weights).unwrap(), flat);
    assert!(dot(&flat.theta, &flat.theta) > 0.06, "it moved");
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    let model = Neuron::new(Bend::Square, 14, 5);
    let good = recipe(ADAM, 14, 4);
    let refused = |spoil: fn(&mut Recipe)| {
        let mut bad = good.clone();
        spoil(&mut bad);
        train(&model, &[0.0; 5], &bad, &[1.0; 14]).is_err()
    };
    assert!(!refused(|_| ()));
    assert!(refused(|recipe| recipe.batches[1] = Vec::new()));
    assert!(refused(|recipe| recipe.batches[1] = vec![14]));
    assert!(refused(|recipe| recipe.clip = Some(0.0)));
    assert!(refused(|recipe| recipe.keep = vec![5]));
    assert!(refused(|recipe| recipe.keep = vec![2, 1]));
    assert!(refused(|recipe| recipe.schedule.peak = f32::NAN));
    assert!(refused(|recipe| recipe.optimiser = Optimiser::Sgd { momentum: 1.0 }));
    assert!(train(&model, &[0.0; 4], &good, &[1.0; 14]).is_err());
    assert!(train(&model, &[0.0; 5], &good, &[1.0; 13]).is_err());
    assert!(train(&model, &[0.0; 5], &good, &[f32::INFINITY; 14]).is_err());
}

#[test]
fn midpoints_halve_equal_parts_of_what_was_gone() {
    let mut recipe = recipe(SGD, 14, 80);
    recipe.schedule = Schedule { peak: 0.5, warmup: 0, decay: Decay::Constant };
    assert_eq!(recipe.midpoints(4), [9, 29, 49, 69]);
    assert_eq!(recipe.midpoints(1), [39]);
    // A linear fall: what is left after step t is (1 − t/80)², so half is gone at 1 − √½.
    recipe.schedule.decay = Decay::Linear;
    let places = recipe.midpoints(1).iter().map(|step| *step as f64 / 80.0).collect::<Vec<_>>();
    assert!((places[0] - 0.292_9).abs() < 1.0 / 80.0, "{places:?}");
    assert!(recipe.midpoints(40).last().is_some_and(|step| *step < 74), "not where nothing moves");
    assert_eq!(recipe.midpoints(0), [] as [usize; 0]);
}

#[test]
fn a_metric_is_the_root_of_what_adam_multiplies_a_gradient_with() {
    // Without β₁ a step of Adam is rate · metric² · gradient.
    let model = Neuron::new(Bend::Tanh, 14, 5);
    let adam = Optimiser::Adam { beta1: 0.0, beta2: 0.9, eps: 1e-3, eps_root: 1e-4 };
    let mut recipe = recipe(adam, 14, 6);
    (recipe.clip, recipe.weight_decay) = (None, 0.0);
    recipe.keep = vec![0, 5, 6];
    let run = train(&model, &[0.2; 5], &recipe, &[1.0; 14]).unwrap();
    let [start, before, after] = run.checkpoints.as_slice() else { panic!("three states") };
    assert_eq!(recipe.metric(start), None);
    let metric = recipe.metric(after).unwrap();
    let rate = recipe.schedule.rate(5, 6);
    let steps = before.theta.iter().zip(&after.theta).map(|(before, after)| before - after);
    for ((step, metric), gradient) in steps.zip(metric).zip(&after.first) {
        let expected = rate * metric * metric * gradient;
        assert!((step - expected).abs() < 1e-5 * expected.abs().max(1e-2), "{step} {expected}");
    }
    recipe.optimiser = SGD;
    assert_eq!(recipe.metric(after), None);
}

//! Effects against games whose values are known in closed form.

use super::fitted::{Problem, subsets};
use super::share::shares;
use super::*;

fn close(found: &[f64], expected: &[f64], within: f64) {
    assert_eq!(found.len(), expected.len());
    let far = found.iter().zip(expected).any(|(x, y)| (x - y).abs() > within);
    assert!(!far, "{found:?} against {expected:?}");
}

/// A log-probability that is linear in the passages.
fn linear(weights: &[f64]) -> impl Fn(&[bool]) -> f64 {
    let weights = weights.to_vec();
    move |kept| -90.0 + kept.iter().zip(&weights).filter(|(k, _)| **k).map(|(_, w)| w).sum::<f64>()
}

#[test]
fn all_methods_find_the_weights_of_a_linear_game() {
    let weights = [20.0, 0.0, -3.0, 1.5];
    for method in [Method::LeaveOneOut, Method::Shapley, Method::Fitted { subsets: 40, seed: 7 }] {
        let found = effects(4, method, linear(&weights)).unwrap();
        // the fit takes out what is under a twentieth of the best, and its ridge costs a millionth
        let within = if matches!(method, Method::Fitted { .. }) { 1.6 } else { 1e-9 };
        close(&found.drops, &weights, within);
        assert_eq!((found.with_all, found.with_none), (-71.5, -90.0));
    }
}

#[test]
fn shapley_values_of_the_glove_game() {
    // one left glove, two right ones, a pair is worth 6: (4, 1, 1) (Shapley and Shubik 1969)
    let pair = |kept: &[bool]| if kept[0] && (kept[1] || kept[2]) { -1.0 } else { -7.0 };
    let found = effects(3, Method::Shapley, pair).unwrap();
    close(&found.drops, &[4.0, 1.0, 1.0], 1e-9);
    assert_eq!(found.questions, 8);
    // leaving out one of two equal gloves costs nothing
    close(&effects(3, Method::LeaveOneOut, pair).unwrap().drops, &[6.0, 0.0, 0.0], 1e-9);
}

#[test]
fn shapley_values_sum_to_the_gain_and_leave_one_out_asks_each_once() {
    // any numbers will do: squares of the subset's number
    let odd = |kept: &[bool]| {
        let number =
            kept.iter().fold(0.0, |number, kept| number * 2.0 + f64::from(u8::from(*kept)));
        -300.0 + number * number
    };
    let found = effects(4, Method::Shapley, odd).unwrap();
    let sum: f64 = found.drops.iter().sum();
    assert!((sum - (found.with_all - found.with_none)).abs() < 1e-9, "{sum}");
    assert_eq!(effects(8, Method::LeaveOneOut, linear(&[1.0; 8])).unwrap().questions, 10);
    assert_eq!(effects(1, Method::LeaveOneOut, linear(&[1.0])).unwrap().questions, 2);
}

#[test]
fn a_fit_finds_two_passages_of_forty_and_pays_no_other() {
    let mut weights = [0.0; 40];
    (weights[11], weights[29]) = (30.0, 18.0);
    for seed in 0..5 {
        let method = Method::Fitted { subsets: 80, seed };
        let found = effects(40, method, linear(&weights)).unwrap();
        close(&found.drops, &weights, 1e-3);
        let shares = found.shares();
        assert_eq!(shares.iter().filter(|share| **share > 1_000_000).count(), 2);
        assert!((f64::from(shares[11]) / 1e9 - 30.0 / 90.0).abs() < 1e-5);
    }
}

/// A passage that would do where the used one is missing: the average over subsets credits it, the
/// drop does not.
#[test]
fn a_stand_in_that_was_not_needed_is_fitted_but_not_paid() {
    let game = |kept: &[bool]| match (kept[3], kept[7]) {
        (true, _) => -10.0,
        (false, true) => -30.0,
        (false, false) => -90.0,
    };
    let fitted = effects(12, Method::Fitted { subsets: 64, seed: 1 }, game).unwrap();
    // Banzhaf values by hand: (80 + 20) / 2 and 60 / 2
    assert!((fitted.drops[3] - 50.0).abs() < 10.0 && (fitted.drops[7] - 30.0).abs() < 10.0);
    let screened = effects(12, Method::for_passages(12, 1), game).unwrap();
    let mut exact = [0.0; 12];
    exact[3] = 20.0;
    close(&screened.drops, &exact, 1e-9);
    assert!(screened.questions <= 34 + LEAVE_ONE_OUT_MAX);
}

/// Where the lasso ends, no move of any weight is better: its subgradient holds zero.
#[test]
fn the_lasso_ends_at_its_minimum() {
    let subsets = subsets(12, 40, 3);
    let value = |kept: &Vec<bool>| {
        let on = |at: usize| f64::from(u8::from(kept[at]));
        3.0 * on(0) - 2.0 * on(5) + 1.7 * on(3) * on(4) + 0.3 * on(9) * on(10) * on(11)
    };
    let values: Vec<f64> = subsets.iter().map(value).collect();
    let problem = Problem::new(&subsets, &values);
    assert!(problem.lasso(problem.penalty_max() * 1.0001).iter().all(|weight| *weight == 0.0));
    for part in [0.5, 0.05, 0.005] {
        let penalty = part * problem.penalty_max();
        let weights = problem.lasso(penalty);
        let mean = |column: &dyn Fn(usize) -> f64| (0..40).map(column).sum::<f64>() / 40.0;
        let centre = |at: usize| mean(&|row| f64::from(u8::from(subsets[row][at])));
        let column = |at: usize, row: usize| f64::from(u8::from(subsets[row][at])) - centre(at);
        let rest = |row: usize| {
            let fitted: f64 = (0..12).map(|at| column(at, row) * weights[at]).sum();
            values[row] - mean(&|row| values[row]) - fitted
        };
        for (at, weight) in weights.iter().enumerate() {
            let slope = mean(&|row| column(at, row) * rest(row));
            match *weight == 0.0 {
                true => assert!(slope.abs() <= penalty + 1e-9, "{at}: {slope}"),
                false => assert!((slope - penalty * weight.signum()).abs() < 1e-9, "{at}: {slope}"),
            }
        }
    }
}

#[test]
fn shares_round_down_and_leave_the_rest_unattributed() {
    // three nats of ten: the model knew nothing of seven
    assert_eq!(shares(-10_000_000, &[3_000_000, -5_000_000, 0]), [300_000_000, 0, 0]);
    // drops above the surprise are parts of their sum
    assert_eq!(shares(-3, &[3, 3, 3]), [333_333_333; 3]);
    assert_eq!(shares(0, &[0, -1]), [0, 0]);
    assert_eq!(shares(i64::MIN, &[i64::MAX]), [999_999_999]);
    // the only passage that helps, and it helps little, is paid little
    assert_eq!(shares(-100_000_000, &[100_000]), [1_000_000]);
}

#[test]
fn what_is_no_log_probability_or_no_setting_is_refused() {
    assert!(effects(2, Method::LeaveOneOut, |_| f64::NAN).is_err());
    assert!(effects(2, Method::LeaveOneOut, |_| 1.0).is_err());
    assert!(effects(0, Method::LeaveOneOut, |_| -1.0).is_err());
    assert!(effects(5, Method::Shapley, |_| -1.0).is_err());
    assert!(effects(9, Method::Fitted { subsets: 31, seed: 0 }, |_| -1.0).is_err());
    assert!(effects(257, Method::for_passages(257, 0), |_| -1.0).is_err());
    assert_eq!(Method::for_passages(8, 1), Method::LeaveOneOut);
    assert_eq!(Method::for_passages(20, 1), Method::Screened { subsets: 40, seed: 1 });
}

#[test]
fn subsets_are_the_same_again_and_hold_half() {
    let drawn = subsets(256, 64, 5);
    assert_eq!(drawn, subsets(256, 64, 5));
    assert_ne!(drawn, subsets(256, 64, 6));
    let kept = drawn.iter().flatten().filter(|kept| **kept).count() as f64;
    // 16,384 coins: five deviations are 320
    assert!((kept - 8192.0).abs() < 320.0, "{kept}");
}

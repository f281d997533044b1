//! Pay by relative influence, and the gate.

use whence_influence::self_influence::{gate, payable, relative};

#[test]
fn relative_scores_and_the_gate_by_hand() {
    // The median is 4; deviations 3, 0, 0, 1, 96 have the median 1: the gate stands at 4 + 5.
    let own = [1.0, 4.0, 4.0, 5.0, 100.0];
    assert_eq!(gate(&own).unwrap(), 9.0);
    let scores = [3.0, -2.0, 8.0, 0.0, 1000.0];
    assert_eq!(relative(&scores, &own).unwrap(), [3.0, -1.0, 4.0, 0.0, 100.0]);
    assert_eq!(payable(&scores, &own).unwrap(), [3.0, 0.0, 4.0, 0.0, 0.0]);
    assert_eq!(gate(&[1.0, 3.0]).unwrap(), 7.0);
    assert_eq!(relative(&[5.0], &[0.0]).unwrap(), [0.0]);
}

#[test]
fn what_cannot_be_judged_is_refused() {
    assert!(gate(&[]).is_err() && gate(&[1.0, f32::NAN]).is_err());
    assert!(relative(&[1.0], &[1.0, 2.0]).is_err());
}

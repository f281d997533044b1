//! Exact drops: leave one out, or every subset.

use super::Asked;
use crate::error::Result;

/// `log p(all) − log p(all but i)` for each passage that is wanted, 0 for the others.
pub(super) fn leave_one_out<F: FnMut(&[bool]) -> f64>(
    wanted: &[bool],
    asked: &mut Asked<F>,
) -> Result<Vec<f64>> {
    let passages = wanted.len();
    let with_all = asked.ask(&vec![true; passages])?;
    let drop = |passage: usize| {
        if !wanted[passage] {
            return Ok(0.0);
        }
        let kept: Vec<bool> = (0..passages).map(|other| other != passage).collect();
        Ok(with_all - asked.ask(&kept)?)
    };
    (0..passages).map(drop).collect()
}

/// `Σ_S |S|! (n−|S|−1)! / n! · (v(S ∪ i) − v(S))` over the subsets without `i` (Shapley 1953).
pub(super) fn shapley<F: FnMut(&[bool]) -> f64>(
    passages: usize,
    asked: &mut Asked<F>,
) -> Result<Vec<f64>> {
    let factorial = |n: u32| f64::from((1..=n).product::<u32>());
    let mut values = vec![0.0; passages];
    for subset in 0u32..1 << passages {
        let kept: Vec<bool> = (0..passages).map(|at| subset >> at & 1 == 1).collect();
        let without = asked.ask(&kept)?;
        let size = subset.count_ones();
        for passage in (0..passages).filter(|passage| !kept[*passage]) {
            let mut more = kept.clone();
            more[passage] = true;
            let weight = factorial(size) * factorial(passages as u32 - size - 1);
            let gain = asked.ask(&more)? - without;
            values[passage] += weight / factorial(passages as u32) * gain;
        }
    }
    Ok(values)
}

//! Rules of pay side by side: the product's, plain ones, and such as ask held-out questions too.
//!
//! An outlier is either wrong or rare. Both push hard; only what the push does to questions that
//! nobody is paid for tells them apart. So a row is *loud* above the gate on self-influence, and
//! *of use* where its mean influence on the audit's questions is above two standard errors, over
//! those questions, of nothing. All of it is fixed beforehand.

use anyhow::Result;
use whence_influence::self_influence::{gate, relative};

use super::pay::{by_index, naively, net, shares};
use crate::retraining::Scores;
use crate::statistics::{mean, standard_error};

/// Standard errors above nothing at which a row is of use.
const ERRORS: f64 = 2.0;

/// What rules go by.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "scores need not print")]
pub struct Judged<'a> {
    /// The questions that pay: question, row.
    pub scores: &'a Scores,
    /// The rows' self-influences.
    pub own: &'a [f32],
    /// The audit's questions, which nobody is paid for: question, row.
    pub audit: &'a Scores,
}

/// Each rule's pay of every row; the product's has no name.
pub fn all(judged: Judged<'_>) -> Result<Vec<(&'static str, Vec<f64>)>> {
    let Judged { scores, own, .. } = judged;
    let each = |pay: &dyn Fn(&Vec<f32>) -> Result<Vec<f32>>| -> Result<Vec<f64>> {
        Ok(shares(&scores.iter().map(pay).collect::<Result<Scores>>()?))
    };
    let paid = judged.loud_only_where_of_use()?;
    let cut = |scores: &[f32], paid: &[bool]| -> Vec<f32> {
        scores.iter().zip(paid).map(|(s, paid)| if *paid { s.max(0.0) } else { 0.0 }).collect()
    };
    let floored = judged.floored()?;
    Ok(vec![
        ("", by_index(scores, own)?),
        ("plain.", naively(scores)),
        ("net.", net(scores)),
        ("audited.", each(&|scores| Ok(cut(&relative(scores, own)?, &paid)))?),
        ("audited-floored.", each(&|scores| Ok(cut(&relative(scores, &floored)?, &paid)))?),
        ("audited-plain.", each(&|scores| Ok(cut(scores, &paid)))?),
        ("of-use-plain.", each(&|scores| Ok(cut(scores, &judged.of_use())))?),
    ])
}

impl Judged<'_> {
    /// Rows whose mean influence on the audit's questions is positive beyond doubt.
    fn of_use(&self) -> Vec<bool> {
        let of = |row| self.audit.iter().map(|query| f64::from(query[row])).collect::<Vec<f64>>();
        let rows = 0..self.own.len();
        rows.map(of).map(|said| mean(&said) > ERRORS * standard_error(&said)).collect()
    }

    /// Rows that pass the gate, and those above it that are of use.
    fn loud_only_where_of_use(&self) -> Result<Vec<bool>> {
        let largest = gate(self.own)?;
        let pairs = self.own.iter().zip(self.of_use());
        Ok(pairs.map(|(own, of_use)| *own <= largest || of_use).collect())
    }

    /// Self-influences, none below the median: a row that hardly changes itself is not paid as if
    /// it had changed as much as usual.
    fn floored(&self) -> Result<Vec<f32>> {
        let mut sorted = self.own.to_vec();
        sorted.sort_by(f32::total_cmp);
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
        Ok(self.own.iter().map(|own| own.max(median)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: nine usual ones, one loud that helps the audit, one loud that hurts it.
    #[test]
    fn a_loud_row_is_paid_where_it_helps_questions_of_others() {
        let mut own: Vec<f32> = (0..9).map(|at| 1.0 + 0.1 * at as f32).collect();
        own.extend([100.0, 100.0]);
        let row = |helps: f32, hurts: f32| [vec![0.1; 9], vec![helps, hurts]].concat();
        let audit = vec![row(3.0, -2.0), row(2.0, 1.0), row(2.5, -3.0)];
        let scores = vec![row(5.0, 5.0)];
        let judged = Judged { scores: &scores, own: &own, audit: &audit };
        let pay = all(judged).unwrap();
        let of = |rule: &str| &pay.iter().find(|(name, _)| *name == rule).unwrap().1;
        assert_eq!((of("")[9], of("")[10]), (0.0, 0.0));
        assert!(of("audited.")[9] > 0.2 && of("audited.")[10] == 0.0);
        assert!(of("plain.")[10] > 0.4, "the control pays it");
        // By relative scores 0.1/√1 against 0.1/√1.8; below the median of 1.5 nothing is lifted.
        assert!(of("audited.")[0] / of("audited.")[8] > 1.3);
        assert!((of("audited-floored.")[0] / of("audited-floored.")[2] - 1.0).abs() < 1e-6);
    }
}

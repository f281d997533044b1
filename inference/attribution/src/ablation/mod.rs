//! What retrieved passages did for an answer: the drop of its log-probability without them.
//!
//! | room | what it is for |
//! |---|---|
//! | [`effects`] (here) | asks for the answer's log-probability with some passages |
//! | `exact` | leave-one-out, and Shapley values over all subsets |
//! | [`fitted`] | a sparse linear model over random subsets, for many passages |
//! | [`share`] | drops as parts per billion of the answer |
//!
//! A passage is paid for what the answer loses without it, never for having been retrieved. Two
//! passages that say the same each cost the answer nothing when left out: leave-one-out gives both
//! nothing, so duplicates must be one cluster, left out together, before this is asked.

mod exact;
pub mod fitted;
pub mod share;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// Most passages of one answer.
pub const PASSAGES_MAX: usize = 256;
/// Most passages for which leave-one-out is asked by default.
pub const LEAVE_ONE_OUT_MAX: usize = 8;
/// Most passages for which all subsets are asked.
pub const SHAPLEY_MAX: usize = 4;
/// Fewest random subsets for a fit: ContextCite's number (arXiv 2409.00729).
pub const SUBSETS_MIN: usize = 32;

/// How drops are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `log p(all) − log p(all but one)`; passages + 2 questions.
    LeaveOneOut,
    /// Shapley values of `S → log p(S)`, exactly; `2^passages` questions.
    Shapley,
    /// The weights of a sparse linear model of `log p` over random subsets.
    Fitted {
        /// Random subsets asked, each passage in with probability one half.
        subsets: usize,
        /// Chooses the subsets.
        seed: u64,
    },
    /// The fit says which passages may count, and the best eight of those are then left out one by
    /// one: a fit also credits a passage that would have helped had the one that was used not been
    /// there.
    Screened {
        /// Random subsets asked, each passage in with probability one half.
        subsets: usize,
        /// Chooses the subsets.
        seed: u64,
    },
}

impl Method {
    /// Leave-one-out for up to eight passages; beyond, screened by a fit over twice as many subsets
    /// as passages and at least 32. So a drop means the same however many passages there are.
    pub fn for_passages(passages: usize, seed: u64) -> Self {
        match passages {
            ..=LEAVE_ONE_OUT_MAX => Self::LeaveOneOut,
            _ => Self::Screened { subsets: SUBSETS_MIN.max(2 * passages), seed },
        }
    }
}

/// What passages did for one answer, in nats.
#[derive(Debug, Clone, PartialEq)]
pub struct Effects {
    /// `log p(answer)` with all passages.
    pub with_all: f64,
    /// `log p(answer)` with none.
    pub with_none: f64,
    /// Each passage's drop; negative where the answer is likelier without it.
    pub drops: Vec<f64>,
    /// Different subsets that were asked for.
    pub questions: usize,
}

/// Asks `log_probability(kept)` for the answer's log-probability (natural, summed over its tokens)
/// with the passages for which `kept` is true, and finds each passage's drop. No subset is asked
/// twice.
pub fn effects(
    passages: usize,
    method: Method,
    log_probability: impl FnMut(&[bool]) -> f64,
) -> Result<Effects> {
    let most = if method == Method::Shapley { SHAPLEY_MAX } else { PASSAGES_MAX };
    if passages == 0 || passages > most {
        return Err(Error::Setting(format!("{passages} passages: 1 to {most} expected")));
    }
    let mut asked = Asked { answers: BTreeMap::new(), log_probability };
    let with_all = asked.ask(&vec![true; passages])?;
    let with_none = asked.ask(&vec![false; passages])?;
    let drops = match method {
        Method::LeaveOneOut => exact::leave_one_out(&vec![true; passages], &mut asked)?,
        Method::Shapley => exact::shapley(passages, &mut asked)?,
        Method::Fitted { subsets, seed } => fitted::fit(passages, (subsets, seed), &mut asked)?,
        Method::Screened { subsets, seed } => {
            let weights = fitted::fit(passages, (subsets, seed), &mut asked)?;
            exact::leave_one_out(&best(&weights), &mut asked)?
        }
    };
    Ok(Effects { with_all, with_none, drops, questions: asked.answers.len() })
}

/// The passages of the eight largest weights above zero; of equal ones, the first.
fn best(weights: &[f64]) -> Vec<bool> {
    let mut ranked: Vec<usize> = (0..weights.len()).filter(|at| weights[*at] > 0.0).collect();
    ranked.sort_by(|one, other| weights[*other].total_cmp(&weights[*one]));
    ranked.truncate(LEAVE_ONE_OUT_MAX);
    (0..weights.len()).map(|passage| ranked.contains(&passage)).collect()
}

/// Subsets with their answers.
struct Asked<F> {
    answers: BTreeMap<Vec<bool>, f64>,
    log_probability: F,
}

impl<F: FnMut(&[bool]) -> f64> Asked<F> {
    fn ask(&mut self, kept: &[bool]) -> Result<f64> {
        if let Some(known) = self.answers.get(kept) {
            return Ok(*known);
        }
        let value = (self.log_probability)(kept);
        // sums of rounded logarithms may end a little above zero
        if !value.is_finite() || value > 1e-3 {
            return Err(Error::Number(format!("{value} is no log-probability")));
        }
        self.answers.insert(kept.to_vec(), value.min(0.0));
        Ok(value.min(0.0))
    }
}

//! From votes to a decision, as the SDK decides (`x/gov/keeper/tally.go`).

use whence_base::{Dec, Result};
use whence_proto::cosmos::gov::v1 as pb;

use crate::params::Params;
use crate::state::Count;

/// Power by option, and all power that voted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) yes: Dec,
    pub(crate) abstain: Dec,
    pub(crate) no: Dec,
    pub(crate) veto: Dec,
    pub(crate) all: Dec,
}

/// What a tally says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) tally: pb::TallyResult,
    pub(crate) passes: bool,
    pub(crate) burns: bool,
}

impl Totals {
    /// Adds a power, spread over the options by weight, each part rounded down.
    pub(crate) fn add(&mut self, power: Dec, options: &[(pb::VoteOption, Dec)]) -> Result<()> {
        for (option, weight) in options {
            let part = power.checked_mul(*weight)?;
            let slot = match option {
                pb::VoteOption::Yes => &mut self.yes,
                pb::VoteOption::Abstain => &mut self.abstain,
                pb::VoteOption::No => &mut self.no,
                pb::VoteOption::NoWithVeto => &mut self.veto,
                pb::VoteOption::Unspecified => continue,
            };
            *slot = slot.checked_add(part)?;
        }
        self.all = self.all.checked_add(power)?;
        Ok(())
    }

    pub(crate) fn parse(count: &Count) -> Result<Self> {
        let at = |i: usize| match count.sums.get(i) {
            Some(text) => Dec::parse_scaled(text),
            None => Ok(Dec::zero()),
        };
        let all = if count.total.is_empty() { "0" } else { &count.total };
        Ok(Self {
            yes: at(0)?,
            abstain: at(1)?,
            no: at(2)?,
            veto: at(3)?,
            all: Dec::parse_scaled(all)?,
        })
    }

    pub(crate) fn write(&self, count: &mut Count) {
        let sums = [self.yes, self.abstain, self.no, self.veto];
        count.sums = sums.iter().map(|sum| sum.to_scaled()).collect();
        count.total = self.all.to_scaled();
    }

    fn result(&self) -> Result<pb::TallyResult> {
        Ok(pb::TallyResult {
            yes_count: self.yes.floor()?.to_string(),
            abstain_count: self.abstain.floor()?.to_string(),
            no_count: self.no.floor()?.to_string(),
            no_with_veto_count: self.veto.floor()?.to_string(),
        })
    }
}

/// Quorum, then abstain alone, then veto, then the threshold.
pub(crate) fn decide(params: &Params, bonded: u128, totals: &Totals) -> Result<Outcome> {
    let tally = totals.result()?;
    let rejected = |burns| Ok(Outcome { tally: tally.clone(), passes: false, burns });
    if bonded == 0 {
        return rejected(false);
    }
    if totals.all.checked_div(Dec::from_int(bonded)?)? < params.quorum {
        return rejected(params.burn_vote_quorum);
    }
    let others = totals.all.checked_sub(totals.abstain)?;
    if others == Dec::zero() {
        return rejected(false);
    }
    if totals.veto.checked_div(totals.all)? > params.veto_threshold {
        return rejected(params.burn_vote_veto);
    }
    let passes = totals.yes.checked_div(others)? > params.threshold;
    Ok(Outcome { tally, passes, burns: false })
}

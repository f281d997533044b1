//! Asking oneself: what a caller gets back who is also everybody who is paid.
//!
//! The washer pays the fees of an epoch, answers them as provider, and holds every role and row
//! behind the adapter. Of a fee `F`, after a part that is burned, the chain shares out the rest by
//! its split, each part rounded down (`modules/reward`). Of emissions `E` of the epoch the washer
//! gets the part that the rule of [`Emission`] gives. All amounts are integers of `uwhn`.

use crate::figure::{Figure, Target};

/// A whole, in parts per billion.
const WHOLE_PPB: u128 = 1_000_000_000;

/// Parts of a fee in parts per billion, as `modules/reward/src/params.rs` has them by default.
#[derive(Debug, Clone, Copy)]
pub struct Split {
    /// By measured share, to the rows; what is unattributed goes to the community pool.
    pub contributors: u128,
    /// Provider, developer, proposer, feedback givers and owners of datanets, each rounded down.
    pub roles: [u128; 5],
    /// To everybody who stakes.
    pub stakers: u128,
}

/// The default split; a test compares it with the chain's own.
pub const DEFAULT: Split = Split {
    contributors: 500_000_000,
    roles: [250_000_000, 100_000_000, 30_000_000, 50_000_000, 20_000_000],
    stakers: 40_000_000,
};

/// Which parts of the market the washer is.
#[derive(Debug, Clone, Copy)]
pub struct Washer {
    /// What the measure gives the washer's own rows, in parts per billion of an answer.
    pub share: u128,
    /// The washer's part of all stake, in parts per billion.
    pub stake: u128,
}

/// How an epoch pays on top of fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emission {
    /// Nothing, as the chain does today.
    None,
    /// As much as was burned, shared out by what each answer burned: the rule of design §5.5.
    BurnedByBurn,
    /// As much as was burned, shared out by the number of answers: a control.
    BurnedByCount,
    /// An amount that does not depend on what was burned, shared out by fees: a control.
    Fixed(u128),
}

/// An epoch in which somebody washes.
#[derive(Debug, Clone, Copy)]
pub struct Epoch {
    /// Fee of each of the washer's answers.
    pub fee: u128,
    /// How many there are.
    pub answers: u128,
    /// Fees of everybody else together, in answers of [`OTHERS_FEE`].
    pub others: u128,
    /// Part of each fee that is burned before the split, in parts per billion.
    pub burned: u128,
    /// What is emitted.
    pub emission: Emission,
}

/// Fee of an honest answer: 0.1 WHN.
pub const OTHERS_FEE: u128 = 100_000;

/// What a washer gets back of one fee that is shared out.
pub fn returned(fee: u128, split: &Split, washer: Washer) -> u128 {
    let part = |amount: u128, ppb: u128| amount * ppb / WHOLE_PPB;
    let roles: u128 = split.roles.iter().map(|ppb| part(fee, *ppb)).sum();
    let rows = part(part(fee, split.contributors), washer.share);
    rows + roles + part(part(fee, split.stakers), washer.stake)
}

/// What is left to the washer of an epoch, less what was paid: negative is a loss.
pub fn profit(epoch: &Epoch, washer: Washer) -> i128 {
    let burned = epoch.fee * epoch.burned / WHOLE_PPB;
    let back = returned(epoch.fee - burned, &DEFAULT, washer) * epoch.answers;
    let paid = epoch.fee * epoch.answers;
    (back + emitted(epoch, burned)) as i128 - paid as i128
}

/// The washer's part of what the epoch emits, rounded down.
fn emitted(epoch: &Epoch, burned: u128) -> u128 {
    let own = burned * epoch.answers;
    let others_count = epoch.others / OTHERS_FEE;
    let all = own + OTHERS_FEE * epoch.burned / WHOLE_PPB * others_count;
    let paid = epoch.fee * epoch.answers;
    match epoch.emission {
        Emission::None => 0,
        Emission::BurnedByBurn => all * own / all.max(1),
        Emission::BurnedByCount => all * epoch.answers / (epoch.answers + others_count).max(1),
        Emission::Fixed(amount) => amount * paid / (paid + epoch.others).max(1),
    }
}

/// The most that washing earns, as a part of what was paid, over every size and washer tried.
///
/// Sizes go from one answer of the least fee to 10¹⁵ `uwhn`; the washer may own the rows and the
/// stake in any part, up to all of both.
pub fn most_earned(emission: Emission) -> f64 {
    let parts = [0, 250_000_000, 999_999_999, WHOLE_PPB];
    let fees = [1_000, 1_001, 9_999, 100_000, 1_000_000_007, 1_000_000_000_000];
    let mut most = f64::NEG_INFINITY;
    for fee in fees {
        for (answers, others) in [(1, 0), (1, 1_000_000_000), (1_000, 0), (1_000, 10_000_000)] {
            for burned in [0, 10_000_000, 50_000_000, 500_000_000, 900_000_000] {
                let epoch = Epoch { fee, answers, others, burned, emission };
                for (share, stake) in parts.iter().flat_map(|s| parts.map(|t| (*s, t))) {
                    let profit = profit(&epoch, Washer { share, stake }) as f64;
                    most = most.max(profit / (fee * answers) as f64);
                }
            }
        }
    }
    most
}

/// The figures of this attack: arithmetic, so that there is no error and no seed.
pub fn figures(command: &str) -> Vec<Figure> {
    let figure = |id: &str, what: &str, emission: Emission, target: Target| {
        let ours = most_earned(emission);
        Figure {
            id: id.into(),
            what: what.into(),
            ours,
            error: 0.0,
            peer: None,
            target: Some(target),
            holds: target.holds(ours),
            seeds: Vec::new(),
            command: command.into(),
        }
    };
    let (below, above) = (Target::Below(0.0), Target::AtLeast(0.01));
    let fixed = Emission::Fixed(10_000_000);
    vec![
        figure(
            "gaming.wash.profit",
            "most that asking oneself earns, of each unit paid; no emissions, as the chain is",
            Emission::None,
            below,
        ),
        figure(
            "gaming.wash.profit.emissions",
            "the same with emissions equal to the fees burned, shared out by what was burned",
            Emission::BurnedByBurn,
            below,
        ),
        figure(
            "control.wash.emission-fixed",
            "the same with emissions that do not depend on what was burned",
            fixed,
            above,
        ),
        figure(
            "control.wash.emission-by-count",
            "the same with emissions equal to the fees burned, shared out by number of answers",
            Emission::BurnedByCount,
            above,
        ),
    ]
}

#[cfg(test)]
mod tests;

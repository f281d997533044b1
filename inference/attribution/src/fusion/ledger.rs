//! What each contributor's rows did over many answers: sums of signed scores, for audits.
//!
//! Negative influence pays nothing, and takes nothing from an account either (what is netted per
//! account is escaped by splitting the account); but it is kept. A contributor whose
//! mean is below zero by more than its error is looked at (by replay), not fined by a formula.
//! Sums are exact integers: the order of answers, and how rows divide over ledgers that are
//! added, change nothing.

use std::collections::BTreeMap;

/// One contributor's sums, in units of 2^-32.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Account {
    /// Scores that were above zero.
    pub helped: u64,
    /// Scores that were below zero.
    pub hurt: u64,
    /// Scores of zero.
    pub neutral: u64,
    /// Sum of the scores above zero.
    pub helped_sum: i128,
    /// Sum of the scores below zero; not positive.
    pub hurt_sum: i128,
    /// Sum of the scores' squares in units of 2^-32, for the mean's error; held at its end.
    pub squares: u128,
}

impl Account {
    /// Adds a row's plain score in one answer.
    pub fn record(&mut self, score: i64) {
        match score.signum() {
            1 => {
                (self.helped, self.helped_sum) =
                    (self.helped + 1, self.helped_sum + i128::from(score))
            }
            -1 => (self.hurt, self.hurt_sum) = (self.hurt + 1, self.hurt_sum + i128::from(score)),
            _ => self.neutral += 1,
        }
        let square = u128::from(score.unsigned_abs()) * u128::from(score.unsigned_abs());
        self.squares = self.squares.saturating_add(square >> 32);
    }

    /// Scores that were recorded.
    pub fn count(&self) -> u64 {
        self.helped + self.hurt + self.neutral
    }

    /// Mean of all scores, rounded towards zero; 0 of none.
    pub fn mean(&self) -> i64 {
        let mean = (self.helped_sum + self.hurt_sum) / i128::from(self.count().max(1));
        i64::try_from(mean).unwrap_or(if mean > 0 { i64::MAX } else { i64::MIN })
    }

    /// Adds what another ledger has.
    pub fn add(&mut self, other: &Self) {
        self.helped += other.helped;
        self.hurt += other.hurt;
        self.neutral += other.neutral;
        self.helped_sum += other.helped_sum;
        self.hurt_sum += other.hurt_sum;
        self.squares = self.squares.saturating_add(other.squares);
    }
}

/// Every contributor's sums.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    accounts: BTreeMap<u64, Account>,
}

impl Ledger {
    /// Adds an answer's plain scores: row and score, and whose a row is; rows of nobody are left
    /// out.
    pub fn record(&mut self, scores: &[(u64, i64)], contributor: impl Fn(u64) -> Option<u64>) {
        for (row, score) in scores {
            if let Some(contributor) = contributor(*row) {
                self.accounts.entry(contributor).or_default().record(*score);
            }
        }
    }

    /// Adds what another ledger has.
    pub fn add(&mut self, other: &Self) {
        for (contributor, account) in &other.accounts {
            self.accounts.entry(*contributor).or_default().add(account);
        }
    }

    /// What a contributor's rows did.
    pub fn account(&self, contributor: u64) -> Account {
        self.accounts.get(&contributor).copied().unwrap_or_default()
    }

    /// All accounts, by rising contributor.
    pub fn accounts(&self) -> impl Iterator<Item = (u64, &Account)> {
        self.accounts.iter().map(|(contributor, account)| (*contributor, account))
    }
}

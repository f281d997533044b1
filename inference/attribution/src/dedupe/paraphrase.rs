//! Texts that share at least half of their information, in whatever order: paraphrases.

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::{Commit, clusters};
use super::words::stems;
use crate::error::Result;
use crate::information::millibits;

/// Texts are the same where they share at least one part in this many of their information: half,
/// so that more is the same than is different. A synonym for every third informative word stays
/// above it.
const SHARED_PART: u64 = 2;

/// A text as its stems, by number, with how often each is there.
type Bag = Vec<(usize, u64)>;

/// All texts' stems.
struct Bags {
    bags: Vec<Bag>,
    stems: usize,
}

/// What each stem says, in thousandths of a bit, with each text's sum and rarest stems.
struct Weighed<'a> {
    bags: &'a [Bag],
    weights: Vec<u64>,
    totals: Vec<u64>,
}

impl Bags {
    fn new(texts: &[&str]) -> Self {
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let mut bag = |text: &&str| {
            let numbered = stems(text).into_iter().map(|(stem, count)| {
                let next = numbers.len();
                (*numbers.entry(stem).or_insert(next), count)
            });
            let mut bag: Bag = numbered.collect();
            bag.sort_unstable();
            bag
        };
        let bags = texts.iter().map(&mut bag).collect();
        Self { bags, stems: numbers.len() }
    }

    /// In how many groups of texts each stem is.
    fn frequencies(&self, groups: &[usize]) -> Vec<u64> {
        let pairs = self.bags.iter().zip(groups);
        let held: BTreeSet<(usize, usize)> =
            pairs.flat_map(|(bag, group)| bag.iter().map(|(stem, _)| (*stem, *group))).collect();
        let mut frequencies = vec![0; self.stems];
        held.iter().for_each(|(stem, _)| frequencies[*stem] += 1);
        frequencies
    }

    fn weighed(&self, weights: Vec<u64>) -> Weighed<'_> {
        let total = |bag: &Bag| bag.iter().map(|(stem, count)| weights[*stem] * count).sum();
        let totals = self.bags.iter().map(total).collect();
        Weighed { bags: &self.bags, weights, totals }
    }
}

impl Weighed<'_> {
    /// Stems of a text, rarest first, as long as they and the rarer ones are needed: a text that
    /// shares half of the information of both shares a quarter of this one's, so one of these at
    /// least (prefix filtering, Bayardo, Ma and Srikant 2007).
    fn rarest(&self, row: usize, frequencies: &[u64]) -> Vec<usize> {
        let mut bag = self.bags[row].clone();
        bag.sort_unstable_by_key(|(stem, _)| (frequencies[*stem], *stem));
        let mut rest = self.totals[row];
        let needed = |(stem, count): &(usize, u64)| {
            let before = rest;
            rest -= self.weights[*stem] * count;
            before * 2 * SHARED_PART >= self.totals[row]
        };
        bag.into_iter().take_while(needed).map(|(stem, _)| stem).collect()
    }

    /// Information that two texts share: of each stem as often as both have it.
    fn shared(&self, first: usize, second: usize) -> u64 {
        let (mut rest, mut sum) = (self.bags[second].iter().peekable(), 0);
        for (stem, count) in &self.bags[first] {
            while rest.next_if(|(other, _)| other < stem).is_some() {}
            if let Some((_, other)) = rest.next_if(|(other, _)| other == stem) {
                sum += self.weights[*stem] * count.min(other);
            }
        }
        sum
    }

    /// Pairs that share at least half of their information, and at least `least`, rising.
    fn pairs(&self, frequencies: &[u64], least: u64) -> Vec<(usize, usize)> {
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); self.weights.len()];
        let mut found = Vec::new();
        for second in 0..self.bags.len() {
            let mut candidates = BTreeSet::new();
            for stem in self.rarest(second, frequencies) {
                candidates.extend(rows[stem].iter().copied());
                rows[stem].push(second);
            }
            found.extend(candidates.into_iter().filter_map(|first| {
                let (shared, total) =
                    (self.shared(first, second), self.totals[first] + self.totals[second]);
                let same = 2 * SHARED_PART * shared >= total && shared >= least.max(1);
                same.then_some((first, second))
            }));
        }
        found.sort_unstable();
        found
    }
}

/// Pairs of texts that share at least half of their information, rising.
///
/// A text's information is `Σ count(stem) · log2((G + 1) / df(stem))` over its stems (Spärck Jones
/// 1972); shared is `Σ min(count)`. They are the same where `2 · shared / (first + second) ≥ ½`
/// (Dice 1945) and `shared ≥ 2 · log2 N`, what chance would give one of `N²` pairs.
///
/// `df` counts, of `G` groups, those that have the stem; a group is the texts that share half of
/// their stems, each counted alike. So a flood of copies does not make a text's words common, and
/// does not hide the copies behind the rare synonyms in each.
pub fn pairs(texts: &[&str]) -> Result<Vec<(usize, usize)>> {
    let bags = Bags::new(texts);
    let alone: Vec<usize> = (0..texts.len()).collect();
    let frequencies = bags.frequencies(&alone);
    let alike = bags.weighed(vec![1000; bags.stems]).pairs(&frequencies, 0);
    let order: Vec<Commit> =
        alone.iter().map(|row| Commit { height: 0, id: *row as u64 }).collect();
    let groups = clusters(&order, &alike)?;
    let count = groups.iter().enumerate().filter(|(row, owner)| row == *owner).count() as u64;
    let frequencies = bags.frequencies(&groups);
    let weights = frequencies.iter().map(|df| millibits(*df, count + 1)).collect();
    let chance = 2 * millibits(1, texts.len() as u64);
    Ok(bags.weighed(weights).pairs(&frequencies, chance))
}

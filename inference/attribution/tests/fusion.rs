//! Fusion: what is divided, that accounts cannot matter, that more influence never earns less.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

use proptest::prelude::*;
use whence_canon::index::Calibration;
use whence_canon::measure::{BILLION, Listed, Measure, above};
use whence_influence::fusion::{Fused, Ledger, RowScore, Source, fuse};

const WHOLE: u32 = BILLION;

fn one(weight_ppb: u32, (threshold, whole): (i64, i64), scores: &[RowScore]) -> Source<'_> {
    Source { weight_ppb, threshold, whole, scores }
}

/// Rows of clusters with pay scores; ids are places.
fn rows(pays: &[(u64, i64)]) -> Vec<RowScore> {
    let row =
        |(row, (cluster, pay)): (u64, &(u64, i64))| RowScore { row, cluster: *cluster, pay: *pay };
    (0..).zip(pays).map(row).collect()
}

fn of(fused: &Fused, cluster: u64) -> u32 {
    fused.shares.iter().find(|share| share.cluster == cluster).map_or(0, |share| share.ppb)
}

/// What is divided by which threshold and whole, and what must come of it.
type Case = (&'static str, &'static [(u64, i64)], (i64, i64), Vec<(u64, u32)>, u32);

#[test]
fn an_answer_is_divided_as_the_formula_says() {
    let third = 333_333_333;
    let table: [Case; 8] = [
        ("nothing above", &[(1, 5), (2, -9)], (5, 10), vec![], WHOLE),
        ("half", &[(1, 10), (2, 5)], (5, 10), vec![(1, 500_000_000)], 500_000_000),
        ("all", &[(1, 35), (2, 15)], (5, 10), vec![(1, 750_000_000), (2, 250_000_000)], 0),
        ("ties by cluster", &[(9, 7), (3, 7)], (5, 4), vec![(3, WHOLE / 2), (9, WHOLE / 2)], 0),
        ("down", &[(1, 6), (2, 6), (3, 6)], (5, 3), vec![(1, third), (2, third), (3, third)], 1),
        ("one of three", &[(4, 6), (4, 6), (1, 6)], (5, 3), vec![(4, 666_666_666), (1, third)], 1),
        ("negative takes nothing", &[(1, 10), (1, -1000)], (0, 10), vec![(1, WHOLE)], 0),
        ("a weak match alone", &[(1, 1)], (0, 1000), vec![(1, 1_000_000)], 999_000_000),
    ];
    for (what, pays, calibration, shares, unattributed) in table {
        let fused = fuse(&[one(WHOLE, calibration, &rows(pays))]).unwrap();
        let found: Vec<_> = fused.shares.iter().map(|share| (share.cluster, share.ppb)).collect();
        assert_eq!((found, fused.unattributed_ppb), (shares, unattributed), "{what}");
    }
}

#[test]
fn weights_divide_sources_and_an_empty_one_is_not_shared_out() {
    let (gradient, spans) = (rows(&[(1, 30), (2, 10)]), rows(&[(2, 5)]));
    let sources = [
        one(600_000_000, (0, 40), &gradient),
        one(300_000_000, (0, 10), &spans),
        one(100_000_000, (0, 1), &[]),
    ];
    let fused = fuse(&sources).unwrap();
    // 0.6 · 30/40 to cluster 1; 0.6 · 10/40 + 0.3 · 5/10 to cluster 2; the rest to nobody.
    assert_eq!((of(&fused, 1), of(&fused, 2)), (450_000_000, 300_000_000));
    assert_eq!(fused.shares[1].by_source, [150_000_000, 150_000_000, 0]);
    assert_eq!(fused.unattributed_ppb, 250_000_000);
    assert!(fuse(&[one(WHOLE, (0, 1), &gradient), one(1, (0, 1), &spans)]).is_err());
    assert!(fuse(&[one(1, (-1, 1), &gradient)]).is_err());
    assert!(fuse(&[one(1, (0, 0), &gradient)]).is_err());
    assert!(fuse(&[one(1, (0, 1), &[gradient[0], gradient[0]])]).is_err());
}

fn source() -> impl Strategy<Value = (Vec<(u64, i64)>, i64, i64)> {
    let pay = prop_oneof![any::<i64>(), -1000i64..1000];
    (prop::collection::vec((0u64..90, pay), 0..150), 0i64..900, 1i64..i64::MAX)
}

/// Pay of one answer where each account nets its rows first and is clamped then: what is not done.
fn netted(pays: &[(u64, i64)], account: impl Fn(u64) -> u64, who: impl Fn(u64) -> bool) -> i128 {
    let mut sums = std::collections::BTreeMap::<u64, i128>::new();
    for (row, pay) in pays {
        *sums.entry(account(*row)).or_default() += i128::from(*pay);
    }
    sums.iter().filter(|(account, _)| who(**account)).map(|(_, sum)| (*sum).max(0)).sum()
}

#[test]
fn netting_then_clamping_would_pay_for_a_split() {
    let pays: Vec<(u64, i64)> = (0..10).map(|row| (row, if row < 5 { 10 } else { -9 })).collect();
    let whole = netted(&pays, |_| 0, |_| true);
    let split = netted(&pays, |row| row, |_| true);
    assert_eq!((whole, split), (5, 50));
    // The same rows earn the same in one account or in ten.
    let fused = fuse(&[one(WHOLE, (0, 100), &rows(&pays))]).unwrap();
    let earned = |of_account: &dyn Fn(u64) -> bool| -> u32 {
        fused.shares.iter().filter(|share| of_account(share.cluster)).map(|share| share.ppb).sum()
    };
    let alone: u32 = (0..10).map(|account| earned(&|row| row == account)).sum();
    assert_eq!(earned(&|_| true), alone);
}

proptest! {
    #[test]
    fn shares_never_exceed_the_answer((pays, threshold, whole) in source(), weight in 0..=WHOLE) {
        let scores = rows(&pays);
        let fused = fuse(&[one(weight, (threshold, whole), &scores)]).unwrap();
        let sum: u64 = fused.shares.iter().map(|share| u64::from(share.ppb)).sum();
        prop_assert_eq!(sum + u64::from(fused.unattributed_ppb), u64::from(WHOLE));
        prop_assert!(sum <= u64::from(weight));
        prop_assert!(fused.shares.len() <= 64);
        prop_assert!(fused.shares.is_sorted_by(
            |x, y| x.ppb > y.ppb || x.ppb == y.ppb && x.cluster < y.cluster));
    }

    /// A contributor's rows spread over any number of accounts earn exactly what they earned:
    /// accounts are drawn anew and nothing of the answer moves.
    #[test]
    fn splitting_accounts_changes_nothing(
        (pays, threshold, whole) in source(), owners in prop::collection::vec(0u64..6, 150),
        split in prop::collection::vec(0u64..10, 150),
    ) {
        let scores = rows(&pays);
        let fused = fuse(&[one(WHOLE, (threshold, whole), &scores)]).unwrap();
        let mut before = Ledger::default();
        let mut after = Ledger::default();
        let plain: Vec<(u64, i64)> = scores.iter().map(|row| (row.row, row.pay)).collect();
        let owner = |row: u64| owners[usize::try_from(row).unwrap()];
        let part = |row: u64| 100 * owner(row) + split[usize::try_from(row).unwrap()];
        before.record(&plain, |row| Some(owner(row)));
        after.record(&plain, |row| Some(part(row)));
        for contributor in 0..6 {
            let pay = |whose: &dyn Fn(u64) -> bool| -> u64 {
                let own = fused.shares.iter().filter(|share| whose(share.cluster));
                own.map(|share| u64::from(share.ppb)).sum()
            };
            let whole = pay(&|cluster| owner(cluster) == contributor);
            let parts: u64 = (0..10)
                .map(|at| pay(&|cluster| part(cluster) == 100 * contributor + at))
                .sum();
            prop_assert_eq!(whole, parts);
            let mut sum = whence_influence::fusion::Account::default();
            (0..10).for_each(|at| sum.add(&after.account(100 * contributor + at)));
            prop_assert_eq!(before.account(contributor), sum);
        }
    }

    /// Where a cluster's score stands, in the first row or in copies, is all the same.
    #[test]
    fn copies_only_feed_the_first_commit((pays, threshold, whole) in source(), at in 0usize..150) {
        let clustered: Vec<(u64, i64)> =
            pays.iter().map(|(cluster, pay)| (*cluster, pay.saturating_abs() % 1000 + threshold)).collect();
        let scores = rows(&clustered);
        let mut turned = scores.clone();
        let shift = at % turned.len().max(1);
        turned.rotate_left(shift);
        (0..).zip(&mut turned).for_each(|(row, score)| score.row = row);
        let calibration = (threshold, whole);
        prop_assert_eq!(
            fuse(&[one(WHOLE, calibration, &scores)]).unwrap(),
            fuse(&[one(WHOLE, calibration, &turned)]).unwrap()
        );
        // Only clusters are named: a copy's own id never is.
        let fused = fuse(&[one(WHOLE, calibration, &scores)]).unwrap();
        prop_assert!(fused.shares.iter().all(|share| scores.iter().any(|row| row.cluster == share.cluster)));
    }

    #[test]
    fn more_influence_never_earns_less(
        (pays, threshold, whole) in source(), other in source(), at in any::<prop::sample::Index>(),
        more in 0i64..i64::MAX, weight in 0..=WHOLE,
    ) {
        prop_assume!(!pays.is_empty());
        let (before, second) = (rows(&pays), rows(&other.0));
        let mut after = before.clone();
        let row = &mut after[at.index(pays.len())];
        row.pay = row.pay.saturating_add(more);
        let cluster = row.cluster;
        let share = |scores: &[RowScore]| {
            let sources = [
                one(weight, (threshold, whole), scores),
                one(WHOLE - weight, (other.1, other.2), &second),
            ];
            of(&fuse(&sources).unwrap(), cluster)
        };
        prop_assert!(share(&before) <= share(&after));
    }

    #[test]
    fn the_measure_of_one_source_is_its_fusion((pays, threshold, whole) in source()) {
        let calibration = Calibration { threshold, whole, self_influence_max: u64::MAX };
        let scores = rows(&pays);
        let listed = |row: &RowScore| {
            let listed = Listed { row: row.row, cluster: row.cluster, score: 0, pay: row.pay };
            (listed, above(row.pay, threshold))
        };
        let all: Vec<(Listed, u64)> = scores.iter().map(listed).collect();
        let measure = Measure::of(&all, &calibration).unwrap();
        let fused = fuse(&[one(WHOLE, (threshold, whole), &scores)]).unwrap();
        let named: Vec<(u64, u32)> = fused.shares.iter().map(|s| (s.cluster, s.ppb)).collect();
        let shares: Vec<(u64, u32)> =
            measure.shares(&calibration).iter().map(|s| (s.cluster, s.ppb)).collect();
        prop_assert_eq!(named, shares);
        prop_assert_eq!(fused.unattributed_ppb, measure.unattributed_ppb);
    }

    #[test]
    fn the_order_of_answers_does_not_matter_to_a_ledger(
        answers in prop::collection::vec((0u64..9, any::<i64>()), 0..60),
    ) {
        let mut all = Ledger::default();
        all.record(&answers, |row| (row != 8).then_some(row / 2));
        let (mut front, mut back) = (Ledger::default(), Ledger::default());
        let turned: Vec<(u64, i64)> = answers.iter().rev().copied().collect();
        let half = turned.len() / 2;
        front.record(&turned[..half], |row| (row != 8).then_some(row / 2));
        back.record(&turned[half..], |row| (row != 8).then_some(row / 2));
        front.add(&back);
        prop_assert_eq!(&all, &front);
        let sum: i128 = answers.iter().filter(|(row, _)| *row != 8).map(|(_, s)| i128::from(*s)).sum();
        let kept: i128 = all.accounts().map(|(_, account)| account.helped_sum + account.hurt_sum).sum();
        prop_assert_eq!(sum, kept);
    }
}

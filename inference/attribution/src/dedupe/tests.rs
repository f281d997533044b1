//! Duplicates against sets compared directly, and against another implementation's estimates.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde::Deserialize;

use super::minhash::{PERMUTATIONS, SHINGLE_WORDS};
use super::words::{content_hash, stems, words};
use super::*;

const TEXT: &str = "The write-ahead log is kept in a file of its own beside the database, and readers \
    look into that log before they look into the database itself; a checkpoint moves pages back.";

#[test]
fn case_marks_and_compatibility_forms_do_not_hide_a_copy() {
    assert_eq!(words("Ｔｈｅ naïve  ﬁle—№5!"), ["the", "naive", "file", "no5"]);
    let changed = TEXT.to_uppercase().replace(' ', "\n ").replace(',', " --");
    assert_eq!(content_hash(TEXT), content_hash(&changed));
    assert_ne!(content_hash(TEXT), content_hash(&TEXT.replace("log", "journal")));
    assert_ne!(content_hash("?!"), content_hash("!?"));
    assert_eq!(exact(&["a b", "c", "A, B", "c!", "a  b"]), [(0, 2), (1, 3), (0, 4)]);
}

/// Jaccard similarity of five-word shingles, from the sets themselves.
fn jaccard(first: &str, second: &str) -> f64 {
    let set = |text: &str| -> BTreeSet<Vec<String>> {
        words(text).windows(SHINGLE_WORDS).map(<[String]>::to_vec).collect()
    };
    let (first, second) = (set(first), set(second));
    first.intersection(&second).count() as f64 / first.union(&second).count() as f64
}

#[derive(Deserialize)]
struct Pair {
    first: String,
    second: String,
    jaccard: f64,
    estimate: f64,
}

/// Fixture of `peers/make_minhash.py`: exact similarities, and the estimates of `datasketch`.
#[test]
fn estimates_are_as_near_to_the_truth_as_datasketch_s() {
    let pairs = include_str!("../../../evaluation/peers/minhash.json");
    let pairs: Vec<Pair> = serde_json::from_str(pairs).unwrap();
    let (mut ours, mut theirs, mut expected) = (0.0, 0.0, 0.0);
    for pair in &pairs {
        assert!((jaccard(&pair.first, &pair.second) - pair.jaccard).abs() < 1e-9);
        let signature = |text| Signature::of(text).unwrap();
        let agreements = signature(&pair.first).agreements(&signature(&pair.second));
        let error = agreements as f64 / PERMUTATIONS as f64 - pair.jaccard;
        let variance = pair.jaccard * (1.0 - pair.jaccard) / PERMUTATIONS as f64;
        assert!(error.abs() <= 4.5 * variance.sqrt() + 1e-9, "{error} at {}", pair.jaccard);
        ours += error * error;
        theirs += (pair.estimate - pair.jaccard).powi(2);
        expected += variance;
    }
    assert!(pairs.len() >= 100);
    // mean squares of 128 coins: both within a third of what sampling gives
    let ratio = |sum: f64| (sum / expected - 1.0).abs();
    assert!(ratio(ours) < 0.34 && ratio(theirs) < 0.34, "{ours} {theirs} {expected}");
}

#[test]
fn a_copy_with_few_changes_is_near_and_another_text_is_not() {
    let long = (0..120).map(|number| format!("word{}", number * 7919 % 1000)).collect::<Vec<_>>();
    let copy = long.join(" ").replace("word919", "other");
    let other = long.iter().rev().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(minhash::pairs(&[&long.join(" "), &other, &copy]), [(0, 2)]);
    assert_eq!(minhash::pairs(&["", "?", "one", "One"]), [(2, 3)]);
}

#[test]
fn another_order_and_a_few_synonyms_are_a_paraphrase() {
    let order = "A checkpoint moves pages back; readers look into that log before they look into the \
        database itself, and the write-ahead log is kept beside the database in a file of its own.";
    let synonyms = TEXT.replace("kept", "stored").replace("moves", "shifts");
    let other = "Window functions compute an aggregate over the rows of a partition without joining \
        them into one row.";
    let third =
        "Dates are kept as text in a calendar form, as day numbers, or as seconds of an epoch.";
    let texts = [TEXT, other, order, third, &synonyms];
    assert_eq!(paraphrase::pairs(&texts).unwrap(), [(0, 2), (0, 4), (2, 4)]);
    let found = duplicates(&texts).unwrap();
    assert!(found.iter().all(|duplicate| duplicate.signal != Signal::Exact));
    assert_eq!(found.len(), 3);
}

#[test]
fn texts_that_share_only_common_words_are_no_paraphrases() {
    let texts: Vec<String> =
        (0..40).map(|row| format!("it is in the of and a row{row}x")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert!(paraphrase::pairs(&texts).unwrap().is_empty());
}

#[test]
fn a_flood_of_paraphrases_does_not_hide_behind_its_own_words() {
    let other =
        |row: usize| format!("row{row} tells{row} of{row} other{row} things{row} than{row}");
    let mut texts: Vec<String> = (0..8).map(other).collect();
    texts.push(TEXT.to_owned());
    // thirty copies, each with five words of its own instead of the same five
    for copy in 0..30 {
        let changed = ["kept", "beside", "readers", "checkpoint", "moves"].iter();
        let changed = changed
            .fold(TEXT.to_owned(), |text, word| text.replace(word, &format!("{copy}{word}{copy}")));
        texts.push(changed);
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let found = paraphrase::pairs(&texts).unwrap();
    assert!((9..39).all(|copy| found.contains(&(8, copy))));
    assert!(found.iter().all(|(first, _)| *first >= 8));
}

proptest! {
    /// All pairs compared directly, with logarithms in floats.
    #[test]
    fn paraphrases_are_those_of_the_formula(
        texts in prop::collection::vec(prop::collection::vec(0u8..30, 1..12), 2..12),
    ) {
        let word = |number: &u8| format!("w{number}");
        let texts: Vec<String> =
            texts.iter().map(|text| text.iter().map(word).collect::<Vec<_>>().join(" ")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let bags: Vec<_> = texts.iter().map(|text| stems(text)).collect();
        let dice = |first: usize, second: usize, weight: &dyn Fn(&String) -> f64| {
            let total = |row: usize| -> f64 {
                bags[row].iter().map(|(stem, count)| weight(stem) * *count as f64).sum()
            };
            let of = |row: usize, stem: &String| bags[row].get(stem).copied().unwrap_or(0) as f64;
            let shared = |stem: &String| weight(stem) * of(first, stem).min(of(second, stem));
            let sum: f64 = bags[first].keys().map(shared).sum();
            (sum, 2.0 * sum / (total(first) + total(second)))
        };
        // groups by flooding
        let mut groups: Vec<usize> = (0..texts.len()).collect();
        for _ in 0..texts.len() {
            for second in 0..texts.len() {
                for first in 0..second {
                    if dice(first, second, &|_| 1.0).1 >= 0.5 {
                        let least = groups[first].min(groups[second]);
                        (groups[first], groups[second]) = (least, least);
                    }
                }
            }
        }
        let all = groups.iter().collect::<BTreeSet<_>>().len() as f64;
        let weight = |stem: &String| {
            let held = groups.iter().zip(&bags).filter(|(_, bag)| bag.contains_key(stem));
            let df = held.map(|(group, _)| group).collect::<BTreeSet<_>>().len();
            ((all + 1.0) / df as f64).log2()
        };
        let found = paraphrase::pairs(&texts).unwrap();
        let chance = 2.0 * (texts.len() as f64).log2();
        for second in 0..texts.len() {
            for first in 0..second {
                let (sum, dice) = dice(first, second, &weight);
                // thousandths of a bit are rounded: no verdict at the very edges
                let edge = (dice - 0.5).abs() < 0.01 || (sum - chance).abs() < 0.05;
                let expected = dice >= 0.5 && sum >= chance;
                prop_assert!(edge || expected == found.contains(&(first, second)), "{} {}", dice, sum);
            }
        }
    }

    #[test]
    fn clusters_are_what_pairs_connect_and_the_first_commit_owns_them(
        heights in prop::collection::vec(0u64..4, 1..20),
        pairs in prop::collection::vec((0usize..20, 0usize..20), 0..20),
    ) {
        let count = heights.len();
        let commit = |(row, height): (usize, &u64)| Commit { height: *height, id: (row as u64 * 7) % 23 };
        let commits: Vec<Commit> = heights.iter().enumerate().map(commit).collect();
        let pairs: Vec<_> = pairs.into_iter().map(|(x, y)| (x % count, y % count)).collect();
        let owners = clusters(&commits, &pairs).unwrap();
        // flooding: the least commit that can be reached, by hand
        let mut least: Vec<usize> = (0..count).collect();
        for _ in 0..count {
            for (x, y) in &pairs {
                let first = if commits[least[*x]] <= commits[least[*y]] { least[*x] } else { least[*y] };
                (least[*x], least[*y]) = (first, first);
            }
        }
        prop_assert_eq!(&owners, &least);
        let turned: Vec<_> = pairs.iter().rev().map(|(x, y)| (*y, *x)).collect();
        prop_assert_eq!(clusters(&commits, &turned).unwrap(), owners);
    }
}

#[test]
fn vectors_at_a_small_angle_are_pairs() {
    // cosines by hand: (3, 4)·(4, 3) / 25 = 0.96; (3, 4)·(1, 0) / 5 = 0.6; (4, 3)·(1, 0) / 5 = 0.8
    let vectors =
        [vec![3.0, 4.0], vec![4.0, 3.0], vec![1.0, 0.0], vec![0.0, 0.0], vec![-3.0, -4.0]];
    assert_eq!(vectors::pairs(&vectors, 0.95).unwrap(), [(0, 1)]);
    assert_eq!(vectors::pairs(&vectors, 0.79).unwrap(), [(0, 1), (1, 2)]);
    assert!(vectors::pairs(&[vec![1.0], vec![1.0, 2.0]], 0.9).is_err());
    assert!(vectors::pairs(&[vec![f32::NAN]], 0.9).is_err());
}

#[test]
fn what_is_no_commit_or_no_row_is_refused() {
    let commit = Commit { height: 1, id: 1 };
    assert!(clusters(&[commit, commit], &[]).is_err());
    assert!(clusters(&[commit], &[(0, 1)]).is_err());
}

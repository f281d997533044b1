//! The span index against searches by hand: every substring compared, nothing sorted.

use proptest::prelude::*;

use super::credit::maximal;
use super::verify::{Challenge, Cited, Evidence, Report, is_common};
use super::*;
use crate::information::millibits;

mod challenges;
mod file;

type Rows = Vec<(u64, Vec<u32>)>;

/// Rows of (cluster, tokens); ids are 100, 101, …
fn build(vocabulary: u32, rows: &Rows) -> SpanIndex {
    let mut builder = SpanIndexBuilder::new(vocabulary).unwrap();
    for (number, (cluster, tokens)) in rows.iter().enumerate() {
        builder.push(100 + number as u64, *cluster, tokens).unwrap();
    }
    builder.build().unwrap()
}

/// All places of a span, found by comparing everywhere.
fn places_by_hand(rows: &Rows, span: &[u32]) -> Vec<Place> {
    let mut places = Vec::new();
    for (row, (_, tokens)) in rows.iter().enumerate() {
        let held = tokens.windows(span.len()).enumerate().filter(|(_, window)| *window == span);
        places.extend(held.map(|(offset, _)| Place { row, offset }));
    }
    places
}

/// All maximal matching parts of an answer, from all of its parts.
fn maximal_by_hand(rows: &Rows, answer: &[u32], tokens_min: usize) -> Vec<(usize, usize)> {
    let mut matching = Vec::new();
    for start in 0..answer.len() {
        for end in start + 1..=answer.len() {
            if !places_by_hand(rows, &answer[start..end]).is_empty() {
                matching.push((start, end));
            }
        }
    }
    let inside = |span: &(usize, usize), other: &(usize, usize)| {
        other != span && other.0 <= span.0 && span.1 <= other.1
    };
    let is_maximal = |span: &&(usize, usize)| !matching.iter().any(|other| inside(span, other));
    let long = |span: &&(usize, usize)| span.1 - span.0 >= tokens_min;
    matching.iter().filter(is_maximal).filter(long).copied().collect()
}

/// Few different tokens, so that much repeats.
fn few_rows() -> impl Strategy<Value = Rows> {
    prop::collection::vec((0u64..4, prop::collection::vec(0u32..4, 1..24)), 1..7)
}

/// Ids far apart make the wide form: the same content must give the same answers.
fn spread(tokens: &[u32]) -> Vec<u32> {
    tokens.iter().map(|token| token * 30_000).collect()
}

proptest! {
    #[test]
    fn counts_places_and_longest_matches_are_those_found_by_hand(
        rows in few_rows(), answer in prop::collection::vec(0u32..5, 1..20),
    ) {
        let narrow = build(4, &rows);
        let wide_rows: Rows = rows.iter().map(|(cluster, row)| (*cluster, spread(row))).collect();
        let wide = build(120_001, &wide_rows);
        let maximal_found = maximal(&narrow.matches(&answer), 2);
        let maximal_found: Vec<_> = maximal_found.iter().map(|span| (span.start, span.end)).collect();
        prop_assert_eq!(maximal_found, maximal_by_hand(&rows, &answer, 2));
        prop_assert_eq!(narrow.matches(&answer), wide.matches(&spread(&answer)));
        for start in 0..answer.len() {
            for end in start + 1..=answer.len().min(start + 6) {
                let span = &answer[start..end];
                let mut found: Vec<Place> = narrow.places(span).collect();
                found.sort();
                prop_assert_eq!(&found, &places_by_hand(&rows, span));
                prop_assert_eq!(narrow.count(span), found.len());
                prop_assert_eq!(wide.count(&spread(span)), found.len());
            }
        }
    }

    #[test]
    fn repeats_are_the_tokens_covered_by_earlier_windows(rows in few_rows(), count in 2usize..5) {
        let found = build(4, &rows).repeats(count);
        let mut by_hand = Vec::new();
        for (row, (_, tokens)) in rows.iter().enumerate() {
            let mut covered = vec![false; tokens.len()];
            for (offset, window) in tokens.windows(count).enumerate() {
                let here = Place { row, offset };
                if places_by_hand(&rows, window).iter().any(|place| *place < here) {
                    covered[offset..offset + count].iter_mut().for_each(|token| *token = true);
                }
            }
            let places = (0..tokens.len()).filter(|at| covered[*at]);
            by_hand.extend(places.map(|at| (row, at)));
        }
        let flat = found.iter().flat_map(|repeat| repeat.range.clone().map(|at| (repeat.row, at)));
        prop_assert_eq!(flat.collect::<Vec<_>>(), by_hand);
        for repeat in &found {
            let head = &rows[repeat.row].1[repeat.range.start..repeat.range.start + count];
            prop_assert_eq!(repeat.earlier, places_by_hand(&rows, head)[0]);
        }
    }

    #[test]
    fn no_more_is_paid_than_the_answer_holds_and_every_citation_is_there(
        rows in few_rows(), answer in prop::collection::vec(0u32..4, 1..40),
    ) {
        let settings = Settings { tokens_min: 3, clusters_max: 3, spans_per_thousand: 200 };
        let index = build(4, &rows);
        let report = index.spans(&answer, &settings).unwrap();
        let paid: u64 = report.spans.iter().map(|span| span.paid).sum();
        let owed: u64 = report.credits.iter().map(|credit| credit.millibits).sum();
        prop_assert!(owed <= paid && paid <= report.information);
        let shares: u64 = report.shares().iter().map(|(_, share)| u64::from(*share)).sum();
        prop_assert!(shares <= 1_000_000_000);
        for span in &report.spans {
            let places = places_by_hand(&rows, &answer[span.range.clone()]);
            let mut clusters: Vec<u64> = places.iter().map(|place| rows[place.row].0).collect();
            clusters.sort();
            clusters.dedup();
            prop_assert!(clusters.iter().eq(span.places.keys()) && clusters.len() <= 3);
            prop_assert!(span.places.values().all(|place| places.contains(place)));
        }
    }
}

/// A corpus of 60 rows of rare tokens: row `r` is tokens `r·20 .. r·20+20`, so each token is there
/// once.
fn distinct() -> Rows {
    (0..60).map(|row| (row, (row as u32 * 20..row as u32 * 20 + 20).collect())).collect()
}

#[test]
fn pay_is_the_information_worked_out_by_hand_and_split_over_clusters() {
    let mut rows = distinct();
    // a copy of row 3 in another cluster, and one in row 5's own cluster
    let (copied, again) = (rows[3].1.clone(), rows[5].1.clone());
    rows.push((60, copied));
    rows.push((5, again));
    let index = build(2000, &rows);
    // ten tokens of row 3, one unknown, ten of row 5, eight of row 7
    let answer: Vec<u32> = (60..70).chain([1999]).chain(100..110).chain(140..148).collect();
    let report = index.spans(&answer, &Settings::default()).unwrap();
    let (once, twice) = (millibits(1, 1240), millibits(2, 1240));
    assert_eq!(report.information, 20 * twice + 9 * once);
    // ⌈29 · 0.05⌉ = 2 spans: 10·log2(620) = 92.8 bits each, above 8·log2(1240) = 82.2
    assert_eq!(report.spans.len(), 2);
    let owed: Vec<(u64, u64)> = report.credits.iter().map(|c| (c.cluster, c.millibits)).collect();
    assert_eq!(owed, [(3, 5 * twice), (5, 10 * twice), (60, 5 * twice)]);
    assert_eq!(report.spans[1].places[&5], Place { row: 5, offset: 0 });
}

#[test]
fn overlapping_spans_are_paid_once() {
    let mut rows = distinct();
    // row 60 has the last 12 tokens of row 0 and the first 8 of row 1
    rows.push((60, (8..28).collect()));
    let index = build(2000, &rows);
    let answer: Vec<u32> = (0..28).collect();
    let report = index.spans(&answer, &Settings::default()).unwrap();
    let spans: Vec<_> = report.spans.iter().map(|span| (span.range.clone(), span.paid)).collect();
    let (once, twice) = (millibits(1, 1220), millibits(2, 1220));
    // row 0: 8 tokens that are there once and 12 twice, more than row 60's 20 twice
    assert_eq!(spans, [(0..20, 8 * once + 12 * twice), (8..28, 8 * twice)]);
}

#[test]
fn what_too_many_clusters_have_or_chance_would_give_is_not_paid() {
    let mut rows = distinct();
    let phrase: Vec<u32> = (1500..1510).collect();
    (0..11).for_each(|copy| rows.push((100 + copy, phrase.clone())));
    assert!(build(2000, &rows).spans(&phrase, &Settings::default()).unwrap().spans.is_empty());
    rows.pop();
    assert_eq!(build(2000, &rows).spans(&phrase, &Settings::default()).unwrap().credits.len(), 10);
    // ten times the one token that is half of all tokens: 10 bits, under log2(2000 · 10)
    rows.push((200, vec![7; 1200]));
    let report = build(2000, &rows).spans(&[7; 10], &Settings::default()).unwrap();
    assert!(report.spans.is_empty() && report.information < 20_000);
}

#[test]
fn splitting_the_rows_over_more_ids_of_a_cluster_changes_no_pay() {
    let mut rows = distinct();
    let answer: Vec<u32> = (60..80).collect();
    let before = build(2000, &rows).spans(&answer, &Settings::default()).unwrap();
    (0..5).for_each(|_| rows.push((3, answer.clone())));
    let after = build(2000, &rows).spans(&answer, &Settings::default()).unwrap();
    let clusters = |spans: &Spans| spans.shares();
    assert_eq!(clusters(&before), [(3, 1_000_000_000)]);
    assert_eq!(clusters(&after), [(3, 1_000_000_000)]);
}

#[test]
fn what_is_no_row_is_refused() {
    let mut builder = SpanIndexBuilder::new(10).unwrap();
    assert!(builder.push(1, 1, &[]).is_err());
    assert!(builder.push(1, 1, &[10]).is_err());
    builder.push(1, 1, &[9]).unwrap();
    builder.push(1, 2, &[8]).unwrap();
    assert!(builder.build().is_err(), "an id twice");
    assert!(SpanIndexBuilder::new(10).unwrap().build().is_err(), "no rows");
    assert!(SpanIndexBuilder::new(0).is_err());
    assert!(SpanIndexBuilder::new(u32::MAX).is_err());
}

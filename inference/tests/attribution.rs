//! Attribution: integers as the formulas say, and the same scores as torch and PEFT.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests"
)]

mod common;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use proptest::prelude::*;
use whence_inference::adapter::{Adapter, AdapterConfig, Matrices};
use whence_inference::attribution::{
    Attribution, BILLION, Calibration, Index, IntVector, RowExample, divide,
};
use whence_inference::model::Target;
use whence_inference::tokenizer::Message;
use whence_inference::tuning::{Turn, row_id, row_place};

/// Scores count units of 2^-32.
const UNIT: f64 = 4_294_967_296.0;

/// What is divided, by which calibration, and what must come of it.
type Case = (&'static str, &'static [(u64, i64)], Calibration, Vec<(u64, u32)>, u32);

#[test]
fn an_answer_is_divided_as_the_formula_says() {
    let at = |threshold, whole| Calibration { threshold, whole };
    let ppb = |found: &Attribution| {
        let shares = found.shares.iter().map(|share| (share.row, share.ppb));
        (shares.collect::<Vec<_>>(), found.unattributed_ppb)
    };
    let table: [Case; 6] = [
        ("nothing above", &[(1, 5), (2, -9)], at(5, 10), vec![], BILLION),
        ("half", &[(1, 10), (2, 5)], at(5, 10), vec![(1, 500_000_000)], 500_000_000),
        ("all", &[(1, 35), (2, 15)], at(5, 10), vec![(1, 750_000_000), (2, 250_000_000)], 0),
        ("ties by row", &[(9, 7), (3, 7)], at(5, 4), vec![(3, 500_000_000), (9, 500_000_000)], 0),
        ("rounded down", &[(1, 6), (2, 6), (3, 6)], at(5, 3), thirds(), 1),
        ("no whole", &[(1, 1)], at(0, 0), vec![(1, BILLION)], 0),
    ];
    for (what, scores, calibration, shares, unattributed) in table {
        assert_eq!(ppb(&divide(scores, calibration)), (shares, unattributed), "{what}");
    }
}

fn thirds() -> Vec<(u64, u32)> {
    (1..=3).map(|row| (row, 333_333_333)).collect()
}

proptest! {
    #[test]
    fn shares_never_exceed_the_answer(
        scores in prop::collection::vec(any::<i64>(), 0..200),
        threshold in 0..i64::MAX,
        whole in any::<i64>(),
    ) {
        let scores: Vec<(u64, i64)> = (0..).zip(scores).collect();
        let found = divide(&scores, Calibration { threshold, whole });
        let sum: u64 = found.shares.iter().map(|share| u64::from(share.ppb)).sum();
        prop_assert_eq!(sum + u64::from(found.unattributed_ppb), u64::from(BILLION));
        prop_assert!(found.shares.len() <= 64);
        prop_assert!(found.shares.is_sorted_by(|x, y| x.ppb >= y.ppb));
    }

    #[test]
    fn integer_products_follow_the_floats(
        x in prop::collection::vec(-0.1f32..0.1, 60),
        y in prop::collection::vec(-0.1f32..0.1, 60),
    ) {
        let vector = |x: &[f32]| {
            IntVector::quantise(&[x[..20].to_vec(), x[20..].to_vec()]).unwrap()
        };
        let found = vector(&x).dot(&vector(&y)) as f64 / UNIT;
        let exact: f64 = x.iter().zip(&y).map(|(x, y)| f64::from(x * y)).sum();
        prop_assert!((found - exact).abs() < 60.0 * 0.1 * 0.1 / 120.0, "{} {}", found, exact);
    }
}

#[test]
fn a_row_on_chain_has_one_number() {
    assert_eq!(row_place(row_id(7, 9).unwrap()), (7, 9));
    assert!(row_id(1 << 32, 0).is_err());
    assert!(row_id(0, 1 << 32).is_err());
}

/// The adapter that make_scores.py has too.
fn adapter() -> Adapter {
    let base = common::engine().model().config();
    let config = AdapterConfig::new(8, 16.0, vec![Target::Query, Target::Value]).unwrap();
    let mut matrices = BTreeMap::new();
    for layer in 0..base.layers {
        for (kind, target) in [Target::Query, Target::Value].into_iter().enumerate() {
            let (into, out) = target.widths(base);
            let angle = |r: usize, c: usize| {
                (1 + 7 * layer + 3 * kind + 13 * r) as f64 + 0.37 * (c * (r + 1)) as f64
            };
            let a = (0..8).flat_map(|r| (0..into).map(move |c| (angle(r, c).sin() / 24.0) as f32));
            let b = (0..out * 8).map(|at| at as f32).collect();
            matrices.insert((layer, target), Matrices { a: a.collect(), b });
        }
    }
    Adapter::new(config, matrices, base).unwrap()
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let engine = common::engine();
        let fixture = common::fixture("rows.json");
        let rows = fixture["rows"].as_array().unwrap().iter().zip(0u64..).map(|(row, id)| {
            let turn = Turn::parse(row).unwrap();
            let example = turn.example(engine.tokenizer(), 512).unwrap();
            RowExample { id, hash: [id as u8; 32], example }
        });
        let rows: Vec<RowExample> = rows.collect();
        Index::build(engine.model(), engine.base_digest(), &adapter(), &rows, |_| {}).unwrap()
    })
}

fn ask(query: &serde_json::Value) -> Attribution {
    let engine = common::engine();
    let tokenizer = engine.tokenizer();
    let prompt = tokenizer.prompt(&[Message::user(query["question"].as_str().unwrap())]).unwrap();
    let prompt = tokenizer.encode(&prompt).unwrap();
    let answer = tokenizer.encode(query["answer"].as_str().unwrap()).unwrap();
    let question = tokenizer.question_start(&prompt).unwrap();
    index().attribute(engine.model(), &adapter(), (&prompt, question), &answer).unwrap()
}

#[test]
fn scores_equal_those_of_torch_and_peft() {
    let fixture = common::fixture("scores.json");
    let queries = common::fixture("rows.json");
    let close = |found: i64, expected: &serde_json::Value| {
        (found as f64 / UNIT / expected.as_f64().unwrap() - 1.0).abs()
    };
    let calibration = index().calibration();
    assert!(close(calibration.threshold, &fixture["threshold"]) < 0.02, "{calibration:?}");
    assert!(close(calibration.whole, &fixture["whole"]) < 0.03, "{calibration:?}");
    for (query, expected) in
        queries["queries"].as_array().unwrap().iter().zip(fixture["scores"].as_array().unwrap())
    {
        let expected: Vec<f64> = serde_json::from_value(expected.clone()).unwrap();
        let found: Vec<f64> =
            ask(query).scores.iter().map(|(_, score)| *score as f64 / UNIT).collect();
        let largest = expected.iter().fold(0f64, |most, score| most.max(score.abs()));
        let off = found.iter().zip(&expected).map(|(x, y)| (x - y).abs()).fold(0f64, f64::max);
        let correlation = correlation(&found, &expected);
        println!("off by {:.4} of the largest, correlation {correlation:.6}", off / largest);
        assert!(off / largest < 0.02, "{} {off} of {largest}", query["question"]);
        assert!(correlation > 0.999, "{} {correlation}", query["question"]);
    }
}

fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (mx, my) = (mean(x), mean(y));
    let product = |x: &[f64], mx: f64, y: &[f64], my: f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum()
    };
    product(x, mx, y, my) / (product(x, mx, x, mx) * product(y, my, y, my)).sqrt()
}

#[test]
fn an_index_is_read_back_and_every_change_is_seen() {
    let bytes = index().to_bytes().unwrap();
    let read = Index::parse(&bytes).unwrap();
    assert_eq!(&read, index());
    assert_eq!(read.root(), index().root());
    for step in 0..60 {
        let at = (bytes.len() - 1) * step / 59;
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(Index::parse(&changed).is_err(), "byte {at}");
        assert!(Index::parse(&bytes[..at]).is_err(), "cut at {at}");
    }
    assert!(index().check([0; 32], common::engine().base_digest()).is_err());
    assert!(index().check(adapter().digest().unwrap(), [0; 32]).is_err());
    assert!(index().check(adapter().digest().unwrap(), common::engine().base_digest()).is_ok());
}

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

use whence_canon::score::Vector;
use whence_inference::adapter::{Adapter, AdapterConfig, Matrices};
use whence_inference::attribution::{
    Attribution, BASIS_FILE, Built, INDEX_FILE, Index, Points, RowExample, build,
};
use whence_inference::model::{Example, Target};
use whence_inference::tokenizer::Message;
use whence_inference::tuning::{Turn, row_id, row_place};

/// Scores count units of 2^-32.
const UNIT: f64 = 4_294_967_296.0;
/// Sizes of `B` in the two states that make_scores.py has too.
const STATES: [f64; 2] = [0.0, 0.01];
/// What the index says that it was made from.
const MADE_FROM: [[u8; 32]; 2] = [[1; 32], [2; 32]];

#[test]
fn a_row_on_chain_has_one_number() {
    assert_eq!(row_place(row_id(7, 9).unwrap()), (7, 9));
    assert!(row_id(1 << 32, 0).is_err());
    assert!(row_id(0, 1 << 32).is_err());
}

/// The closed form of make_scores.py.
fn closed_form(layer: usize, kind: usize, (rows, columns): (usize, usize)) -> Vec<f32> {
    let number = move |r: usize, c: usize| {
        let angle = (1 + 7 * layer + 3 * kind + 13 * r) as f64 + 0.37 * (c * (r + 1)) as f64;
        (angle.sin() / 24.0) as f32
    };
    (0..rows).flat_map(|r| (0..columns).map(move |c| number(r, c))).collect()
}

/// The state that make_scores.py has too.
fn state(size: f64) -> Adapter {
    let base = common::engine().model().config();
    let config = AdapterConfig::new(8, 16.0, vec![Target::Query, Target::Value]).unwrap();
    let mut matrices = BTreeMap::new();
    for layer in 0..base.layers {
        for (kind, target) in [Target::Query, Target::Value].into_iter().enumerate() {
            let (into, out) = target.widths(base);
            let b = closed_form(layer, kind, (out, 8)).into_iter();
            let b = b.map(|number| (size * f64::from(number)) as f32).collect();
            let a = closed_form(layer, kind, (8, into));
            matrices.insert((layer, target), Matrices { a, b });
        }
    }
    Adapter::new(config, matrices, base).unwrap()
}

fn points() -> Points {
    Points::new(&STATES.map(state), common::engine().model()).unwrap()
}

fn rows() -> Vec<RowExample> {
    let fixture = common::fixture("rows.json");
    let rows = fixture["rows"].as_array().unwrap().iter().zip(0u64..).map(|(row, id)| {
        let turn = Turn::parse(row).unwrap();
        let example = turn.example(common::engine().tokenizer(), 512).unwrap();
        RowExample { id, hash: [id as u8; 32], text: turn.answer, example }
    });
    rows.collect()
}

fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let model = common::engine().model();
        let folder = std::env::temp_dir();
        build((model, &points()), MADE_FROM, (&mut rows(), &folder), &mut |_| {}).unwrap()
    })
}

fn parse(index: &[u8], basis: &[u8]) -> whence_inference::Result<Index> {
    Index::parse(index, basis, points(), MADE_FROM)
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| parse(&built().index, &built().basis).unwrap())
}

/// Tokens of a query, where its question begins, and those of its answer.
fn query(query: &serde_json::Value) -> (Vec<u32>, usize, Vec<u32>) {
    let tokenizer = common::engine().tokenizer();
    let prompt = tokenizer.prompt(&[Message::user(query["question"].as_str().unwrap())]).unwrap();
    let prompt = tokenizer.encode(&prompt).unwrap();
    let answer = tokenizer.encode(query["answer"].as_str().unwrap()).unwrap();
    let question = tokenizer.question_start(&prompt).unwrap();
    (prompt, question, answer)
}

fn ask(asked: &serde_json::Value) -> Attribution {
    let (prompt, question, answer) = query(asked);
    index().attribute(common::engine().model(), (&prompt, question), &answer).unwrap()
}

#[test]
fn scores_equal_those_of_torch_and_peft() {
    let fixture = common::fixture("scores.json");
    let queries = common::fixture("rows.json");
    let close = |found: i64, expected: &serde_json::Value| {
        (found as f64 / UNIT / expected.as_f64().unwrap() - 1.0).abs()
    };
    let file = index().file();
    let calibration = file.header().calibration;
    assert!(close(calibration.threshold, &fixture["threshold"]) < 0.02, "{calibration:?}");
    assert!(close(calibration.whole, &fixture["whole"]) < 0.03, "{calibration:?}");
    for (place, expected) in fixture["self_influence"].as_array().unwrap().iter().enumerate() {
        let own = file.leaf(place).unwrap().self_influence;
        assert!(close(own.cast_signed(), expected) < 0.02, "row {place}: {own}, {expected}");
    }
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
fn an_answer_is_divided_whole_and_an_empty_one_not_at_all() {
    for query in common::fixture("rows.json")["queries"].as_array().unwrap() {
        let found = ask(query);
        let sum: u64 = found.shares.iter().map(|share| u64::from(share.ppb)).sum();
        assert_eq!(sum + u64::from(found.unattributed_ppb), 1_000_000_000);
        assert!(found.shares.is_sorted_by(|x, y| (y.ppb, x.row) < (x.ppb, y.row)));
    }
    let (prompt, question, _) = query(&common::fixture("rows.json")["queries"][0]);
    let found = index().attribute(common::engine().model(), (&prompt, question), &[]).unwrap();
    assert_eq!(found, Attribution::none());
}

#[test]
fn files_are_read_back_and_every_change_is_seen() {
    let (model, Built { index: bytes, basis }) = (common::engine().model(), built());
    let folder = tempfile::tempdir().unwrap();
    assert!(Index::read(folder.path(), points(), MADE_FROM).unwrap().is_none());
    std::fs::write(folder.path().join(INDEX_FILE), bytes).unwrap();
    assert!(Index::read(folder.path(), points(), MADE_FROM).is_err(), "no basis");
    std::fs::write(folder.path().join(BASIS_FILE), basis).unwrap();
    let read = Index::read(folder.path(), points(), MADE_FROM).unwrap().unwrap();
    assert_eq!(read.root(), index().root());
    for step in 0..40 {
        let at = (bytes.len() - 1) * step / 39;
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(parse(&changed, basis).is_err(), "byte {at}");
        assert!(parse(&bytes[..at], basis).is_err(), "cut at {at}");
    }
    for step in 0..4 {
        let at = (basis.len() - 1) * step / 3;
        let mut changed = basis.clone();
        changed[at] ^= 1;
        assert!(parse(bytes, &changed).is_err(), "byte {at} of the basis");
    }
    for other in [[[0; 32], MADE_FROM[1]], [MADE_FROM[0], [0; 32]]] {
        assert!(Index::parse(bytes, basis, points(), other).is_err());
    }
    let one = Points::new(&[state(STATES[0])], model).unwrap();
    assert!(Index::parse(bytes, basis, one, MADE_FROM).is_err(), "fewer states");
}

#[test]
fn a_text_that_is_unlike_all_rows_scores_less_than_a_row_itself() {
    let model = common::engine().model();
    let best = |example: &Example| {
        let bytes = index().query(model, example).unwrap();
        let shape = index().file().query_shape().unwrap();
        let query = Vector::parse(&shape, &bytes).unwrap();
        *index().file().scores(&query).unwrap().iter().max().unwrap()
    };
    let row = &rows()[0].example;
    let answer = "Bonjour, je m'appelle Camille et j'habite à Lyon avec deux chats gris.";
    let text = serde_json::json!({ "question": "Qui es-tu ?", "answer": answer });
    let (prompt, question, answer) = query(&text);
    let ids = [prompt, answer].concat();
    let end = ids.len();
    let strange = Example::new(ids, question..end).unwrap();
    assert!(best(&strange) * 2 < best(row), "{} {}", best(&strange), best(row));
}

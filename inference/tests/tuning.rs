//! Tuning: one receipt gives one adapter, and what was not shown is foretold better.
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

use std::ops::ControlFlow;

use serde_json::json;
use whence_inference::adapter::Adapter;
use whence_inference::model::Batch;
use whence_inference::tuning::{Dataset, Receipt, Row, Tuned, TuningConfig, Turn, read_rows, tune};

const COLOURS: [&str; 8] = ["red", "green", "blue", "white", "black", "brown", "grey", "pink"];

fn rows(things: &[&str]) -> Vec<Row> {
    let row = |(number, thing): (u64, &&str)| {
        let colour = COLOURS[number as usize % COLOURS.len()];
        let turn = json!({
            "question": format!("Describe the {thing}."),
            "answer": format!("Entry: {thing}; colour: {colour}; kept in: the old harbour store."),
        });
        Row { id: number, hash: [number as u8; 32], turn: Turn::parse(&turn).unwrap() }
    };
    (0u64..).zip(things).map(row).collect()
}

fn dataset() -> Dataset {
    let learned = ["cup", "lamp", "chair", "rope", "sail", "anchor", "barrel", "lantern"];
    let held_out = rows(&["bucket", "ladder"]);
    Dataset { rows: rows(&learned), held_out, versions: Vec::new() }
}

fn config() -> TuningConfig {
    TuningConfig { epochs: 2, learning_rate: 3e-3, row_tokens_max: 96, ..TuningConfig::default() }
}

fn run(dataset: &Dataset, config: &TuningConfig) -> Tuned {
    tune(common::engine(), dataset, config, |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn one_receipt_gives_one_adapter_and_the_held_out_loss_falls() {
    let first = run(&dataset(), &config());
    let metrics = &first.receipt.metrics;
    let (before, after) =
        (metrics.held_out_loss_before.unwrap(), metrics.held_out_loss_after.unwrap());
    println!("held-out loss {before} before, {after} after");
    assert!(after < before * 0.9, "held-out loss {before} before, {after} after");

    let receipt = Receipt::from_json(&first.receipt.to_json().unwrap()).unwrap();
    assert_eq!(receipt, first.receipt);
    let again = run(&dataset(), &receipt.config);
    assert_eq!(again.receipt, receipt);
    assert_eq!(hex::encode(again.adapter.digest().unwrap()), receipt.adapter_sha256);

    let folder = tempfile::tempdir().unwrap();
    first.adapter.write(folder.path()).unwrap();
    let read = Adapter::read(folder.path(), common::engine().model().config()).unwrap();
    assert_eq!(read, first.adapter);
    serves_what_was_tuned(&first.adapter);
}

/// Both forward passes, plain and tracked, see the adapter.
fn serves_what_was_tuned(adapter: &Adapter) {
    let engine = common::engine();
    let model = engine.model();
    let ids = engine.tokenizer().encode("Describe the lamp.").unwrap();
    let lora = adapter.on(model.device());
    let read = |lora| model.hidden(&Batch::single(&ids), lora, None).into_data();
    let tracked = lora.clone().tracked();
    let numbers = |data: burn::tensor::TensorData| data.try_to_vec::<f32>().unwrap();
    let (bare, served, tuned) =
        (numbers(read(None)), numbers(read(Some(&lora))), numbers(read(Some(&tracked))));
    let apart =
        |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| (x - y).abs()).fold(0f32, f32::max);
    assert!(apart(&served, &tuned) < 1e-2, "off by {}", apart(&served, &tuned));
    assert!(apart(&served, &bare) > 1e-1, "off by {}", apart(&served, &bare));
}

#[test]
fn one_row_or_one_seed_changes_the_adapter() {
    let short = TuningConfig { epochs: 1, batch_rows: 8, ..config() };
    let plain = run(&dataset(), &short).receipt.adapter_sha256;
    let mut other = dataset();
    other.rows[3].turn.answer.push_str(" It is new.");
    assert_ne!(run(&other, &short).receipt.adapter_sha256, plain);
    let seeded = TuningConfig { seed: 1, ..short };
    assert_ne!(run(&dataset(), &seeded).receipt.adapter_sha256, plain);
}

#[test]
fn a_recipe_out_of_range_is_refused() {
    let refused = |config: TuningConfig, dataset: Dataset| {
        let done = tune(common::engine(), &dataset, &config, |_| ControlFlow::Continue(()));
        done.map(drop).unwrap_err().code()
    };
    assert_eq!(refused(TuningConfig { epochs: 0, ..config() }, dataset()), 9);
    assert_eq!(refused(TuningConfig { batch_rows: 0, ..config() }, dataset()), 9);
    assert_eq!(refused(TuningConfig { learning_rate: f64::NAN, ..config() }, dataset()), 9);
    assert_eq!(refused(TuningConfig { weight_decay: -1.0, ..config() }, dataset()), 9);
    assert_eq!(refused(TuningConfig { row_tokens_max: 20, ..config() }, dataset()), 9);
    assert_eq!(refused(TuningConfig { rank: 0, ..config() }, dataset()), 5);
    assert_eq!(refused(config(), Dataset::default()), 9);
    let broken = tune(common::engine(), &dataset(), &config(), |_| ControlFlow::Break(()));
    assert_eq!(broken.map(drop).unwrap_err().code(), 9);
}

#[test]
fn rows_come_in_the_shapes_people_bring() {
    let table = [
        (
            json!({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}),
            true,
        ),
        (json!({"instruction": "a", "input": "", "output": "b"}), true),
        (json!({"prompt": "a", "completion": "b"}), true),
        (json!({"prompt": "a", "answer": "b"}), true),
        (json!({"question": "a", "answer": "b"}), true),
        (json!({"text": "b"}), true),
        (json!({"messages": [{"role": "user", "content": "a"}]}), false),
        (json!({"messages": [{"role": "assistant", "content": "b"}]}), false),
        (json!({"messages": [{"role": "pirate", "content": "b"}]}), false),
        (json!({"question": "a", "answer": " "}), false),
        (json!({"question": 1, "answer": 2}), false),
        (json!({}), false),
        (json!([]), false),
        (json!("text"), false),
    ];
    for (row, good) in table {
        match Turn::parse(&row) {
            Ok(turn) => assert!(good && turn.answer == "b", "{row}"),
            Err(why) => assert!(!good && why.code() == 9, "{row}"),
        }
    }
}

#[test]
fn a_row_has_the_hash_that_the_datanet_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.jsonl");
    let line = r#"{"prompt": "What is WAL?", "answer": " A log.\r\nWritten ahead. "}"#;
    std::fs::write(&path, format!("{line}\n\n{{\"id\": 9, \"text\": \"plain\"}}\n")).unwrap();
    let rows = read_rows(&path).unwrap();
    assert_eq!(rows[0].hash, whence_canon::row::Row::parse_json(line).unwrap().hash());
    assert_eq!(rows[0].turn.answer, "A log.\nWritten ahead.");
    assert_eq!((rows[0].id, rows[1].id), (0, 9));
    std::fs::write(&path, "{}").unwrap();
    assert_eq!(read_rows(&path).map(drop).unwrap_err().code(), 9);
}

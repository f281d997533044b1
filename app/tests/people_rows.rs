//! Files of rows, finds of duplicates, and adapters' folders, as the people's CLI reads them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use serde_json::json;
use sha2::{Digest, Sha256};
use whence_app::people::datanet::batch::{Batch, Named};
use whence_app::people::datanet::duplicate::common;
use whence_app::people::datanet::version::{is_held_out, numbered};
use whence_app::people::model::feedback::{Kind, line_hash};
use whence_app::people::model::folder::{Folder, canonical, millionths};
use whence_canon::merkle;
use whence_canon::row::Row;

const FILE: &str = "{\"prompt\": \"a?\", \"answer\": \" one\\r\\n\"}\n\
    \n\
    {\"answer\": \"two\", \"prompt\": \"b?\"}\n\
    {\"text\": \"three\"}";

#[test]
fn a_file_has_the_root_of_its_canonical_rows() {
    let batch = Batch::parse(FILE.as_bytes()).unwrap();
    batch.require_whole().unwrap();
    let rows = [
        Row::chat("a?", "one").unwrap(),
        Row::chat("b?", "two").unwrap(),
        Row::text("three").unwrap(),
    ];
    let hashes: Vec<_> = rows.iter().map(Row::hash).collect();
    assert_eq!(batch.hashes(), hashes);
    assert_eq!(batch.root(), merkle::root(&hashes));
    assert_eq!(batch.sha256, <[u8; 32]>::from(Sha256::digest(FILE)));
    assert_eq!(batch.byte_size, FILE.len() as u64);
    assert_eq!(batch.rows[1].line, 3);
}

#[test]
fn lines_that_cannot_be_rows_are_named() {
    let cases = [
        ("{\"prompt\": \"a\"}", "expected"),
        ("{\"prompt\": \"a\", \"answer\": \" \"}", "answer is empty"),
        ("{\"prompt\": \"a\", \"answer\": \"b\", \"more\": 1}", "unknown field"),
        ("not json", "expected"),
        ("{\"prompt\": \"p\", \"answer\": \"q\"}", "the same row as line 1"),
    ];
    for (line, why) in cases {
        let file = format!("{{\"prompt\": \"p \", \"answer\": \"q\"}}\n{line}\n");
        let batch = Batch::parse(file.as_bytes()).unwrap();
        assert_eq!(batch.rows.len(), 1, "{line}");
        assert_eq!(batch.refused[0].line, 2, "{line}");
        assert!(batch.refused[0].why.contains(why), "{line}: {}", batch.refused[0].why);
        assert!(batch.require_whole().unwrap_err().to_string().contains("line 2"));
    }
    assert!(Batch::parse(b"\xff\xfe").is_err());
    assert!(Batch::parse(b"\n\n").unwrap().require_whole().is_err());
}

#[test]
fn shared_rows_are_found_with_paths_that_verify() {
    let hash = |text: &str| Row::text(text).unwrap().hash();
    let first: Vec<_> = ["a", "b", "c", "d", "e"].map(hash).to_vec();
    let second: Vec<_> = ["x", "d", "b"].map(hash).to_vec();
    let finds = common(&first, &second);
    let places: Vec<_> = finds.iter().map(|find| (find.original, find.duplicate)).collect();
    assert_eq!(places, [(3, 1), (1, 2)]);
    for find in finds {
        for (list, place) in [(&first, find.original), (&second, find.duplicate)] {
            let path = merkle::path(list, place).unwrap();
            let at = (place as u64, list.len() as u64);
            assert!(merkle::verify(&merkle::root(list), at, &find.hash, &path));
        }
    }
    assert!(common(&first, &["y"].map(hash)).is_empty());
}

#[test]
fn a_rows_number_holds_its_contribution_and_place() {
    let batch = Batch::parse(FILE.as_bytes()).unwrap();
    let row = numbered(&batch.rows[0], 5, 2).unwrap();
    // As it was given, not as it is hashed.
    assert_eq!(row, json!({ "id": 5u64 << 32 | 2, "prompt": "a?", "answer": " one\r\n" }));
    assert!(numbered(&batch.rows[0], 1 << 32, 0).is_err());
    assert!(numbered(&batch.rows[0], 0, 1 << 32).is_err());
}

#[test]
fn held_out_rows_are_about_as_many_as_asked() {
    let lines = (0..2000).map(|n| json!({ "text": format!("row {n}") }).to_string());
    let lines: Vec<String> = lines.collect();
    let batch = Batch::parse(lines.join("\n").as_bytes()).unwrap();
    let held = |percent| batch.rows.iter().filter(|row| is_held_out(row, percent)).count();
    assert_eq!(held(0), 0);
    assert!((140..260).contains(&held(10)), "{}", held(10));
    assert_eq!(held(100), 2000);
}

#[test]
fn a_contributions_file_is_named_with_its_id() {
    let named: Named = "12=a=b.jsonl".parse().unwrap();
    assert_eq!((named.contribution, named.file.to_str().unwrap()), (12, "a=b.jsonl"));
    for wrong in ["rows.jsonl", "x=rows.jsonl", "=rows.jsonl"] {
        assert!(wrong.parse::<Named>().unwrap_err().contains("expected"), "{wrong}");
    }
}

#[test]
fn decimals_become_millionths() {
    let cases = [
        ("0", Some(0)),
        ("2.5", Some(2_500_000)),
        ("-0.0000019", Some(-1)),
        ("1.5e-3", Some(1_500)),
        ("12e2", Some(1_200_000_000)),
        ("1e-40", Some(0)),
        ("3.402e38", None),
        ("nan", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(millionths(text), expected, "{text:?}");
    }
}

#[test]
fn a_recipe_has_one_form_without_floats() {
    let recipe = json!({ "b": [1, 0.5, null], "a": { "y": "q\"", "x": 1e-3 } });
    assert_eq!(
        canonical(&recipe, 0).unwrap(),
        "{\"a\":{\"x\":\"0.001\",\"y\":\"q\\\"\"},\"b\":[1,\"0.5\",null]}"
    );
}

#[test]
fn a_preference_differs_from_its_reverse_and_a_correction_is_a_row() {
    let hash = |line: &str| line_hash(Kind::Preference, line);
    let one = hash("{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}").unwrap();
    let other = hash("{\"prompt\":\"p\",\"chosen\":\"b\",\"rejected\":\"a\"}").unwrap();
    assert_ne!(one, other);
    assert!(hash("{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"a \"}").is_err());
    let row = line_hash(Kind::Correction, "{\"prompt\":\"p\",\"answer\":\"a\"}").unwrap();
    assert_eq!(row, Row::chat("p", "a").unwrap().hash());
}

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    write("adapter_model.safetensors", b"weights");
    write("adapter_config.json", b"{}");
    write("attribution.index", b"index");
    let digest = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let receipt = json!({
        "base_sha256": digest(b"base"),
        "datanet_versions": [{ "datanet": 1, "version": 2, "root": digest(b"root") }],
        "rows": [digest(b"r1"), digest(b"r2")],
        "held_out": [digest(b"r3")],
        "config": { "rank": 8, "learning_rate": 0.001, "seed": 258 },
        "software": "whence-inference/0.1.0",
        "kernel": "flex",
        "metrics": {
            "steps": 10,
            "tokens": 99,
            "training_loss": 2.5,
            "held_out_loss_before": 3.25,
            "held_out_loss_after": null,
        },
        "checkpoints": [{ "step": 0, "rate": 0.1, "sha256": digest(b"start") }],
        "adapter_sha256": digest(b"weights"),
    });
    write("receipt.json", receipt.to_string().as_bytes());
    let index = json!({ "root": digest(b"leaves"), "method": "m/1", "rows": 2 });
    write("index.json", index.to_string().as_bytes());
    dir
}

#[test]
fn an_adapters_folder_becomes_its_record() {
    let dir = folder();
    let read = Folder::read(dir.path()).unwrap();
    let names: Vec<_> = read.files.iter().map(|file| file.name.as_str()).collect();
    let expected =
        ["adapter_config.json", "adapter_model.safetensors", "attribution.index", "receipt.json"];
    assert_eq!(names, expected);
    assert_eq!(read.files[1].byte_size, 7);
    let training = &read.training;
    assert_eq!(training.adapter_digest, read.files[1].sha256);
    assert_eq!((training.row_count, training.steps), (2, 10));
    let states = [Sha256::digest(b"start").into(), Sha256::digest(b"weights").into()];
    assert_eq!(training.checkpoint_root, merkle::root(&states));
    assert_eq!(&training.seed[30..], [1, 2]);
    assert_eq!(training.recipe_hash, Sha256::digest(&training.recipe).to_vec());
    assert!(training.recipe.contains("\"learning_rate\":\"0.001\""), "{}", training.recipe);
    let metrics: Vec<_> =
        training.metrics.iter().map(|m| (m.name.as_str(), m.value_millionths)).collect();
    assert_eq!(metrics, [("training loss", 2_500_000), ("held-out loss before", 3_250_000)]);
    assert_eq!((read.index.method.as_str(), read.index.row_count), ("m/1", 2));
}

#[test]
fn a_folder_whose_parts_do_not_belong_together_is_refused() {
    let dir = folder();
    std::fs::write(dir.path().join("adapter_model.safetensors"), b"other").unwrap();
    let why = format!("{:#}", Folder::read(dir.path()).unwrap_err());
    assert!(why.contains("receipt.json is of adapter"), "{why}");
    let dir = folder();
    std::fs::remove_file(dir.path().join("index.json")).unwrap();
    let why = format!("{:#}", Folder::read(dir.path()).unwrap_err());
    assert!(why.contains("index.json"), "{why}");
}

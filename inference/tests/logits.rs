//! The model gives the logits that Hugging Face transformers gives on the same file.
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

use whence_inference::Error;
use whence_inference::engine::{ChatRequest, FinishReason, Sampling};
use whence_inference::model::Cache;

/// Largest difference allowed, relative to the largest logit of a prompt.
const TOLERANCE: f64 = 1e-3;

fn scores(ids: &[u32], parts: usize) -> Vec<f32> {
    let engine = common::engine();
    let model = engine.model();
    let mut cache = Cache::new(model.config(), ids.len(), model.device());
    let mut last = Vec::new();
    for part in ids.chunks(ids.len().div_ceil(parts)) {
        last = engine.read(part, None, &mut cache).unwrap();
    }
    last
}

#[test]
fn logits_equal_those_of_transformers() {
    let fixture = common::fixture("logits.json");
    let rows = fixture["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 10);
    for row in rows {
        let ids: Vec<u32> = serde_json::from_value(row["ids"].clone()).unwrap();
        let prompt = row["prompt"].as_str().unwrap();
        assert_eq!(common::engine().tokenizer().encode(prompt).unwrap(), ids, "{prompt:?}");
        let found = scores(&ids, 1);
        let largest = row["largest"].as_f64().unwrap();
        let mut worst = 0f64;
        for (at, logits) in [("top_ids", "top_logits"), ("spread_ids", "spread_logits")] {
            let at: Vec<usize> = serde_json::from_value(row[at].clone()).unwrap();
            let logits: Vec<f64> = serde_json::from_value(row[logits].clone()).unwrap();
            for (at, logit) in at.into_iter().zip(logits) {
                worst = worst.max((f64::from(found[at]) - logit).abs() / largest);
            }
        }
        println!("{prompt:.30?}: {worst:.2e} of the largest");
        assert!(worst <= TOLERANCE, "{prompt:?}: off by {worst} of the largest");
    }
}

#[test]
fn reading_in_parts_changes_nothing() {
    let tokenizer = common::engine().tokenizer();
    let ids = tokenizer.encode("One token after another, the cache remembers them.").unwrap();
    let whole = scores(&ids, 1);
    for parts in [2, 3, ids.len()] {
        let found = scores(&ids, parts);
        let worst = whole.iter().zip(&found).map(|(x, y)| (x - y).abs()).fold(0f32, f32::max);
        assert!(worst < 1e-3, "{parts} parts: off by {worst}");
    }
}

#[test]
fn an_answer_comes_whole_and_in_pieces() {
    let mut pieces = String::new();
    let request = ChatRequest::question("What is the capital of France?", None, 24);
    let answer = common::engine()
        .chat(&request, |piece| {
            pieces.push_str(piece);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(answer.text, "The capital of France is Paris.");
    assert_eq!(pieces, answer.text);
    assert_eq!(answer.finish_reason, FinishReason::Stop);
}

#[test]
fn an_answer_ends_where_it_should() {
    let engine = common::engine();
    let base = ChatRequest::question("What is the capital of France?", None, 24);
    let run = |request: &ChatRequest| {
        let mut pieces = String::new();
        let answer = engine.chat(request, |piece| {
            pieces.push_str(piece);
            ControlFlow::Continue(())
        });
        let answer = answer.unwrap();
        assert_eq!(pieces, answer.text);
        (answer.text, answer.finish_reason)
    };
    let stop = |stop: &str| ChatRequest { stop: vec![stop.into()], ..base.clone() };
    let expected = ("The capital of".to_owned(), FinishReason::Stop);
    assert_eq!(run(&stop(" France is")), expected);
    let short = ChatRequest { max_tokens: 3, ..base.clone() };
    assert_eq!(run(&short), ("The capital of".to_owned(), FinishReason::Length));
    let cancelled = engine.chat(&base, |_| ControlFlow::Break(())).unwrap();
    assert_eq!(cancelled.finish_reason, FinishReason::Cancelled);
    assert_eq!(cancelled.answer_ids.len(), 1);
}

#[test]
fn draws_follow_their_seed() {
    let draw = |seed: u64| {
        let mut request = ChatRequest::question("Tell me a story.", None, 12);
        request.sampling = Sampling { temperature: 1.0, top_p: 0.95, top_k: 50, seed };
        common::engine().chat(&request, |_| ControlFlow::Continue(())).unwrap().answer_ids
    };
    assert_eq!(draw(7), draw(7));
    assert!((1..5).any(|seed| draw(seed) != draw(7)));
}

#[test]
fn a_request_out_of_range_is_refused_and_the_next_one_served() {
    let engine = common::engine();
    let base = ChatRequest::question("Hi", None, 2);
    let sampling = |temperature: f32, top_p: f32| ChatRequest {
        sampling: Sampling { temperature, top_p, top_k: 0, seed: 0 },
        ..base.clone()
    };
    let long = "word ".repeat(9000);
    let table: [(&str, ChatRequest, u32); 8] = [
        ("no tokens", ChatRequest { max_tokens: 0, ..base.clone() }, 8),
        ("too hot", sampling(3.0, 1.0), 8),
        ("not a number", sampling(f32::NAN, 1.0), 8),
        ("top_p of nothing", sampling(1.0, 0.0), 8),
        ("an empty stop", ChatRequest { stop: vec![String::new()], ..base.clone() }, 8),
        ("an unknown adapter", ChatRequest::question("Hi", Some("none"), 2), 6),
        ("no messages", ChatRequest { messages: Vec::new(), ..base.clone() }, 8),
        ("a prompt too long", ChatRequest::question(&long, None, 2), 7),
    ];
    for (what, request, code) in table {
        let refused = engine.chat(&request, |_| ControlFlow::Continue(())).map(drop).unwrap_err();
        assert_eq!(refused.code(), code, "{what}: {refused}");
    }
    let panicked = engine.chat(&base, |_| panic!("the caller's own fault")).map(drop);
    assert!(matches!(panicked, Err(Error::Panicked(_))));
    assert!(engine.chat(&base, |_| ControlFlow::Continue(())).is_ok());
}

//! A streamed answer is the whole one in pieces and is paid like it; and what is served is listed.

use serde_json::{Value, json};
use whence_localnet::demo::tuning::MODEL;
use whence_localnet::scene::{Answer, OTHER_MODEL, Scene, request};

use crate::{SHORT, asked};

const QUESTION: &str = "What is FTS5?";

/// What a stream says, event by event.
fn streamed(scene: &Scene) -> Vec<String> {
    let mut body: Value = serde_json::from_str(&request(MODEL, QUESTION, SHORT)).unwrap();
    body["stream"] = json!(true);
    body["stream_options"] = json!({ "include_usage": true });
    let port = scene.place.node.ports.gateway;
    let url = format!("http://127.0.0.1:{port}/v1/chat/completions");
    let http = reqwest::blocking::Client::builder().timeout(None).build().unwrap();
    let answer = http.post(url).body(body.to_string()).send().unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{answer:?}");
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/event-stream"), "{kind}");
    let text = answer.text().unwrap();
    text.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
}

/// The chunks before the end, which is `[DONE]` once.
fn chunks(mut events: Vec<String>) -> Vec<Value> {
    assert_eq!(events.pop().as_deref(), Some("[DONE]"), "after {events:?}");
    let chunks: Vec<Value> = events.iter().map(|e| serde_json::from_str(e).unwrap()).collect();
    for chunk in &chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk", "{chunk}");
        assert_eq!(chunk["id"], chunks[0]["id"], "{chunk}");
        assert_eq!(chunk["model"], MODEL, "{chunk}");
    }
    chunks
}

/// The pieces of text, one after the other.
fn joined(pieces: &[Value], whole: &Value) -> String {
    assert!(pieces.len() > 1, "it comes piece by piece: {pieces:?}");
    assert_eq!(pieces[0]["choices"][0]["delta"]["role"], whole["role"]);
    let text = pieces.iter().map(|piece| {
        let choice = &piece["choices"][0];
        assert_eq!(choice["finish_reason"], Value::Null, "{piece}");
        assert!(piece["usage"].is_null(), "{piece}");
        choice["delta"]["content"].as_str().unwrap()
    });
    text.collect()
}

pub(crate) fn a_stream_is_the_whole_answer_and_is_paid_once(scene: &mut Scene) {
    let before = scene.books().unwrap();
    let whole = scene.ask(QUESTION, SHORT).unwrap();
    let mut pieces = chunks(streamed(scene));
    let usage = pieces.pop().unwrap();
    let last = pieces.pop().unwrap();
    let choice = &whole.body["choices"][0];
    assert_eq!(joined(&pieces, &choice["message"]), choice["message"]["content"]);
    assert_eq!(last["choices"][0]["finish_reason"], choice["finish_reason"], "{last}");
    assert_eq!(last["choices"][0]["delta"], json!({}), "{last}");
    assert_eq!(last["attribution"]["shares"], whole.body["attribution"]["shares"]);
    assert_eq!(usage["choices"], json!([]), "{usage}");
    assert_eq!(usage["usage"], whole.body["usage"], "{usage}");
    let streamed = asked(&Answer { status: 200, body: last });
    crate::check_paid_once(scene, &before, &[asked(&whole), streamed]);
}

/// Every adapter has its name and its id, and its base model's digest as its root.
pub(crate) fn what_is_served_is_listed(scene: &mut Scene) {
    let port = scene.place.node.ports.gateway;
    let listed: Value = reqwest::blocking::get(format!("http://127.0.0.1:{port}/v1/models"))
        .unwrap()
        .json()
        .unwrap();
    let receipt = std::fs::read_to_string(scene.place.work.join("adapter/receipt.json")).unwrap();
    let receipt: Value = serde_json::from_str(&receipt).unwrap();
    let base = receipt["base_sha256"].as_str().expect("the base model's digest");
    let provider = scene.place.progress.id("provider", "provider_id").unwrap();
    let adapter = scene.place.progress.id("adapter", "adapter_id").unwrap();
    let card = |(name, id): (&str, u64)| {
        json!({
            "id": name,
            "object": "model",
            "created": 0,
            "owned_by": format!("provider-{provider}"),
            "root": base,
            "adapter_id": id,
        })
    };
    let cards = [(OTHER_MODEL, 999), (MODEL, adapter)].map(card);
    assert_eq!(listed, json!({ "object": "list", "data": cards }));
    let unlisted = scene.ask_sidecar(&[], &request("nobody", QUESTION, SHORT)).unwrap();
    assert_eq!(unlisted.status, 404, "{unlisted:?}");
    assert_eq!(unlisted.body["error"]["code"], "model_not_found");
}

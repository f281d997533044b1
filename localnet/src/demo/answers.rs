//! Escrow, gateway, and five questions by a plain OpenAI client.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::cast::{CAL, PAT};
use super::place::{Place, at};
use super::progress::number;
use super::tuning::{MODEL, serving};
use crate::process::{Process, until};
use crate::tools;

/// What the caller sets aside for the provider.
const ESCROW: &str = "5000000uwhn";
/// Questions, each with the topic that it is about; none for one off every topic.
pub const QUESTIONS: [(&str, Option<&str>); 5] = [
    ("How do I create an FTS5 full-text search table?", Some("search")),
    ("When does a WAL checkpoint happen?", Some("durability")),
    ("What does json_each() return for a JSON array?", Some("json")),
    ("How do I write a custom tokenizer for FTS5?", Some("search")),
    ("What is the capital of France?", None),
];

/// Registers the provider, before anything is served.
pub fn provider(place: &mut Place) -> Result<()> {
    place.step("provider", |place| {
        let home = place.sidecar_home.display().to_string();
        let reporter = tools::finish(place.inference(&["report-key", "--home", &home]))?;
        let reporter = reporter.trim().to_owned();
        let endpoint = format!("http://127.0.0.1:{}", place.node.ports.sidecar);
        let to = ["tx", "bank", "send", PAT, &reporter, "10000000uwhn"];
        place.whence(PAT, &to)?;
        let who = ["provider", "register", "--reporter", &reporter, "--endpoint", &endpoint];
        let price = ["--prompt-price", "20000uwhn", "--completion-price", "60000uwhn"];
        let bond = ["--min-fee", "1000uwhn", "--bond", "100000000uwhn"];
        let made = place.whence(PAT, &[&who[..], &price[..], &bond[..]].concat())?;
        let id = made.get("provider_id").and_then(number).context("no provider_id")?;
        Ok((made.clone(), format!("{PAT} is provider {id}, with a bond ({})", at(&made))))
    })
}

/// Starts the sidecar with what there is to serve.
pub fn start_sidecar(place: &mut Place) -> Result<()> {
    let id = place.progress.id("provider", "provider_id")?.to_string();
    let listen = format!("127.0.0.1:{}", place.node.ports.sidecar);
    let home = place.sidecar_home.display().to_string();
    let mut command = place.inference(&["serve", "--home", &home, "--provider-id", &id]);
    command.args(["--listen", &listen, "--node", &place.node.ports.grpc_address()]);
    if let Some(serving) = serving(place) {
        command.args(["--adapter", &serving]);
    }
    command.env("RUST_LOG", "info");
    let process = Process::start(command, &place.sidecar_home.join("sidecar.log"))?;
    place.running.push(process);
    ready(place, place.node.ports.sidecar, "/ready")
}

/// The caller sets money aside; asks through the gateway; the answers come back paid.
pub fn tell(place: &mut Place) -> Result<()> {
    place.step("escrow", |place| {
        let provider = place.progress.id("provider", "provider_id")?.to_string();
        let made = place.whence(CAL, &["escrow", "fund", &provider, ESCROW])?;
        let id = made.get("escrow_id").and_then(number).context("no escrow_id")?;
        Ok((made.clone(), format!("{CAL} set {ESCROW} aside as escrow {id} ({})", at(&made))))
    })?;
    start_gateway(place)?;
    for (number, (question, _)) in QUESTIONS.iter().enumerate() {
        place.step(&format!("question {}", number + 1), |place| ask(place, question))?;
    }
    Ok(())
}

fn start_gateway(place: &mut Place) -> Result<()> {
    let escrow = place.progress.id("escrow", "escrow_id")?.to_string();
    let listen = format!("127.0.0.1:{}", place.node.ports.gateway);
    let mut command = Command::new(tools::bin().join("whence"));
    command.arg("--home").arg(&place.node.home).args(["gateway", "--escrow", &escrow]);
    command.args(["--listen", &listen, "--grpc-addr", &place.node.ports.grpc_address()]);
    let process = Process::start(command, &place.work.join("gateway.log"))?;
    place.running.push(process);
    ready(place, place.node.ports.gateway, "/v1/models")
}

/// Waits until a server answers.
fn ready(place: &mut Place, port: u16, path: &str) -> Result<()> {
    let address = format!("http://127.0.0.1:{port}{path}");
    let up = until(&address, Duration::from_secs(120), || {
        if place.running.iter_mut().any(|process| !process.runs()) {
            return Some(false);
        }
        let args = ["--silent", "--fail", "--max-time", "5", "--output", "/dev/null", &address];
        tools::run(std::path::Path::new("curl"), &args).ok().map(|_| true)
    })?;
    let ended = place.running.iter_mut().find_map(|process| {
        let gone = !process.runs();
        gone.then(|| process.log_tail())
    });
    let said = ended.unwrap_or_default();
    ensure!(up, "a process ended: {said}");
    Ok(())
}

fn ask(place: &mut Place, question: &str) -> Result<(Value, String)> {
    let python = tools::cache().join("clients/venv/bin/python");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/ask.py");
    let base = format!("http://127.0.0.1:{}/v1", place.node.ports.gateway);
    let answer = tools::run(&python, &[script, &base, MODEL, question, "48"])?;
    let answer: Value = serde_json::from_str(answer.trim())?;
    let attribution = answer.get("attribution").cloned().unwrap_or_default();
    let query = attribution.get("query_id").and_then(Value::as_str).context("no query_id")?;
    let fee = attribution.pointer("/fee/amount").and_then(Value::as_str).unwrap_or("?");
    let rest = attribution.get("unattributed_ppb").and_then(Value::as_u64).unwrap_or(0);
    let text = answer.get("text").and_then(Value::as_str).unwrap_or_default();
    let start: String = text.chars().take(60).collect();
    let line = format!(
        "\"{question}\" cost {fee}uwhn as query {query}, {} % unattributed: {start:?}…",
        rest / 10_000_000
    );
    Ok((json!({ "question": question, "answer": answer, "query": query }), line))
}

//! Proposal, vote, LoRA tuning with a progress bar, adapter, feedback, deployment.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::cast::{CARL, CUE, OLIVIA, PAT, VALIDATOR, contributors};
use super::data::{copied_file, file_of};
use super::place::{Place, at};
use super::progress::number;
use crate::process::until;

/// Name under which the adapter is served.
pub const MODEL: &str = "sqlite-helper";
/// Longest wait for the vote: the demo's genesis votes for seconds.
const VOTE_WAIT: Duration = Duration::from_secs(120);

/// All steps from the proposal to the deployment.
pub fn tell(place: &mut Place) -> Result<()> {
    place.step("proposal", propose)?;
    place.step("vote", vote)?;
    place.step("data gathered", |place| advance(place, "Tuning"))?;
    place.step("rows", rows)?;
    place.step("tuning", tune)?;
    place.step("index", index)?;
    place.step("adapter", register)?;
    place.step("adapter recorded", |place| advance(place, "Feedback"))?;
    place.step("feedback", feedback)?;
    place.step("deployment", deploy)?;
    place.step("deployed", |place| advance(place, "Deployed"))
}

fn propose(place: &mut Place) -> Result<(Value, String)> {
    let datanet = place.progress.id("datanet", "datanet_id")?.to_string();
    let what = ["model", "propose", "--name", MODEL, "--datanet", &datanet];
    let why = ["--purpose", "answer questions about SQLite from its own documentation"];
    let made = place.whence(OLIVIA, &[&what[..], &why[..]].concat())?;
    let id = made.get("model_id").and_then(number).context("no model_id")?;
    Ok((made.clone(), format!("{OLIVIA} proposed model {id}, with a stake ({})", at(&made))))
}

fn vote(place: &mut Place) -> Result<(Value, String)> {
    let model = place.progress.id("proposal", "model_id")?;
    let asked = place.whence(OLIVIA, &["model", "submit-approval", &model.to_string()])?;
    let id = asked.get("proposal_id").and_then(number).context("no proposal_id")?.to_string();
    place.whence(VALIDATOR, &["tx", "gov", "vote", &id, "yes"])?;
    let passed = until("the vote", VOTE_WAIT, || {
        let found = place.ask(&["query", "gov", "proposal", &id]).ok()?;
        let status = found.pointer("/proposal/status")?.as_str()?.to_owned();
        (!status.ends_with("VOTING_PERIOD") && !status.ends_with("DEPOSIT_PERIOD"))
            .then_some((status, found))
    })?;
    ensure!(passed.0 == "PROPOSAL_STATUS_PASSED", "the vote ended as {}: {}", passed.0, passed.1);
    let line = format!("gov proposal {id} passed and approved model {model} ({})", at(&asked));
    Ok((asked, line))
}

fn advance(place: &mut Place, to: &str) -> Result<(Value, String)> {
    let model = place.progress.id("proposal", "model_id")?.to_string();
    let moved = place.whence(OLIVIA, &["model", "advance", &model])?;
    let stage = moved.get("stage").and_then(Value::as_str).unwrap_or("?").to_owned();
    ensure!(
        stage.to_lowercase().ends_with(&to.to_lowercase()),
        "model {model} is in stage {stage}, expected {to}"
    );
    Ok((moved.clone(), format!("the evidence is there: model {model} is in {to} ({})", at(&moved))))
}

fn rows_file(place: &Place) -> PathBuf {
    place.work.join("rows.jsonl")
}

fn adapter_folder(place: &Place) -> PathBuf {
    place.work.join("adapter")
}

fn rows(place: &mut Place) -> Result<(Value, String)> {
    let datanet = place.progress.id("datanet", "datanet_id")?.to_string();
    let version = place.progress.id("version", "version")?.to_string();
    let out = rows_file(place).display().to_string();
    let mut args = vec!["datanet", "rows", &datanet, &version, "--out", &out, "--held-out", "10"];
    let mut files = Vec::new();
    for contributor in contributors(place.scale.rotation) {
        let step = format!("contribution of {}", contributor.name);
        let id = place.progress.id(&step, "contribution_id")?;
        files.push(format!("{id}={}", file_of(place, &contributor)?.display()));
    }
    let copied = place.progress.id("copy", "contribution_id")?;
    files.push(format!("{copied}={}", copied_file(place).display()));
    files.iter().for_each(|file| args.extend(["--file", file]));
    let made = place.ask(&args)?;
    let count = made.get("rows").and_then(number).context("no rows")?;
    let line =
        format!("{count} rows of version {version} are at hand, none of them {CARL}'s copies");
    Ok((made, line))
}

fn tune(place: &mut Place) -> Result<(Value, String)> {
    let datanet = place.progress.id("datanet", "datanet_id")?;
    let version = place.progress.id("version", "version")?;
    let root = place.progress.field("version", "root")?.as_str().unwrap_or_default().to_owned();
    let rows = rows_file(place);
    let held_out = place.work.join("rows.held-out.jsonl");
    let mut command = place.inference(&["tune"]);
    command.arg("--rows").arg(&rows).arg("--held-out").arg(&held_out);
    command.arg("--out").arg(adapter_folder(place));
    command.args(["--datanet", &format!("{datanet}:{version}:{root}")]);
    let recipe = place.work.join("recipe.json");
    std::fs::write(&recipe, json!({ "epochs": place.scale.epochs }).to_string())?;
    command.arg("--config").arg(&recipe);
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status().context("whence-inference tune")?;
    ensure!(status.success(), "tuning ended with {status}");
    let text = std::fs::read_to_string(adapter_folder(place).join("receipt.json"))?;
    let receipt: Value = serde_json::from_str(&text)?;
    let loss = |which: &str| receipt.pointer(which).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let (before, after) =
        (loss("/metrics/held_out_loss_before"), loss("/metrics/held_out_loss_after"));
    ensure!(after < before, "the loss on held-out rows did not fall: {before} to {after}");
    let seconds = start.elapsed().as_secs();
    let line = format!("tuned in {seconds} s; held-out loss {before:.3} to {after:.3}");
    let digest = receipt.get("adapter_sha256").cloned().unwrap_or_default();
    Ok((json!({ "seconds": seconds, "adapter_sha256": digest }), line))
}

fn index(place: &mut Place) -> Result<(Value, String)> {
    let mut command = place.inference(&["index"]);
    command.arg("--adapter").arg(adapter_folder(place)).arg("--rows").arg(rows_file(place));
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status().context("whence-inference index")?;
    ensure!(status.success(), "indexing ended with {status}");
    let seconds = start.elapsed().as_secs();
    Ok((json!({ "seconds": seconds }), format!("every row's gradient is indexed ({seconds} s)")))
}

fn register(place: &mut Place) -> Result<(Value, String)> {
    let model = place.progress.id("proposal", "model_id")?.to_string();
    let folder = adapter_folder(place).display().to_string();
    let what = ["model", "register-adapter", "--model", &model, "--folder", &folder];
    let made = place.whence(OLIVIA, &what)?;
    let id = made.get("adapter_id").and_then(number).context("no adapter_id")?;
    Ok((made.clone(), format!("adapter {id} is on the record, with its receipt ({})", at(&made))))
}

fn feedback(place: &mut Place) -> Result<(Value, String)> {
    let adapter = place.progress.id("adapter", "adapter_id")?.to_string();
    let file = place.work.join("feedback.jsonl");
    let answers = [
        ("What does the WAL file hold?", "Changes that are not in the database file yet."),
        ("What is FTS5?", "A virtual table module for full-text search."),
    ];
    let lines = answers.map(|(prompt, better)| {
        json!({ "prompt": prompt, "chosen": better, "rejected": "I do not know." }).to_string()
    });
    std::fs::write(&file, lines.join("\n") + "\n")?;
    let file = file.display().to_string();
    let made = place.whence(CUE, &["model", "feedback", &adapter, &file])?;
    let id = made.get("feedback_id").and_then(number).context("no feedback_id")?.to_string();
    let verdict = ["--score", "80", "--verdict", "accept"];
    let seen =
        place.whence(OLIVIA, &[&["model", "review-feedback", &id], &verdict[..]].concat())?;
    Ok((made, format!("{CUE}'s corrections were accepted as feedback {id} ({})", at(&seen))))
}

fn deploy(place: &mut Place) -> Result<(Value, String)> {
    let adapter = place.progress.id("adapter", "adapter_id")?;
    let provider = place.progress.id("provider", "provider_id")?.to_string();
    let what = ["model", "deploy", &adapter.to_string(), "--provider", &provider];
    let made = place.whence(PAT, &what)?;
    Ok((made.clone(), format!("provider {provider} serves adapter {adapter} ({})", at(&made))))
}

/// What the sidecar is told to serve, once there is an adapter.
pub fn serving(place: &Place) -> Option<String> {
    let adapter = place.progress.id("adapter", "adapter_id").ok()?;
    Some(format!("{MODEL}={adapter}:{}", adapter_folder(place).display()))
}

//! Reports on chain, rewards, one claim, and the whole record: `explain` and `lineage`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::answers::QUESTIONS;
use super::cast::{CARL, contributors};
use super::place::{Place, at};
use super::progress::number;
use crate::process::until;

/// Longest wait for reports and their settlement.
const SETTLE_WAIT: Duration = Duration::from_secs(180);

/// All steps about pay.
pub fn tell(place: &mut Place) -> Result<()> {
    place.step("reports", reports)?;
    place.step("rewards", rewards)?;
    place.step("claim", claim)?;
    place.step("explain", explain)?;
    place.step("lineage", lineage)
}

/// The query of a question, as (escrow, sequence).
fn query_of(place: &Place, question: usize) -> Result<(String, String)> {
    let query = place.progress.field(&format!("question {question}"), "query")?;
    let (escrow, sequence) =
        query.as_str().and_then(|query| query.split_once('/')).context("a query's id")?;
    Ok((escrow.to_owned(), sequence.to_owned()))
}

fn reports(place: &mut Place) -> Result<(Value, String)> {
    let mut ids = Vec::new();
    for question in 1..=QUESTIONS.len() {
        let (escrow, sequence) = query_of(place, question)?;
        let asked = ["query", "attribution", "reported"];
        let which = ["--escrow-id", &escrow, "--sequence", &sequence];
        let args = [&asked[..], &which[..]].concat();
        let what = format!("settlement of query {escrow}/{sequence}");
        let known = until(&what, SETTLE_WAIT, || {
            place.ask(&args).ok().filter(|known| known.get("settled") == Some(&json!(true)))
        })?;
        ids.push(known.get("report_id").and_then(number).unwrap_or(0));
    }
    ids.dedup();
    let mut shown = Vec::new();
    for id in &ids {
        let id = id.to_string();
        let report = place.ask(&["query", "attribution", "report", "--report-id", &id])?;
        let height = report.pointer("/report/height").and_then(number).unwrap_or(0);
        shown.push(format!("report {id} at height {height}"));
    }
    Ok((json!({ "reports": ids }), format!("all five are settled: {}", shown.join(", "))))
}

/// What each contributor has earned, in base units.
pub fn earned(place: &Place) -> Result<BTreeMap<String, u128>> {
    let names = contributors(place.scale.rotation).map(|contributor| contributor.name);
    let mut all = BTreeMap::new();
    for name in names.into_iter().chain([CARL]) {
        let address = place.node.key(name)?;
        let accrued = place.ask(&["reward", "accrued", &address])?;
        let amount = accrued.get("earned").and_then(Value::as_str).unwrap_or("0");
        let amount: u128 = amount.trim_end_matches("uwhn").parse().unwrap_or(0);
        all.insert(name.to_owned(), amount);
    }
    Ok(all)
}

fn rewards(place: &mut Place) -> Result<(Value, String)> {
    let all = earned(place)?;
    let shown: Vec<String> = all.iter().map(|(name, coins)| format!("{name} {coins}")).collect();
    Ok((json!({ "earned": all }), format!("earned in uwhn: {}", shown.join(", "))))
}

/// Who earned most.
fn richest(place: &Place) -> Result<String> {
    let all = earned(place)?;
    let best = all.into_iter().max_by_key(|(_, coins)| *coins);
    best.map(|(name, _)| name).context("nobody earned")
}

fn claim(place: &mut Place) -> Result<(Value, String)> {
    let name = richest(place)?;
    let claimed = place.whence(&name, &["reward", "claim"])?;
    let coins = claimed.get("claimed").and_then(Value::as_str).unwrap_or("?").to_owned();
    Ok((claimed.clone(), format!("{name} claimed {coins} ({})", at(&claimed))))
}

fn explain(place: &mut Place) -> Result<(Value, String)> {
    let name = richest(place)?;
    let id = place.progress.id(&format!("contribution of {name}"), "contribution_id")?.to_string();
    let chain = place.ask(&["explain", &id])?;
    let line = format!("contribution {id} of {name}:\n{}", indented(&chain));
    Ok((chain, line))
}

fn lineage(place: &mut Place) -> Result<(Value, String)> {
    let model = place.progress.id("proposal", "model_id")?.to_string();
    let life = place.ask(&["model", "lineage", &model])?;
    let line = format!("model {model}:\n{}", indented(&life));
    Ok((life, line))
}

fn indented(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.lines().map(|line| format!("    {line}\n")).collect()
}

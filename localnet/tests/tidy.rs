//! Tidiness that a reader relies on: who may depend on whom, and how long things may get.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]
#![allow(clippy::arithmetic_side_effects, clippy::string_slice, reason = "a test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_CHARS_MAX: usize = 100;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The rooms of design §3: which rooms a room may depend on.
fn allowed(room: &str) -> &'static [&'static str] {
    match room {
        "proto" | "canon" | "store" => &[],
        "base" => &["proto"],
        "trade" => &["proto", "base", "canon"],
        "app" => &["proto", "base", "canon", "trade", "store"],
        "influence" => &["canon"],
        "inference" => &["proto", "canon", "influence"],
        "evaluation" => &["canon", "influence"],
        "localnet" => &[],
        other => panic!("a room that the design does not know: {other}"),
    }
}

fn room(package: &str) -> &str {
    match package.strip_prefix("whence-").unwrap_or(package) {
        "auth" | "bank" | "staking" | "gov" | "datanet" | "proposal" | "model" | "attribution"
        | "reward" => "trade",
        other => other,
    }
}

#[test]
fn dependency_edges_are_those_of_the_design() {
    let out = Command::new("cargo")
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    let meta: serde_json::Value = serde_json::from_slice(&out.stdout).expect("metadata is JSON");
    let mut edges: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in meta["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap().to_owned();
        let own = package["dependencies"].as_array().unwrap().iter();
        let own = own.filter(|d| d["kind"] != "dev" && d["path"].is_string());
        let own = own.map(|d| d["name"].as_str().unwrap().to_owned());
        edges.insert(name, own.collect());
    }
    assert!(edges.len() >= 18, "all crates are seen");
    let mut wrong = Vec::new();
    for (from, targets) in &edges {
        println!("{from} -> {}", targets.join(" "));
        for to in targets {
            if !allowed(room(from)).contains(&room(to)) {
                wrong.push(format!("{from} -> {to}"));
            }
        }
    }
    assert!(wrong.is_empty(), "edges that design §3 does not allow: {wrong:?}");
}

fn sources() -> Vec<PathBuf> {
    let out = Command::new("git").args(["ls-files", "*.rs"]).current_dir(root()).output().unwrap();
    String::from_utf8(out.stdout).unwrap().lines().map(|l| root().join(l)).collect()
}

fn is_test_or_generated(path: &Path) -> bool {
    let text = path.to_string_lossy();
    ["/tests/", "/benches/", "/gen/", "/tests.rs", "/examples/"].iter().any(|m| text.contains(m))
}

/// Lengths of the functions of a formatted file: from `fn` to the closing brace of the same indent.
fn longest_function(text: &str) -> (usize, String) {
    let lines: Vec<&str> = text.lines().collect();
    let mut longest = (0, String::new());
    for (start, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let words = trimmed.split('(').next().unwrap_or("");
        if !words.split_whitespace().any(|w| w == "fn") || trimmed.starts_with("//") {
            continue;
        }
        let indent = line.len() - trimmed.len();
        let close = format!("{}}}", " ".repeat(indent));
        let end = lines[start..].iter().position(|l| *l == close).unwrap_or(0);
        if end > longest.0 {
            longest = (end, trimmed.to_owned());
        }
    }
    longest
}

#[test]
fn files_functions_and_lines_are_short() {
    let mut wrong = Vec::new();
    for path in sources().iter().filter(|p| !is_test_or_generated(p)) {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        let count = text.lines().count();
        if count > FILE_LINES_MAX {
            wrong.push(format!("{shown}: {count} lines, at most {FILE_LINES_MAX}"));
        }
        let (length, name) = longest_function(&text);
        if length > FUNCTION_LINES_MAX {
            wrong
                .push(format!("{shown}: {length} lines in `{name}`, at most {FUNCTION_LINES_MAX}"));
        }
        if let Some(line) = text.lines().find(|l| l.chars().count() > LINE_CHARS_MAX) {
            wrong.push(format!("{shown}: a line over {LINE_CHARS_MAX} chars: {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_second_copy_of_the_wire_crates_in_the_node() {
    let out = Command::new("cargo")
        .args(["tree", "--offline", "-p", "whence-app", "-e", "normal", "--prefix", "none"])
        .current_dir(root())
        .output()
        .expect("cargo tree runs");
    let text = String::from_utf8(out.stdout).unwrap();
    for name in ["prost", "tonic", "ibc-proto", "cosmos-sdk-proto", "tendermint-proto"] {
        let mut versions: Vec<&str> = text
            .lines()
            .filter_map(|l| l.strip_prefix(&format!("{name} ")))
            .map(|l| l.split_whitespace().next().unwrap())
            .collect();
        versions.sort_unstable();
        versions.dedup();
        assert!(versions.len() <= 1, "{name} is there {} times: {versions:?}", versions.len());
    }
}

//! Datanet, contributions, review, duplicates proven, and a published version.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use super::cast::{CARL, CUE, Contributor, OLIVIA, contributors, rows_folder};
use super::place::{Place, at};
use super::progress::number;

/// Licence of the rows: the SQLite documentation is in the public domain.
const LICENCE: &str = "CC0-1.0";

/// All steps about data.
pub fn tell(place: &mut Place) -> Result<()> {
    place.step("datanet", create)?;
    for contributor in contributors(place.scale.rotation) {
        let step = format!("contribution of {}", contributor.name);
        place.step(&step, |place| contribute(place, &contributor))?;
    }
    place.step("copy", copy)?;
    place.step("review", review)?;
    place.step("duplicates", duplicates)?;
    place.step("version", publish)
}

fn create(place: &mut Place) -> Result<(serde_json::Value, String)> {
    let curator = place.node.key(CUE)?;
    let owner = ["datanet", "create", "--name", "sqlite-docs", "--domain", "databases"];
    let rules = ["--licence", LICENCE, "--curator", &curator, "--open"];
    let made = place.whence(OLIVIA, &[&owner[..], &rules[..]].concat())?;
    let id = made.get("datanet_id").and_then(number).context("no datanet_id")?;
    Ok((made.clone(), format!("datanet {id} is open for rows ({})", at(&made))))
}

/// The file of a contributor's rows; a shorter story has a shorter one.
pub fn file_of(place: &Place, contributor: &Contributor) -> Result<PathBuf> {
    let name = format!("{}.jsonl", contributor.topic);
    let rows = std::fs::read_to_string(rows_folder().join(&name))?;
    let file = place.work.join(name);
    std::fs::write(&file, first_lines(&rows, place.scale.rows_per_topic))?;
    Ok(file)
}

fn first_lines(text: &str, count: usize) -> String {
    text.lines().take(count).map(|line| format!("{line}\n")).collect()
}

fn contribute(place: &mut Place, contributor: &Contributor) -> Result<(serde_json::Value, String)> {
    let file = file_of(place, contributor)?;
    let origin = format!("SQLite documentation: {}", contributor.topic);
    let made = submit(place, contributor.name, &file, &origin)?;
    let id = made.get("contribution_id").and_then(number).context("no contribution_id")?;
    let name = contributor.name;
    let line = format!("{name} gave {} as contribution {id} ({})", contributor.topic, at(&made));
    Ok((made, line))
}

fn submit(
    place: &Place,
    who: &str,
    file: &std::path::Path,
    origin: &str,
) -> Result<serde_json::Value> {
    let datanet = place.progress.id("datanet", "datanet_id")?.to_string();
    let file = file.display().to_string();
    let what = ["datanet", "contribute", &datanet, &file];
    place.whence(who, &[&what[..], &["--licence", LICENCE, "--origin", origin]].concat())
}

/// The file of the copier's rows.
pub fn copied_file(place: &Place) -> PathBuf {
    place.work.join("copied.jsonl")
}

fn copy(place: &mut Place) -> Result<(serde_json::Value, String)> {
    let victim = &contributors(place.scale.rotation)[0];
    let copies = place.scale.copied_rows;
    let rows = std::fs::read_to_string(file_of(place, victim)?)?;
    std::fs::write(copied_file(place), first_lines(&rows, copies))?;
    let made = submit(place, CARL, &copied_file(place), "my own words")?;
    let id = made.get("contribution_id").and_then(number).context("no contribution_id")?;
    let name = victim.name;
    let line = format!("{CARL} gave {copies} rows of {name}'s as contribution {id}");
    Ok((made.clone(), format!("{line} ({})", at(&made))))
}

fn all_contributions(place: &Place) -> Result<Vec<u64>> {
    let mut all = Vec::new();
    for contributor in contributors(place.scale.rotation) {
        let step = format!("contribution of {}", contributor.name);
        all.push(place.progress.id(&step, "contribution_id")?);
    }
    all.push(place.progress.id("copy", "contribution_id")?);
    Ok(all)
}

fn review(place: &mut Place) -> Result<(serde_json::Value, String)> {
    let ids: Vec<String> = all_contributions(place)?.iter().map(u64::to_string).collect();
    let mut args = vec!["datanet", "review"];
    args.extend(ids.iter().map(String::as_str));
    args.extend(["--score", "90", "--verdict", "accept", "--reason", "clear and sourced"]);
    let seen = place.whence(CUE, &args)?;
    let line = format!("{CUE} accepted contributions {} ({})", ids.join(", "), at(&seen));
    Ok((seen, line))
}

fn duplicates(place: &mut Place) -> Result<(serde_json::Value, String)> {
    let victim = &contributors(place.scale.rotation)[0];
    let first =
        place.progress.id(&format!("contribution of {}", victim.name), "contribution_id")?;
    let second = place.progress.id("copy", "contribution_id")?;
    let first = format!("{first}={}", file_of(place, victim)?.display());
    let second = format!("{second}={}", copied_file(place).display());
    let proof = ["datanet", "prove-duplicate", "--first", &first, "--second", &second];
    let proven = place.whence(victim.name, &proof)?;
    let revoked = proven.get("revoked").and_then(|rows| rows.as_array()).map_or(0, Vec::len);
    let copies = place.scale.copied_rows;
    ensure!(revoked == copies, "expected {copies} revoked rows: {proven}");
    let line = format!("{} proved that {revoked} rows of {CARL} are copies", victim.name);
    Ok((proven.clone(), format!("{line} ({})", at(&proven))))
}

fn publish(place: &mut Place) -> Result<(serde_json::Value, String)> {
    let datanet = place.progress.id("datanet", "datanet_id")?.to_string();
    let made = place.whence(OLIVIA, &["datanet", "publish", &datanet])?;
    let version = made.get("version").and_then(number).context("no version")?;
    let root = made.get("root").and_then(|root| root.as_str()).unwrap_or_default().to_owned();
    let line = format!("version {version} is frozen under root {root} ({})", at(&made));
    Ok((made, line))
}

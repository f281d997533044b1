//! `datanet publish` and `datanet rows`: freeze what is accepted, and write it out for tuning.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use whence_proto::whence::datanet::v1::{
    MsgPublishVersion, MsgPublishVersionResponse, VersionEntry,
};

use super::batch::{Batch, FileRow, Named};
use super::queries;
use crate::people::Desk;

/// The largest id and row that a row's number holds: 32 bits each.
const HALF_MAX: u64 = u32::MAX as u64;

/// Rows of a version, from the contributions' files.
#[derive(Debug, clap::Args)]
pub struct Rows {
    /// The datanet's id.
    datanet: u64,
    /// The version's number.
    version: u64,
    /// A contribution's file, as ID=FILE; one for each contribution of the version.
    #[arg(long = "file")]
    files: Vec<Named>,
    /// Where to write the rows.
    #[arg(long)]
    out: PathBuf,
    /// Percentage of rows that are only measured on, written beside as NAME.held-out.jsonl.
    #[arg(long, default_value = "0", value_parser = percent)]
    held_out: u32,
}

fn percent(text: &str) -> Result<u32, String> {
    let number = text.trim_end_matches('%').parse().ok().filter(|number| *number < 100);
    number.ok_or_else(|| format!("{text:?}: expected 0 to 99"))
}

/// Publishes a version.
pub(super) async fn publish(desk: &Desk, datanet_id: u64) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = MsgPublishVersion { owner: key.address().to_string(), datanet_id };
    let sent = desk.send::<_, MsgPublishVersionResponse>(&key, &message).await?;
    let (version, root) = (sent.response.version, hex::encode(&sent.response.manifest_root));
    let line = format!("version {version} of datanet {datanet_id}: {root} ({})", sent.place());
    let fields = json!({
        "datanet_id": datanet_id.to_string(),
        "version": version.to_string(),
        "root": root,
    });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

/// Rows by what becomes of them.
#[derive(Default)]
struct Sorted {
    learned: Vec<Value>,
    held_out: Vec<Value>,
    skipped: u64,
}

/// Writes a version's living rows.
pub(super) async fn rows(desk: &Desk, args: Rows) -> anyhow::Result<()> {
    let version = queries::version(desk, args.datanet, args.version).await?;
    let mut sorted = Sorted::default();
    for entry in &version.entries {
        let named = args.files.iter().find(|named| named.contribution == entry.contribution_id);
        let named = named.with_context(|| {
            let id = entry.contribution_id;
            format!("contribution {id} is in the version: --file {id}=FILE is missing")
        })?;
        let batch = checked(named, entry)?;
        let dead = queries::dead_rows(desk, entry.contribution_id).await?;
        for (place, row) in (0u64..).zip(&batch.rows) {
            if dead.contains_key(&place) {
                sorted.skipped = sorted.skipped.saturating_add(1);
            } else if is_held_out(row, args.held_out) {
                sorted.held_out.push(numbered(row, entry.contribution_id, place)?);
            } else {
                sorted.learned.push(numbered(row, entry.contribution_id, place)?);
            }
        }
    }
    // A contribution whose rows are all dead is in no version.
    let held = |id: u64| version.entries.iter().any(|entry| entry.contribution_id == id);
    for named in args.files.iter().filter(|named| !held(named.contribution)) {
        let dead = queries::dead_rows(desk, named.contribution).await?.len();
        sorted.skipped = sorted.skipped.saturating_add(u64::try_from(dead)?);
    }
    ensure!(!sorted.learned.is_empty(), "no living row is left to learn from");
    write(&args.out, &sorted.learned)?;
    let beside = held_out_path(&args.out);
    if args.held_out > 0 {
        write(&beside, &sorted.held_out)?;
    }
    let root = hex::encode(&version.manifest_root);
    let named = format!("{}:{}:{root}", args.datanet, args.version);
    let line = format!(
        "{} rows of {named} to learn from, {} to measure on, {} revoked or withdrawn",
        sorted.learned.len(),
        sorted.held_out.len(),
        sorted.skipped
    );
    let object = json!({
        "rows": sorted.learned.len(),
        "held_out": sorted.held_out.len(),
        "skipped": sorted.skipped,
        "out": args.out.display().to_string(),
        "held_out_file": (args.held_out > 0).then(|| beside.display().to_string()),
        "root": root,
        "datanet": named,
    });
    desk.say(&line, &object);
    Ok(())
}

/// A contribution's file, with the root that the version froze.
fn checked(named: &Named, entry: &VersionEntry) -> anyhow::Result<Batch> {
    let batch = Batch::read(&named.file)?;
    ensure!(
        batch.root().as_slice() == entry.row_root,
        "{}: its root is {}, the version froze {} for contribution {}",
        named.file.display(),
        hex::encode(batch.root()),
        hex::encode(&entry.row_root),
        entry.contribution_id
    );
    Ok(batch)
}

/// Which rows are only measured on: decided by the row itself, so that a version's rows never
/// change sides.
pub fn is_held_out(row: &FileRow, percent: u32) -> bool {
    let [high, low, ..] = row.hash;
    let place = u32::from(u16::from_be_bytes([high, low])) % 100;
    place < percent
}

/// The row as it was given, with its number: the contribution above, its place below.
pub fn numbered(row: &FileRow, contribution: u64, place: u64) -> anyhow::Result<Value> {
    let fits = contribution <= HALF_MAX && place <= HALF_MAX;
    ensure!(fits, "contribution {contribution}, row {place}: too large for a row's number");
    let mut given = row.given.clone();
    let object = given.as_object_mut().context("a row is no JSON object")?;
    object.insert("id".to_owned(), json!(contribution << 32 | place));
    Ok(given)
}

/// `rows.jsonl` as `rows.held-out.jsonl`.
fn held_out_path(out: &Path) -> PathBuf {
    out.with_extension("held-out.jsonl")
}

fn write(path: &Path, rows: &[Value]) -> anyhow::Result<()> {
    let place = || path.display().to_string();
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).with_context(place)?);
    for row in rows {
        writeln!(file, "{row}").with_context(place)?;
    }
    file.flush().with_context(place)
}

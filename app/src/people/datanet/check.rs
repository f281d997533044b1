//! `datanet check`: what would be refused of a file, and why, before any bond is paid.

use std::path::Path;

use anyhow::ensure;
use serde_json::json;

use super::batch::Batch;
use crate::cli::print::Output;

/// Checks a file; sends nothing and needs no node.
pub(super) fn run(file: &Path, output: Output) -> anyhow::Result<()> {
    let batch = Batch::read(file)?;
    let refused: Vec<_> = batch
        .refused
        .iter()
        .map(|refused| json!({ "line": refused.line, "why": refused.why }))
        .collect();
    let root = hex::encode(batch.root());
    match output {
        Output::Json => {
            let object = json!({
                "rows": batch.rows.len(),
                "refused": refused,
                "row_root": root,
                "byte_size": batch.byte_size,
                "sha256": hex::encode(batch.sha256),
                "blake3": hex::encode(batch.blake3),
            });
            println!("{object}");
        }
        Output::Text => {
            for refused in &batch.refused {
                println!("line {}: {}", refused.line, refused.why);
            }
            let (rows, size) = (batch.rows.len(), batch.byte_size);
            println!("{rows} rows, {size} bytes, root {root}");
        }
    }
    let (count, rows) = (batch.refused.len(), batch.rows.len());
    ensure!(count == 0, "{count} lines would be refused");
    ensure!(rows > 0, "there is no row: expected JSON lines");
    Ok(())
}

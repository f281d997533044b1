//! `index`: an adapter and its rows in, the attribution index out.

use std::path::PathBuf;

use serde_json::json;

use super::{Base, tune};
use crate::adapter::Adapter;
use crate::attribution::{Index as AttributionIndex, RowExample};
use crate::engine::INDEX_FILE;
use crate::error::{Error, Result};
use crate::tuning::read_rows;

/// File beside the index that says its root, method and number of rows.
const SUMMARY_FILE: &str = "index.json";

/// Build an adapter's attribution index from the rows it learned from.
#[derive(Debug, clap::Args)]
pub(super) struct Index {
    #[command(flatten)]
    base: Base,
    /// Folder of the adapter; the index is written into it.
    #[arg(long)]
    adapter: PathBuf,
    /// The rows it learned from, as JSON lines.
    #[arg(long)]
    rows: PathBuf,
    /// A longer row is cut here; the same as in tuning.
    #[arg(long, default_value_t = 160)]
    row_tokens_max: usize,
}

impl Index {
    pub(super) fn run(self) -> Result<()> {
        let engine = self.base.engine()?;
        let adapter = Adapter::read(&self.adapter, engine.model().config())?;
        let rows = read_rows(&self.rows)?;
        let examples = rows.iter().map(|row| {
            let example = row.turn.example(engine.tokenizer(), self.row_tokens_max)?;
            Ok(RowExample { id: row.id, hash: row.hash, example })
        });
        let examples = examples.collect::<Result<Vec<_>>>()?;
        let bar = tune::bar();
        bar.set_length(examples.len() as u64);
        let base = engine.base_digest();
        let index = AttributionIndex::build(engine.model(), base, &adapter, &examples, |done| {
            bar.set_position(done as u64);
        })?;
        bar.finish();
        let path = self.adapter.join(INDEX_FILE);
        std::fs::write(&path, index.to_bytes()?).map_err(|why| Error::io(&path, why))?;
        self.write_summary(&index)?;
        println!("index {} of {} rows", hex::encode(index.root()), index.rows().len());
        Ok(())
    }

    /// What the record names of an index, readable without this software.
    fn write_summary(&self, index: &AttributionIndex) -> Result<()> {
        let summary = json!({
            "root": hex::encode(index.root()),
            "method": index.header().method,
            "rows": index.rows().len(),
        });
        let path = self.adapter.join(SUMMARY_FILE);
        std::fs::write(&path, format!("{summary:#}\n")).map_err(|why| Error::io(&path, why))
    }
}

//! `index`: an adapter and its rows in, the attribution index out.

use std::path::PathBuf;

use serde_json::json;

use super::{Base, tune};
use crate::adapter::Adapter;
use crate::attribution::{self, BASIS_FILE, INDEX_FILE, Points, RowExample};
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
        let model = engine.model();
        let adapter = Adapter::read(&self.adapter, model.config())?;
        let points = Points::read(&self.adapter, &adapter, model)?;
        let examples = read_rows(&self.rows)?.into_iter().map(|row| {
            let example = row.turn.example(engine.tokenizer(), self.row_tokens_max)?;
            Ok(RowExample { id: row.id, hash: row.hash, text: row.turn.answer, example })
        });
        let mut rows = examples.collect::<Result<Vec<_>>>()?;
        let bar = tune::bar();
        bar.set_length(rows.len() as u64);
        let made_from = [engine.base_digest(), adapter.digest()?];
        let built = attribution::build(
            (model, &points),
            made_from,
            (&mut rows, &self.adapter),
            &mut |done| {
                bar.set_position(done as u64);
            },
        )?;
        bar.finish();
        self.write(INDEX_FILE, &built.index)?;
        self.write(BASIS_FILE, &built.basis)?;
        let index = attribution::Index::parse(&built.index, &built.basis, points, made_from)?;
        self.write_summary(&index)?;
        println!("index {} of {} rows", hex::encode(index.root()), index.file().len());
        Ok(())
    }

    /// What the record names of an index, readable without this software.
    fn write_summary(&self, index: &attribution::Index) -> Result<()> {
        let settings = &index.file().header().settings;
        let summary = json!({
            "root": hex::encode(index.root()),
            "method": settings.method,
            "rows": index.file().len(),
            "preconditioner": hex::encode(settings.preconditioner),
        });
        self.write(SUMMARY_FILE, format!("{summary:#}\n").as_bytes())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.adapter.join(name);
        std::fs::write(&path, bytes).map_err(|why| Error::io(&path, why))
    }
}

//! `tune`: rows in, adapter and receipt out.

use std::ops::ControlFlow;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

use super::Base;
use crate::error::{Error, Result};
use crate::tuning::{DatanetVersion, Dataset, RECEIPT_FILE, TuningConfig, read_rows, tune};

/// Tune a LoRA adapter on rows.
#[derive(Debug, clap::Args)]
pub(super) struct Tune {
    #[command(flatten)]
    base: Base,
    /// Rows to learn from, as JSON lines.
    #[arg(long)]
    rows: PathBuf,
    /// Rows to measure on, as JSON lines.
    #[arg(long)]
    held_out: Option<PathBuf>,
    /// The recipe, as JSON; fields left out have their defaults.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Folder to write the adapter and `receipt.json` to.
    #[arg(long)]
    out: PathBuf,
    /// Where the rows were published, as DATANET:VERSION:ROOT; may be given again.
    #[arg(long, value_parser = datanet_version)]
    datanet: Vec<DatanetVersion>,
}

fn datanet_version(text: &str) -> std::result::Result<DatanetVersion, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let [datanet, version, root] = parts[..] else {
        return Err("expected DATANET:VERSION:ROOT".into());
    };
    let number = |text: &str| text.parse().map_err(|_| format!("{text:?} is not a number"));
    if hex::decode(root).map(|root| root.len()) != Ok(32) {
        return Err(format!("{root:?} is not 32 bytes in hex"));
    }
    Ok(DatanetVersion { datanet: number(datanet)?, version: number(version)?, root: root.into() })
}

impl Tune {
    pub(super) fn run(self) -> Result<()> {
        let config = TuningConfig::read(self.config.as_deref())?;
        let held_out = self.held_out.as_deref().map(read_rows).transpose()?.unwrap_or_default();
        let dataset = Dataset { rows: read_rows(&self.rows)?, held_out, versions: self.datanet };
        let engine = self.base.engine()?;
        let bar = bar();
        let tuned = tune(&engine, &dataset, &config, |at| {
            bar.set_length(at.steps as u64);
            bar.set_position(at.step as u64);
            bar.set_message(format!("loss {:.3}", at.loss));
            ControlFlow::Continue(())
        })?;
        bar.finish();
        tuned.adapter.write(&self.out)?;
        tuned.checkpoints.iter().try_for_each(|checkpoint| checkpoint.write(&self.out))?;
        let path = self.out.join(RECEIPT_FILE);
        std::fs::write(&path, tuned.receipt.to_json()?).map_err(|why| Error::io(&path, why))?;
        let metrics = &tuned.receipt.metrics;
        println!("adapter {}", tuned.receipt.adapter_sha256);
        println!(
            "held-out loss {:?} before, {:?} after",
            metrics.held_out_loss_before, metrics.held_out_loss_after
        );
        Ok(())
    }
}

/// A progress bar for people; silent when nobody watches.
pub(super) fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} eta {eta}");
    let bar = ProgressBar::new(0);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

//! `attribution-bench`: measures attribution against retraining, part by part.

use anyhow::Result;
use clap::{Parser, Subcommand};
use whence_evaluation::table;

/// Measures attribution against models trained again without some rows.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    part: Part,
}

/// What is measured, or done with figures; each part has options of its own.
#[derive(Debug, Subcommand)]
enum Part {
    /// Writes the tables of a document from the file of figures, or checks that they are fresh.
    Table(table::Options),
}

fn main() -> Result<()> {
    match Arguments::parse().part {
        Part::Table(options) => table::run(&options),
    }
}

//! `attribution-bench`: measures attribution against retraining, part by part.

use anyhow::Result;
use clap::{Parser, Subcommand};
use whence_evaluation::{parts, table};

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
    /// Changes every field of an index, a measure and receipts: is it caught, and is nothing else?
    Fraud(parts::fraud::Options),
    /// Measures rows indexed a second, bytes a row, milliseconds a query and a claim.
    Perf(parts::perf::Options),
    /// Exact replay against retraining: LDS, leave-one-out, fidelity.
    Replay(parts::replay::Options),
    /// Writes the tables of a document from the file of figures, or checks that they are fresh.
    Table(table::Options),
}

fn main() -> Result<()> {
    match Arguments::parse().part {
        Part::Fraud(options) => parts::fraud::run(&options),
        Part::Perf(options) => parts::perf::run(&options),
        Part::Replay(options) => parts::replay::run(&options),
        Part::Table(options) => table::run(&options),
    }
}

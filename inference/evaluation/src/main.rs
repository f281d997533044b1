//! `attribution-bench`: measures attribution against retraining, part by part.

use anyhow::Result;
use clap::{Parser, Subcommand};
use whence_evaluation::parts::{self, fidelity};
use whence_evaluation::{gaming, table};

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
    /// Do scores add up to what models trained without some rows lose?
    Lds(fidelity::Options),
    /// The same of a real adapter, from what `whence-inference retrain` left in a folder.
    Adapter(parts::adapter::Options),
    /// What single rows did, against models trained without just them.
    Loo(fidelity::Options),
    /// A tenth of the labels is wrong: who finds them, and who pays for them?
    Mislabel(fidelity::Options),
    /// Do the rows that score best for a query have its class?
    Classdet(fidelity::Options),
    /// Without the best-paid fifth of the rows, is the model worse?
    Utility(fidelity::Options),
    /// Measures rows indexed a second, bytes a row, milliseconds a query and a claim.
    Perf(parts::perf::Options),
    /// Exact replay against retraining: LDS, leave-one-out, fidelity.
    Replay(parts::replay::Options),
    /// Which rates leave the language model's run smooth in its rows' weights?
    Smoothness(parts::smoothness::Options),
    /// Measures what rows of common phrases earn from the spans of answers.
    Boilerplate(parts::boilerplate::Options),
    /// Measures how many rows that were said again are found.
    Paraphrase(parts::paraphrase::Options),
    /// Measures how long spans take among ten million tokens.
    PerfSpans(parts::perf_spans::Options),
    /// Measures whether pay for retrieved passages goes to the one that was used.
    Rag(parts::rag::Options),
    /// Attacks what rows are paid, and says what that earned.
    Gaming(gaming::Options),
    /// Writes the tables of a document from the file of figures, or checks that they are fresh.
    Table(table::Options),
}

fn main() -> Result<()> {
    match Arguments::parse().part {
        Part::Fraud(options) => parts::fraud::run(&options),
        Part::Lds(options) => fidelity::lds::run(&options),
        Part::Adapter(options) => parts::adapter::run(&options),
        Part::Loo(options) => fidelity::loo::run(&options),
        Part::Mislabel(options) => fidelity::mislabel::run(&options),
        Part::Classdet(options) => fidelity::classdet::run(&options),
        Part::Utility(options) => fidelity::utility::run(&options),
        Part::Perf(options) => parts::perf::run(&options),
        Part::Replay(options) => parts::replay::run(&options),
        Part::Smoothness(options) => parts::smoothness::run(&options),
        Part::Boilerplate(options) => parts::boilerplate::run(&options),
        Part::Paraphrase(options) => parts::paraphrase::run(&options),
        Part::PerfSpans(options) => parts::perf_spans::run(&options),
        Part::Rag(options) => parts::rag::run(&options),
        Part::Gaming(options) => gaming::run(&options),
        Part::Table(options) => table::run(&options),
    }
}

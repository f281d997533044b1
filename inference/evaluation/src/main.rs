//! `attribution-bench`: measures attribution against retraining, part by part.

use clap::Parser;

/// Measures attribution against models trained again without some rows.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {}

fn main() {
    Arguments::parse();
}

//! `whence-demo`: a model's whole life on a local chain, from proposal to paid answers.

use clap::{Parser, Subcommand};
use whence_localnet::demo::story;

/// A model's whole life on a local chain.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell it in the usual homes, then stay up; again goes on with what is there.
    Run,
    /// Tell it on a net of its own, then stop.
    Once,
    /// End what `run` left running.
    Stop,
    /// Forget chain, keys and the sidecar's data.
    Forget,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Run => story::run(),
        Command::Once => story::once(),
        Command::Stop => story::stop(),
        Command::Forget => story::forget(),
    }
}

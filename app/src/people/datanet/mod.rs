//! `datanet`: a community's dataset, from its founding to a version that training can name.

pub mod batch;
mod check;
mod contribute;
mod create;
pub mod duplicate;
pub mod queries;
mod review;
pub mod version;

use std::path::PathBuf;

use clap::Subcommand;

pub use self::review::Verdict;
use super::{Desk, Flags};
use crate::cli::home::Home;

/// `datanet` and its commands.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Found a datanet.
    Create(Box<create::Create>),
    /// Say what would be refused of a file, and why; nothing is sent.
    Check {
        /// The rows, as JSON lines.
        file: PathBuf,
    },
    /// Give a file of rows.
    Contribute(Box<contribute::Contribute>),
    /// Review a contribution.
    Review(review::Args),
    /// Have rows revoked that repeat an earlier contribution's.
    ProveDuplicate(duplicate::Args),
    /// Freeze what is accepted as a version.
    Publish {
        /// The datanet's id.
        datanet: u64,
    },
    /// Write a version's rows for tuning.
    Rows(version::Rows),
}

/// Runs `datanet`.
pub async fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    if let Command::Check { file } = &args.command {
        return check::run(file, args.flags.tx().node.output(home)?);
    }
    let desk = Desk::open(home, &args.flags).await?;
    match args.command {
        Command::Create(args) => create::run(&desk, *args).await,
        Command::Check { file } => check::run(&file, desk.output),
        Command::Contribute(args) => contribute::run(&desk, *args).await,
        Command::Review(args) => review::run(&desk, args).await,
        Command::ProveDuplicate(args) => duplicate::run(&desk, args).await,
        Command::Publish { datanet } => version::publish(&desk, datanet).await,
        Command::Rows(args) => version::rows(&desk, args).await,
    }
}

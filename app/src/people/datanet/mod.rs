//! `datanet`: a community's dataset, from its founding to a version that training can name.

pub mod batch;
mod check;
mod contribute;
mod create;
pub mod duplicate;
pub mod queries;
mod review;
pub mod roles;
pub mod version;
pub mod withdraw;

use std::path::PathBuf;

use clap::Subcommand;

pub use self::review::Verdict;
pub(in crate::people) use self::withdraw::sha256;
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
    /// Give and take a role.
    Roles(roles::Roles),
    /// Offer a datanet to its next owner.
    Transfer(roles::Transfer),
    /// Take a datanet that was offered.
    Accept {
        /// The datanet's id.
        datanet: u64,
    },
    /// Take one's rows out: they earn nothing from then on.
    Withdraw(withdraw::Withdraw),
    /// Ask for somebody's rows to be taken out.
    Dispute(withdraw::Dispute),
    /// Vote on a dispute, as a curator.
    Rule {
        /// The dispute's id.
        dispute: u64,
        /// How it should end.
        #[arg(value_enum)]
        ruling: withdraw::Ruling,
    },
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
        Command::Roles(args) => roles::update(&desk, args).await,
        Command::Transfer(args) => roles::transfer(&desk, args).await,
        Command::Accept { datanet } => roles::accept(&desk, datanet).await,
        Command::Withdraw(args) => withdraw::withdraw(&desk, args).await,
        Command::Dispute(args) => withdraw::dispute(&desk, args).await,
        Command::Rule { dispute, ruling } => withdraw::rule(&desk, dispute, ruling).await,
    }
}

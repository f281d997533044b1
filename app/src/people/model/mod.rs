//! `model`: a model's life, from its proposal to its deployment, and the whole record of it.

mod adapter;
pub mod feedback;
pub mod folder;
mod lineage;
mod propose;
mod review;
pub mod standing;

use clap::Subcommand;

use super::{Desk, Flags};
use crate::cli::home::Home;

/// `model` and its commands.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Propose a model, with a stake.
    Propose(Box<propose::Propose>),
    /// Put a model's approval to the vote.
    SubmitApproval {
        /// The model's id.
        model: u64,
        /// The deposit, such as 10000000uwhn; as much as starts the voting when not given.
        #[arg(long)]
        deposit: Option<String>,
    },
    /// Take a proposal back while it is voted on; the stake comes back.
    Withdraw {
        /// The model's id.
        model: u64,
    },
    /// Move a model one stage on; anyone may, when the evidence is there.
    Advance {
        /// The model's id.
        model: u64,
    },
    /// Record an adapter with its receipts.
    RegisterAdapter(adapter::Register),
    /// Give preferences or corrections on an adapter's answers.
    Feedback(feedback::Give),
    /// Review a batch of feedback.
    ReviewFeedback(review::Args),
    /// Say that the signer's provider serves an adapter.
    Deploy {
        /// The adapter's id.
        adapter: u64,
        /// The provider's id.
        #[arg(long)]
        provider: u64,
    },
    /// Say that the signer's provider serves an adapter no longer.
    Undeploy {
        /// The adapter's id.
        adapter: u64,
        /// The provider's id.
        #[arg(long)]
        provider: u64,
    },
    /// Put a standing remark on an adapter, with a bond.
    Flag(standing::Flag),
    /// End the use of the signer's adapter.
    RetireAdapter {
        /// The adapter's id.
        adapter: u64,
        /// Why, in a sentence.
        #[arg(long)]
        reason: String,
    },
    /// All that is on record about a model, with heights and transactions.
    Lineage {
        /// The model's id.
        model: u64,
    },
}

/// Runs `model`.
pub async fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    let desk = Desk::open(home, &args.flags).await?;
    match args.command {
        Command::Propose(args) => propose::propose(&desk, *args).await,
        Command::SubmitApproval { model, deposit } => {
            propose::submit_approval(&desk, model, deposit.as_deref()).await
        }
        Command::Withdraw { model } => propose::withdraw(&desk, model).await,
        Command::Advance { model } => propose::advance(&desk, model).await,
        Command::RegisterAdapter(args) => adapter::register(&desk, args).await,
        Command::Feedback(args) => feedback::give(&desk, args).await,
        Command::ReviewFeedback(args) => review::run(&desk, args).await,
        Command::Deploy { adapter, provider } => adapter::deploy(&desk, adapter, provider).await,
        Command::Undeploy { adapter, provider } => {
            standing::undeploy(&desk, adapter, provider).await
        }
        Command::Flag(args) => standing::flag(&desk, args).await,
        Command::RetireAdapter { adapter, reason } => {
            standing::retire(&desk, adapter, reason).await
        }
        Command::Lineage { model } => lineage::run(&desk, model).await,
    }
}

//! The command line, in the Cosmos shape: `whenced` (the node) and `whence` (people's) share most
//! of it.

#![allow(
    clippy::indexing_slicing,
    reason = "JSON is read by key, which gives null where there is nothing; documents that are \
              written to are checked to be objects; this is the command line, not the state machine"
)]

pub mod amounts;
pub mod comet;
pub mod config;
pub mod doc;
pub mod export;
pub mod flags;
pub mod genesis;
pub mod home;
pub mod init;
pub mod keys;
pub mod launcher;
pub mod message;
pub mod print;
pub mod query;
pub mod start;
pub mod status;
pub mod supervisor;
pub mod tx;
pub mod verify_db;
pub mod version;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use self::home::Home;
use crate::people;

/// The node of a Whence chain.
#[derive(Debug, Parser)]
#[command(name = "whenced", version, disable_help_subcommand = true)]
pub struct Whenced {
    /// Directory of config and data.
    #[arg(long, global = true, env = "WHENCED_HOME")]
    home: Option<std::path::PathBuf>,
    #[command(subcommand)]
    command: NodeCommand,
}

#[derive(Debug, Subcommand)]
enum NodeCommand {
    /// Make config files, keys and a genesis.
    Init(init::Args),
    /// Manage keys.
    Keys(keys::Args),
    /// Edit and check the genesis.
    Genesis(genesis::Args),
    /// Run the node, with CometBFT as its child.
    Start(Box<start::Args>),
    /// Ask a running node how it is.
    Status(status::Args),
    /// Print the state as a genesis.
    Export(export::Args),
    /// Check the database of a node that does not run: roots, nodes, invariants.
    VerifyDb(verify_db::Args),
    /// Ask about the state.
    #[command(alias = "q")]
    Query(query::Args),
    /// Make, sign and send transactions.
    Tx(tx::Args),
    /// CometBFT's own commands.
    #[command(aliases = ["cometbft", "tendermint"])]
    Comet(comet::Args),
    /// Print versions.
    Version(version::Args),
    #[command(hide = true)]
    LaunchComet(launcher::Args),
}

/// What people do with a Whence chain.
#[derive(Debug, Parser)]
#[command(name = "whence", version, disable_help_subcommand = true)]
pub struct Whence {
    /// Directory of keys and client config.
    #[arg(long, global = true, env = "WHENCE_HOME")]
    home: Option<std::path::PathBuf>,
    #[command(subcommand)]
    command: PeopleCommand,
}

#[derive(Debug, Subcommand)]
enum PeopleCommand {
    /// Manage keys.
    Keys(keys::Args),
    /// Ask about the state.
    #[command(alias = "q")]
    Query(query::Args),
    /// Make, sign and send transactions.
    Tx(tx::Args),
    /// Ask a running node how it is.
    Status(status::Args),
    /// Print versions.
    Version(version::Args),
    /// Found, fill, review and publish datasets.
    Datanet(people::datanet::Args),
    /// Propose, record, serve and trace models.
    Model(people::model::Args),
    /// Register as a provider of answers.
    Provider(people::provider::Args),
    /// Set money aside for a provider.
    Escrow(people::escrow::Args),
    /// Pay for a plain OpenAI client.
    Gateway(Box<people::gateway::Args>),
    /// What was earned, and its claim.
    Reward(people::reward::Args),
    /// Tell a contribution's story, from submitted to paid.
    Explain(people::explain::Args),
}

/// Runs `whenced`.
pub fn whenced() -> anyhow::Result<()> {
    let cli = Whenced::parse_from(options_last(std::env::args_os()));
    let home = Home::or_default(cli.home)?;
    match cli.command {
        NodeCommand::Init(args) => init::run(&home, &args),
        NodeCommand::Keys(args) => keys::run(&home, args),
        NodeCommand::Genesis(args) => genesis::run(&home, args),
        NodeCommand::Start(args) => start::run(&home, &args),
        NodeCommand::Status(args) => wait(status::run(&home, &args)),
        NodeCommand::Export(args) => export::run(&home, &args),
        NodeCommand::VerifyDb(verify_db::Args {}) => verify_db::run(&home),
        NodeCommand::Query(args) => wait(query::run(&home, args)),
        NodeCommand::Tx(args) => wait(tx::run(&home, args)),
        NodeCommand::Comet(args) => comet::run(&home, args),
        NodeCommand::Version(args) => version::run(&args, "whenced"),
        NodeCommand::LaunchComet(args) => launcher::run(&args),
    }
}

/// Runs `whence`.
pub fn whence() -> anyhow::Result<()> {
    let cli = Whence::parse_from(options_last(std::env::args_os()));
    let home = Home::or_default(cli.home)?;
    match cli.command {
        PeopleCommand::Keys(args) => keys::run(&home, args),
        PeopleCommand::Query(args) => wait(query::run(&home, args)),
        PeopleCommand::Tx(args) => wait(tx::run(&home, args)),
        PeopleCommand::Status(args) => wait(status::run(&home, &args)),
        PeopleCommand::Version(args) => version::run(&args, "whence"),
        PeopleCommand::Datanet(args) => wait(people::datanet::run(&home, args)),
        PeopleCommand::Model(args) => wait(people::model::run(&home, args)),
        PeopleCommand::Explain(args) => wait(people::explain::run(&home, args)),
        PeopleCommand::Provider(args) => wait(people::provider::run(&home, args)),
        PeopleCommand::Escrow(args) => wait(people::escrow::run(&home, args)),
        PeopleCommand::Gateway(args) => wait(people::gateway::run(&home, *args)),
        PeopleCommand::Reward(args) => wait(people::reward::run(&home, args)),
    }
}

/// Moves options that come before the command behind it, so that `--node N query …` works as in the
/// SDK.
fn options_last(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut words = words.peekable();
    let mut first: Vec<OsString> = words.next().into_iter().collect();
    let mut options = Vec::new();
    while let Some(word) = words.next_if(|word| word.as_encoded_bytes().starts_with(b"--")) {
        let alone = word.as_encoded_bytes().contains(&b'=') || words.peek().is_none();
        let asks = word == "--help" || word == "--version";
        options.push(word);
        if !alone && !asks {
            options.extend(words.next());
        }
    }
    first.extend(words);
    first.extend(options);
    first
}

fn wait(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// The exit status of a command; an error is told on standard error, with what led to it.
pub fn exit(result: anyhow::Result<()>) -> std::process::ExitCode {
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

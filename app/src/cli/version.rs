//! `version`: our own, and the dialect that we speak.

use serde_json::json;

use super::print::{self, Output};
use crate::serve::version;

/// Flags of `version`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print everything.
    #[arg(long)]
    long: bool,
    /// How to print.
    #[arg(long, short, value_enum, default_value_t)]
    output: Output,
}

/// Prints versions.
pub fn run(args: &Args, server_name: &str) -> anyhow::Result<()> {
    if !args.long {
        println!("{}", version::VERSION);
        return Ok(());
    }
    let info = version::info();
    let deps: Vec<String> =
        info.build_deps.iter().map(|dep| format!("{}@{}", dep.path, dep.version)).collect();
    let said = json!({
        "name": version::NAME,
        "server_name": server_name,
        "version": info.version,
        "commit": info.git_commit,
        "build_tags": info.build_tags,
        "go": "",
        "build_deps": deps,
        "cosmos_sdk_version": info.cosmos_sdk_version,
    });
    print::answer(&said, args.output);
    Ok(())
}

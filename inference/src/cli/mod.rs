//! The program's commands, one file each.

mod bench;
mod fetch_check;
mod generate;
mod index;
mod probe_device;
mod retrain;
mod serve;
mod tune;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::engine::{DeviceChoice, Engine, device};
use crate::error::{Error, Result};

/// The default base model's file name.
pub const MODEL_NAME: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";

/// One base model, many LoRA adapters, attribution per answer.
#[derive(Debug, Parser)]
#[command(name = "whence-inference", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer over HTTP, paid by vouchers.
    Serve(serve::Serve),
    /// Print the account that reports come from.
    ReportKey(serve::ReportKeyCommand),
    /// Answer one question.
    Generate(generate::Generate),
    /// Tune a LoRA adapter on rows.
    Tune(tune::Tune),
    /// Tune again on random halves of the rows, to hold attribution against.
    Retrain(retrain::Retrain),
    /// Build an adapter's attribution index from the rows it learned from.
    Index(index::Index),
    /// Print the graphics adapters this machine has, as JSON.
    ProbeDevice(probe_device::ProbeDevice),
    /// Check that the default base model is there and whole.
    FetchCheck(fetch_check::FetchCheck),
    /// Measure decoding, tuning and attribution on this machine.
    Bench(bench::Bench),
}

/// Which base model, on which device.
#[derive(Debug, Args)]
pub struct Base {
    /// The base model's GGUF file.
    #[arg(long, env = "WHENCE_MODEL")]
    model: Option<PathBuf>,
    /// `auto`, `cpu` or `gpu`.
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
}

impl Base {
    /// Where the base model is: as asked, or where `fetch-model.sh` puts it.
    pub fn path(&self) -> PathBuf {
        self.model.clone().unwrap_or_else(|| models_folder().join(MODEL_NAME))
    }

    /// Chooses the device and loads the model.
    pub fn engine(&self) -> Result<Engine> {
        let path = self.path();
        if !path.exists() {
            return Err(Error::Model(format!(
                "{} is not there: run inference/fetch-model.sh",
                path.display()
            )));
        }
        let program = std::env::current_exe().map_err(|why| Error::io(&path, why))?;
        let chosen = device::choose(self.device, &program)?;
        tracing::info!(device = %chosen, model = %path.display(), "loading");
        Engine::load(&path, chosen)
    }
}

/// The folder that `fetch-model.sh` fills by default.
pub fn models_folder() -> PathBuf {
    let named = std::env::var_os("WHENCE_MODELS").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    named.unwrap_or_else(|| home().join(".cache/whence/models"))
}

/// Runs the program.
pub fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let done = match Cli::parse().command {
        Command::Serve(command) => command.run(),
        Command::ReportKey(command) => command.run(),
        Command::Generate(command) => command.run(),
        Command::Tune(command) => command.run(),
        Command::Retrain(command) => command.run(),
        Command::Index(command) => command.run(),
        Command::ProbeDevice(command) => command.run(),
        Command::FetchCheck(command) => command.run(),
        Command::Bench(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error {}: {why}", why.code());
            ExitCode::FAILURE
        }
    }
}

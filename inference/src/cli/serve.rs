//! `serve`: answers over HTTP for pay; `report-key`: who signs the reports.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Base;
use crate::error::{Error, Result};
use crate::report::ReportKey;
use crate::serve::adapters::Serving;
use crate::serve::{Settings, serve};

/// Answer over HTTP, paid by vouchers.
#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    base: Base,
    #[command(flatten)]
    home: Home,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The node's gRPC.
    #[arg(long, default_value = "http://127.0.0.1:9090")]
    node: String,
    /// Id of the provider on the chain.
    #[arg(long)]
    provider_id: u64,
    /// An adapter to serve, as NAME=ID:FOLDER with its id on the chain; may be given again.
    #[arg(long = "adapter")]
    adapters: Vec<Serving>,
    /// Requests that may wait for their turn; more get 429.
    #[arg(long, default_value_t = 64)]
    queue_max: usize,
    /// Serve `POST /v1/load_lora_adapter`; give it only where all who can connect are trusted.
    #[arg(long)]
    allow_runtime_lora: bool,
}

/// Print the account that reports come from; makes its key when there is none.
#[derive(Debug, clap::Args)]
pub(super) struct ReportKeyCommand {
    #[command(flatten)]
    home: Home,
}

#[derive(Debug, clap::Args)]
struct Home {
    /// Folder of the report key and the outbox [default: ~/.whence-inference].
    #[arg(long, env = "WHENCE_INFERENCE_HOME")]
    home: Option<PathBuf>,
}

impl Home {
    fn path(&self) -> PathBuf {
        self.home.clone().unwrap_or_else(|| {
            PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".whence-inference")
        })
    }
}

impl Serve {
    pub(super) fn run(self) -> Result<()> {
        let engine = self.base.engine()?;
        let settings = Settings {
            home: self.home.path(),
            listen: self.listen,
            node: self.node,
            provider_id: self.provider_id,
            adapters: self.adapters,
            queue_max: self.queue_max,
            allow_runtime_lora: self.allow_runtime_lora,
        };
        let runtime = tokio::runtime::Runtime::new()
            .map_err(|why| Error::Serve(format!("no threads to serve on: {why}")))?;
        runtime.block_on(serve(engine, settings)).map_err(|why| Error::Serve(format!("{why:#}")))
    }
}

impl ReportKeyCommand {
    pub(super) fn run(self) -> Result<()> {
        let key = ReportKey::load_or_create(&self.home.path())
            .map_err(|why| Error::Serve(why.to_string()))?;
        println!("{}", key.address());
        Ok(())
    }
}

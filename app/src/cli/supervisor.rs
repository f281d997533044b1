//! CometBFT as a child: started from the main thread, watched, ended with us and we with it.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use anyhow::Context;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Longest time that CometBFT gets to end by itself.
const END_TIME_MAX: Duration = Duration::from_secs(10);

/// What happens to a running node.
#[derive(Debug)]
pub enum Happening {
    /// Somebody asked us to end.
    Asked(&'static str),
    /// CometBFT ended.
    CometEnded(std::io::Result<ExitStatus>),
    /// The halt height was committed.
    Halted(u64),
}

/// How to start CometBFT.
pub struct CometArgs {
    /// The binary.
    pub binary: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Settings of config.toml, as environment variables.
    pub env: Vec<(String, String)>,
}

/// A running CometBFT.
pub struct Comet {
    pid: Pid,
}

impl Comet {
    /// Starts it through the launcher. Must be called on the main thread.
    pub fn start(args: CometArgs, happenings: Sender<Happening>) -> anyhow::Result<Self> {
        let ourselves = std::env::current_exe().context("our own binary")?;
        let child = Command::new(ourselves)
            .arg("launch-comet")
            .arg(format!("--parent={}", std::process::id()))
            .arg("--")
            .arg(&args.binary)
            .args(&args.args)
            .envs(args.env)
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", args.binary.display()))?;
        let pid = Pid::from_raw(i32::try_from(child.id())?);
        std::thread::Builder::new()
            .name("comet-watch".to_owned())
            .spawn(move || watch(child, &happenings))?;
        Ok(Self { pid })
    }

    /// Its process.
    pub fn process(&self) -> Pid {
        self.pid
    }

    /// Asks it to end, and kills it when it does not.
    pub fn end(&self, happenings: &Receiver<Happening>) {
        if kill(self.pid, Signal::SIGTERM).is_err() {
            return;
        }
        loop {
            match happenings.recv_timeout(END_TIME_MAX) {
                Ok(Happening::CometEnded(_)) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        tracing::warn!("CometBFT does not end; it is killed");
        if let Err(error) = kill(self.pid, Signal::SIGKILL) {
            tracing::warn!(%error, "CometBFT cannot be killed");
        }
    }
}

fn watch(mut child: Child, happenings: &Sender<Happening>) {
    let ended = child.wait();
    if happenings.send(Happening::CometEnded(ended)).is_err() {
        tracing::debug!("CometBFT ended after us");
    }
}

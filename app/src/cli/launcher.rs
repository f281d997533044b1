//! The small launcher between `whenced` and CometBFT: it ties the child's life to its parent's.
//!
//! The parent-death signal is set in the child and survives exec; it fires when the *thread* that
//! made the child ends, so `whenced` starts it from its main thread.

use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getppid};

/// What to become.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Process id of the parent.
    #[arg(long)]
    parent: i32,
    /// Program and its arguments.
    #[arg(last = true, required = true)]
    program: Vec<std::ffi::OsString>,
}

/// Becomes the program; it is killed when the parent ends, however that happens.
pub fn run(args: &Args) -> anyhow::Result<()> {
    set_pdeathsig(Signal::SIGKILL)?;
    // The parent may have died before the line above.
    anyhow::ensure!(getppid() == Pid::from_raw(args.parent), "the parent is gone");
    let (program, rest) =
        args.program.split_first().ok_or_else(|| anyhow::anyhow!("no program is given"))?;
    let error = Command::new(program).args(rest).exec();
    Err(error.into())
}

//! Where the binaries are, and running one to its end.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Folder of `whenced` and `whence`: `WHENCE_BIN`, or beside the running program.
pub fn bin() -> PathBuf {
    match std::env::var_os("WHENCE_BIN") {
        Some(folder) => folder.into(),
        None => beside(),
    }
}

/// Folder of `whence-inference`: `WHENCE_SIDECAR_BIN`, or the sidecar's target folder.
pub fn sidecar_bin() -> PathBuf {
    match std::env::var_os("WHENCE_SIDECAR_BIN") {
        Some(folder) => folder.into(),
        None => cache().join("sidecar/release"),
    }
}

/// Folder of fetched tools and build output.
pub fn cache() -> PathBuf {
    match std::env::var_os("CACHE") {
        Some(folder) => folder.into(),
        None => home().join(".cache/whence"),
    }
}

/// The person's home folder.
pub fn home() -> PathBuf {
    std::env::var_os("HOME").unwrap_or_default().into()
}

/// The folder of the running program; tests run one deeper, in `deps`.
fn beside() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let folder = program.parent().unwrap_or(Path::new(".")).to_owned();
    if folder.ends_with("deps") { folder.join("..") } else { folder }
}

/// Runs a program to its end and gives what it printed; a failure says what it said.
pub fn run<S: AsRef<OsStr>>(program: &Path, args: &[S]) -> Result<String> {
    let mut command = Command::new(program);
    command.args(args);
    finish(command)
}

/// Runs a prepared command to its end.
pub fn finish(mut command: Command) -> Result<String> {
    let shown = format!("{command:?}");
    let out = command.output().with_context(|| format!("cannot run {shown}"))?;
    if !out.status.success() {
        let said = String::from_utf8_lossy(&out.stderr);
        let printed = String::from_utf8_lossy(&out.stdout);
        bail!("{shown} ended with {}: {} {}", out.status, said.trim(), printed.trim());
    }
    String::from_utf8(out.stdout).with_context(|| format!("{shown} printed no text"))
}

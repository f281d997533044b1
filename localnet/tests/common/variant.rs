//! `whenced` built in another way, by cargo, beside the one that is tested.

use std::path::PathBuf;
use std::process::Command;

use whence_localnet::tools;

/// Puts the plain `whenced` back where cargo left another build of it.
struct PutBack {
    kept: PathBuf,
    place: PathBuf,
}

impl Drop for PutBack {
    fn drop(&mut self) {
        let put = std::fs::rename(&self.kept, &self.place);
        assert!(put.is_ok() || std::thread::panicking(), "{} is gone", self.place.display());
    }
}

/// Builds `whenced` with more arguments for cargo and gives the folder of the copy.
pub fn build(name: &str, cargo_args: &[&str]) -> PathBuf {
    let bin = std::fs::canonicalize(tools::bin()).unwrap();
    assert!(bin.ends_with("release"), "{} is no cargo target folder", bin.display());
    let place = bin.join("whenced");
    let kept = bin.join("whenced.kept");
    std::fs::copy(&place, &kept).unwrap();
    let _put_back = PutBack { kept, place: place.clone() };
    let status = Command::new(env!("CARGO"))
        // The packages and a test, as the Makefile has it: else cargo picks other features of
        // dependencies, and compiles them all again.
        .args(["build", "--release", "--offline", "--workspace", "--exclude", "whence-inference"])
        .args(["--bin", "whenced", "--test", "tidy"])
        .args(cargo_args)
        .env("CARGO_TARGET_DIR", bin.parent().unwrap())
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status()
        .expect("cargo runs");
    assert!(status.success(), "cargo build {cargo_args:?}");
    let folder = bin.join("variants").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(&place, folder.join("whenced")).unwrap();
    folder
}

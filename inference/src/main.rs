//! The `whence-inference` program: see [`whence_inference::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    whence_inference::cli::main()
}

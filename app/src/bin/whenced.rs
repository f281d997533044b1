//! The node.

fn main() -> std::process::ExitCode {
    whence_app::fatal::abort_on_panic();
    whence_app::cli::exit(whence_app::cli::whenced())
}

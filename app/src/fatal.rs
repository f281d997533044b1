//! How the node stops when going on would be wrong.

/// Exit status of a node that stopped itself.
pub const EXIT_STATUS: i32 = 70;

/// Logs why and ends the process at once; nothing is written. CometBFT ends with it (it is tied to
/// us).
pub fn stop(why: &dyn std::fmt::Display) -> ! {
    tracing::error!(%why, "the node stops");
    eprintln!("whenced: the node stops: {why}");
    std::process::exit(EXIT_STATUS)
}

/// Makes a panic on any thread abort the process: a node with a dead thread must not look alive.
pub fn abort_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        report(info);
        std::process::abort();
    }));
}

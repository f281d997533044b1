//! Nets, faults and the demo of a model's whole life: everything here drives the binaries from
//! outside.
//!
//! | file | holds |
//! |---|---|
//! | [`tools`] | where the binaries are, and running them |
//! | [`ports`] | the ports of one node |
//! | [`node`] | one node: its home, genesis, process |
//! | [`process`] | a child process with a log, ended when dropped or kept running on purpose |
//! | [`relay`] | a TCP relay that keeps what callers sent, and can hold a voucher back |
//! | [`scene`] | a served model in a small net, each process killed and started alone |
//! | [`demo`] | the story that `make run` and `make demo` tell |
#![allow(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "this drives processes and has a clock; nothing here is consensus code"
)]

pub mod demo;
pub mod node;
pub mod ports;
pub mod process;
pub mod relay;
pub mod scene;
pub mod tools;

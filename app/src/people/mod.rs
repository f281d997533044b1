//! What people do with a Whence chain: the commands of `whence` beyond `keys`, `query` and `tx`.
//!
//! Every command that sends waits until its transactions are committed, and prints one line, or
//! with `-o json` one object with the transaction's hash, its height and the ids that it made.

pub mod datanet;
pub mod desk;
pub mod escrow;
pub mod explain;
pub mod flags;
pub mod gateway;
pub mod model;
pub mod notes;
pub mod provider;
pub mod reward;
pub mod session;
pub mod trail;

pub use self::desk::Desk;
pub use self::flags::Flags;

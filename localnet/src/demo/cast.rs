//! Who takes part.

use std::path::PathBuf;

/// Runs the one validator; votes.
pub const VALIDATOR: &str = "validator";
/// Proposes the model, owns the datanet, tunes the adapter.
pub const OLIVIA: &str = "olivia";
/// Reviews contributions and gives feedback.
pub const CUE: &str = "cue";
/// Copies rows of the first contributor.
pub const CARL: &str = "carl";
/// Runs the sidecar.
pub const PAT: &str = "pat";
/// Asks, and pays.
pub const CAL: &str = "cal";

/// Coins of everybody at genesis.
pub const PURSE: &str = "10000000000uwhn";

/// A contributor and the rows that they give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributor {
    /// Name of the key.
    pub name: &'static str,
    /// File of rows in `localnet/data`.
    pub topic: &'static str,
}

/// The three contributors, each with a topic of their own. The order of topics may be rotated, so
/// that a test can see pay follow the rows and not the names.
pub fn contributors(rotation: usize) -> [Contributor; 3] {
    let topics = ["search", "durability", "json"];
    let names = ["sam", "dora", "jo"];
    [0, 1, 2].map(|i| Contributor { name: names[i], topic: topics[(i + rotation) % topics.len()] })
}

/// Everybody with a purse, the validator first.
pub fn everybody() -> Vec<&'static str> {
    let mut names = vec![VALIDATOR, OLIVIA, CUE, CARL, PAT, CAL];
    names.extend(contributors(0).map(|contributor| contributor.name));
    names
}

/// Folder of the demo's rows.
pub fn rows_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data")
}

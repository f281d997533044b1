//! A measured number with its target: printed in a table, kept in a file of figures.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// One line of `docs/figures/attribution.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Its name, which never changes: `lds.digits-lr.exact-if`.
    pub id: String,
    /// What was measured, in words, with its unit.
    pub what: String,
    /// The mean over seeds.
    pub ours: f64,
    /// Standard error of `ours`, over seeds and, where one seed has many queries, over queries.
    pub error: f64,
    /// The same of somebody else's program in the same run, where there is one.
    pub peer: Option<f64>,
    /// The target, where there is one.
    pub target: Option<Target>,
    /// Whether `ours` reaches the target; true where there is none.
    pub holds: bool,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// What prints it again.
    pub command: String,
}

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Not smaller.
    AtLeast(f64),
    /// Not larger.
    AtMost(f64),
    /// Strictly smaller.
    Below(f64),
}

impl Target {
    /// Whether a number reaches the target.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
            Self::Below(bound) => value < bound,
        }
    }
}

/// Prints figures, one a line.
pub fn print(figures: &[Figure]) {
    for figure in figures {
        let mark = match (figure.target, figure.holds) {
            (None, _) => "      ",
            (Some(_), true) => "holds ",
            (Some(_), false) => "MISSES",
        };
        let target = figure.target.map_or(String::new(), |target| format!("{target:?}"));
        let peer = figure.peer.map_or(String::new(), |peer| format!("peer {peer:.4}"));
        let (ours, error) = (figure.ours, figure.error);
        println!("{mark} {:<44} {ours:>10.4} ± {error:<7.4} {target:<16} {peer}", figure.id);
    }
}

/// Replaces the figures of the same ids in a file, and keeps the others; ids are in order.
pub fn keep(path: &Path, figures: &[Figure]) -> Result<()> {
    let known: Vec<Figure> = match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).context("the file of figures")?,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(why) => return Err(why).context("the file of figures"),
    };
    let all = known.into_iter().chain(figures.iter().cloned());
    let all: BTreeMap<String, Figure> = all.map(|figure| (figure.id.clone(), figure)).collect();
    let all: Vec<&Figure> = all.values().collect();
    std::fs::write(path, serde_json::to_string_pretty(&all)? + "\n").context("writing figures")
}

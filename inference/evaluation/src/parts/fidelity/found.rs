//! Numbers by name, one a query or trial, and the figures of all seeds.

use std::collections::BTreeMap;

use super::{Options, Size};
use crate::figure::{Figure, Target};
use crate::statistics::{mean, standard_error};

/// What one seed gives: by what it is of, a number a query, or one.
pub type Found = BTreeMap<String, Vec<f64>>;

/// A part in a setting.
pub struct Report<'a> {
    /// Which part.
    pub part: &'static str,
    /// Where.
    pub setting: &'static str,
    /// With which options.
    pub options: &'a Options,
}

/// Targets, set before anything was measured: part, setting (any where empty), what, bound.
const TARGETS: [(&str, &str, &str, Target); 21] = [
    ("lds", "digits-lr", "exact-if.50", Target::AtLeast(0.84)),
    ("lds", "digits-mlp", "index.50", Target::AtLeast(0.62)),
    ("lds", "lora-language", "index.50", Target::AtLeast(0.65)),
    ("lds", "lora-smooth", "index.50", Target::AtLeast(0.65)),
    ("lds", "lora-language", "index-over-datainf.50", Target::AtLeast(0.10)),
    ("lds", "lora-smooth", "index-over-datainf.50", Target::AtLeast(0.10)),
    ("lds", "lora-language", "index-over-grad-dot.50", Target::AtLeast(0.08)),
    ("lds", "lora-smooth", "index-over-grad-dot.50", Target::AtLeast(0.08)),
    ("lds", "lora-language", "bytes-per-row", Target::AtMost(3276.8)),
    ("lds", "lora-smooth", "bytes-per-row", Target::AtMost(3276.8)),
    ("lds", "", "int8-loss.50", Target::AtMost(0.005)),
    ("lds", "", "int4-loss.50", Target::AtMost(0.01)),
    ("lds", "", "shuffled.50", Target::AtMost(0.1)),
    ("lds", "", "shuffled.10", Target::AtMost(0.1)),
    ("loo", "", "shuffled", Target::AtMost(0.1)),
    ("mislabel", "", "auc", Target::AtLeast(0.99)),
    ("mislabel", "", "found-in-first-tenth", Target::AtLeast(0.9)),
    ("mislabel", "", "noise-share", Target::AtMost(0.02)),
    ("mislabel", "", "honest-unpaid", Target::AtMost(0.15)),
    ("utility", "", "top-over-random", Target::AtLeast(2.0)),
    ("utility", "", "bottom-over-random", Target::AtMost(0.5)),
];

impl Report<'_> {
    /// One figure for everything that was found, in the order of names.
    pub fn figures(&self, found: &[Found]) -> Vec<Figure> {
        let Some(first) = found.first() else { return Vec::new() };
        first.keys().map(|what| self.figure(what, found)).collect()
    }

    fn figure(&self, what: &str, found: &[Found]) -> Figure {
        let of_seeds: Vec<f64> = found.iter().map(|found| mean(&found[what])).collect();
        let all: Vec<f64> = found.iter().flat_map(|found| found[what].clone()).collect();
        let ours = mean(&of_seeds);
        let target = self.target(what);
        let seeds = self.options.seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        let control = ["shuffled", "naive"].iter().any(|name| what.starts_with(name));
        let before = if control { "control." } else { "" };
        let size = match self.options.size {
            Size::Small => "--size small ",
            Size::Full => "",
        };
        Figure {
            id: format!("{before}{}.{}.{what}", self.part, self.setting),
            what: self.describe(what),
            ours,
            // Queries of one seed share its models, so that seeds may differ by more than they say.
            error: standard_error(&of_seeds).max(standard_error(&all)),
            peer: None,
            target,
            holds: target.is_none_or(|target| target.holds(ours)),
            seeds: self.options.seeds.clone(),
            command: format!(
                "attribution-bench {} {size}--settings {} --seeds {seeds}",
                self.part, self.setting
            ),
        }
    }

    /// A small run is too small for targets.
    fn target(&self, what: &str) -> Option<Target> {
        let fits = |(part, setting, name, _): &&(&str, &str, &str, Target)| {
            *part == self.part && (setting.is_empty() || *setting == self.setting) && *name == what
        };
        match self.options.size {
            Size::Small => None,
            Size::Full => TARGETS.iter().find(fits).map(|(.., target)| *target),
        }
    }

    fn describe(&self, what: &str) -> String {
        let (name, percent) = match what.rsplit_once('.') {
            Some((name, percent)) if percent.parse::<u32>().is_ok() => {
                (name, format!(", {percent} % of rows dropped"))
            }
            _ => (what, String::new()),
        };
        let unit = match (self.part, name) {
            ("lds", "bytes-per-row") => "bytes of a row in the index",
            ("lds", _) if name.contains("loss") || name.contains("over") => "difference of LDS",
            ("lds", _) => "LDS: Spearman over retrained models, mean over queries",
            ("loo", _) => "Pearson with exact leave-one-out, mean over queries",
            ("mislabel", _) => "a tenth of the labels wrong",
            ("classdet", _) => "rows of the query's class told apart",
            _ => "held-out loss without a fifth of the rows, in increases with a random fifth",
        };
        format!("{unit}: {name}{percent}")
    }
}

//! Figures of all seeds: means, errors, targets.

use super::Options;
use super::measure::Found;
use crate::figure::{Figure, Target};
use crate::statistics::{mean, standard_error};

/// One figure for everything that was found, in the order of names.
pub fn figures(setting: &str, found: &[Found], options: &Options) -> Vec<Figure> {
    let Some(first) = found.first() else { return Vec::new() };
    first.keys().map(|what| figure(setting, what, (found, options))).collect()
}

fn figure(setting: &str, what: &str, (found, options): (&[Found], &Options)) -> Figure {
    let of_seeds: Vec<f64> = found.iter().map(|found| mean(&found[what])).collect();
    let of_queries: Vec<f64> = found.iter().flat_map(|found| found[what].clone()).collect();
    let ours = mean(&of_seeds);
    let (family, rest) = what.split_once('.').unwrap_or((what, ""));
    let control = rest.starts_with("shuffled") || rest.starts_with("without-adjoint");
    let target = target(setting, what);
    Figure {
        id: match (control, rest) {
            (true, _) => format!("control.{family}.{setting}.{rest}"),
            (false, "") => format!("replay.{setting}.{family}"),
            (false, _) => format!("{family}.{setting}.{rest}"),
        },
        what: describe(what),
        ours,
        error: standard_error(&of_queries),
        peer: None,
        target,
        holds: target.is_none_or(|target| target.holds(ours)),
        seeds: options.seeds.clone(),
        command: command(setting, options),
    }
}

/// What prints a figure again: all that it depends on.
fn command(setting: &str, options: &Options) -> String {
    let list = |all: Vec<String>| all.join(",");
    let seeds = list(options.seeds.iter().map(u64::to_string).collect());
    let dropped = list(options.dropped.iter().map(u32::to_string).collect());
    let (queries, left_out) = (options.queries, options.left_out);
    let models = options.models.map_or(String::new(), |models| format!(" --models {models}"));
    format!(
        "attribution-bench replay --settings {setting} --seeds {seeds} --dropped {dropped} \
         --queries {queries} --left-out {left_out}{models}"
    )
}

/// What was set before anything was measured.
fn target(setting: &str, what: &str) -> Option<Target> {
    match (setting, what) {
        ("lora-language" | "lora-smooth", "lds.replay.10") => Some(Target::AtLeast(0.93)),
        ("lora-language" | "lora-smooth", "lds.replay.5") => Some(Target::AtLeast(0.97)),
        (_, what) if what.starts_with("lds.shuffled") => Some(Target::AtMost(0.1)),
        _ => None,
    }
}

fn describe(what: &str) -> String {
    let method = match what.split('.').nth(1) {
        Some("replay") => "exact replay of the run",
        Some("shuffled") => "replay's scores given to rows at random",
        Some("without-adjoint") => "gradients along the run without its adjoint",
        Some("index") => "the online index",
        _ => "",
    };
    let percent = what.rsplit('.').next().unwrap_or_default();
    match what.split('.').next() {
        Some("lds") => format!("LDS of {method}, {percent} % of rows dropped"),
        Some("loo") => format!("Pearson with exact leave-one-out of {method}"),
        Some("fidelity") => format!("Spearman of {method} with replay, per query over rows"),
        _ => "metasmoothness towards a tenth of the rows left out".into(),
    }
}

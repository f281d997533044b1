//! The tables of a document, made from the file of figures: nobody copies a number by hand.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::figure::{Figure, Target};

/// What opens the part of a document that is made.
const START: &str = "<!-- figures -->";
/// What closes it.
const END: &str = "<!-- /figures -->";

/// What `attribution-bench table` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The file of figures.
    #[arg(long, default_value = "docs/figures/attribution.json")]
    pub figures: PathBuf,
    /// The document to write the tables into, between its markers.
    #[arg(long, conflicts_with = "check")]
    pub write: Option<PathBuf>,
    /// The document whose tables must already be those of the figures.
    #[arg(long)]
    pub check: Option<PathBuf>,
}

/// Writes or checks a document's tables; prints them where no document is named.
pub fn run(options: &Options) -> Result<()> {
    let bytes = std::fs::read(&options.figures)
        .with_context(|| format!("reading {}", options.figures.display()))?;
    let figures: Vec<Figure> = serde_json::from_slice(&bytes).context("the file of figures")?;
    if let Some(path) = &options.write {
        let text = read(path)?;
        return std::fs::write(path, replaced(&text, &figures)?).context("writing the document");
    }
    if let Some(path) = &options.check {
        let text = read(path)?;
        let fresh = text == replaced(&text, &figures)?;
        ensure!(fresh, "{} is stale: write its tables with `table --write`", path.display());
        return Ok(());
    }
    print!("{}", tables(&figures));
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

/// The document with the tables of these figures between its markers.
pub fn replaced(text: &str, figures: &[Figure]) -> Result<String> {
    let (before, rest) = text.split_once(START).context("the document has no <!-- figures -->")?;
    let (_, after) = rest.split_once(END).context("the document has no <!-- /figures -->")?;
    Ok(format!("{before}{START}\n\n{}\n{END}{after}", tables(figures)))
}

/// One table for each first word of the ids (`lds`, `gaming`, `control` …), then the commands.
fn tables(figures: &[Figure]) -> String {
    let mut text = String::new();
    for group in groups(figures) {
        let of_group = figures.iter().filter(|figure| family(figure) == group);
        text += &format!("**{group}**\n\n");
        text += "| figure | what | measured | peer | target | seeds | |\n";
        text += "|---|---|---|---|---|---|---|\n";
        of_group.for_each(|figure| text += &line(figure));
        text += "\n";
    }
    let mut commands: Vec<&str> = figures.iter().map(|figure| figure.command.as_str()).collect();
    commands.sort_unstable();
    commands.dedup();
    text += "Printed again by:\n\n```\n";
    commands.into_iter().for_each(|command| text += &format!("{command}\n"));
    text + "```\n"
}

/// The first words of the ids, each once, in order; controls last.
fn groups(figures: &[Figure]) -> Vec<&str> {
    let mut groups: Vec<&str> = figures.iter().map(family).collect();
    groups.sort_unstable_by_key(|group| (*group == "control", *group));
    groups.dedup();
    groups
}

fn family(figure: &Figure) -> &str {
    figure.id.split('.').next().unwrap_or_default()
}

fn line(figure: &Figure) -> String {
    let Figure { id, what, ours, error, .. } = figure;
    let peer = figure.peer.map_or("—".into(), number);
    let target = figure.target.map_or("—".into(), words);
    let seeds: Vec<String> = figure.seeds.iter().map(u64::to_string).collect();
    let (ours, error, seeds) = (number(*ours), number(*error), seeds.join(", "));
    let verdict = verdict(figure);
    format!("| `{id}` | {what} | {ours} ± {error} | {peer} | {target} | {seeds} | {verdict} |\n")
}

/// Whether the target is reached; a control reaches it by failing.
fn verdict(figure: &Figure) -> &'static str {
    match (figure.target, figure.holds, family(figure) == "control") {
        (None, ..) => "",
        (_, true, false) => "reached",
        (_, false, false) => "**missed**",
        (_, true, true) => "fails, as it must",
        (_, false, true) => "**does not fail**",
    }
}

fn words(target: Target) -> String {
    match target {
        Target::AtLeast(bound) => format!("≥ {}", number(bound)),
        Target::AtMost(bound) => format!("≤ {}", number(bound)),
        Target::Below(bound) => format!("< {}", number(bound)),
    }
}

/// Four decimals at most, without zeros at the end.
fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

#[cfg(test)]
mod tests;

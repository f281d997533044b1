//! `fraud`: every field of an index, a measure and the receipts is changed in several ways; what
//! is caught, by which check, and whether anything honest is ever challenged.
//!
//! Each change is tried *alone* (after the commitment: hashes and paths must catch it) and
//! *forged* (before it: the liar makes every later hash and measure anew, so that only claims,
//! records and remaking can catch it); a measure also *made to fit*, its rest and order made
//! right. Checks run from the cheapest: the record, links, paths, claims that the chain judges
//! from leaves and integers (`whence_canon::claim`), what others have on record, and at last
//! remaking a row or query from the model, which here is the comparison with honest bytes.
//!
//! Controls that must miss some: a verifier that takes leaves without their paths, and one that
//! takes a query's vector without its hash.

mod audit;
mod control;
mod mutate;
mod world;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use whence_canon::score::Bits;

use crate::figure::{self, Figure, Target};
use crate::{random, statistics};
use world::{Published, World};

/// What `attribution-bench fraud` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Honest answers that are audited, over all seeds.
    #[arg(long, default_value_t = 10_000)]
    pub honest: usize,
    /// Rows of the indices that are changed.
    #[arg(long, default_value_t = 130)]
    pub rows: usize,
    /// The file of figures to keep the results in.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

const SEEDS: [u64; 3] = [1, 2, 3];

/// What was tried of one field in one mode, and which check caught how many.
#[derive(Debug, Default)]
struct Tally {
    tried: usize,
    caught: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn missed(&self) -> usize {
        self.tried - self.caught.values().sum::<usize>()
    }

    /// Caught by what was published and the chain's record of it, without a model or other files.
    fn proven(&self) -> usize {
        let outside = |check: &&str| ["remade", "on record"].contains(check);
        self.caught.iter().filter(|(check, _)| !outside(check)).map(|(_, count)| count).sum()
    }
}

/// By object, field and mode.
type Table = BTreeMap<(&'static str, String, &'static str), Tally>;

/// Measures and prints; keeps the figures where told to.
pub fn run(options: &Options) -> Result<()> {
    let mut table = Table::new();
    let mut shares: BTreeMap<&'static str, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    let (mut challenged, mut honest) = (Vec::new(), 0);
    let mut controls = Vec::new();
    for seed in SEEDS {
        let found = changes(seed, options.rows)?;
        for object in ["header", "leaf", "index", "measure", "receipt"] {
            let of = || found.iter().filter(|(key, _)| key.0 == object).map(|(_, tally)| tally);
            let tried: usize = of().map(|tally| tally.tried).sum();
            let share = |count: usize| count as f64 / tried.max(1) as f64;
            let (caught, proven) = shares.entry(object).or_default();
            caught.push(1.0 - share(of().map(Tally::missed).sum()));
            proven.push(share(of().map(Tally::proven).sum()));
        }
        merge(&mut table, found);
        let count = options.honest.div_ceil(SEEDS.len());
        challenged.push(audit_honest(seed, count)? as f64);
        honest += count;
        controls.push(control::run(seed, options.rows)?);
    }
    print_table(&table);
    println!("honest answers: {honest}, challenged: {}", challenged.iter().sum::<f64>());
    let mut figures: Vec<Figure> = shares.iter().flat_map(caught).collect();
    figures.push(figure(
        "fraud.honest-challenged",
        format!("honest answers with an upheld claim, of {honest}, every possible claim raised"),
        &[challenged.iter().sum()],
        Some(Target::AtMost(0.0)),
    ));
    figures.extend(control_figures(&controls));
    figure::print(&figures);
    options.out.as_deref().map_or(Ok(()), |path| figure::keep(path, &figures))
}

fn merge(table: &mut Table, found: Table) {
    for (key, tally) in found {
        let sum = table.entry(key).or_default();
        sum.tried += tally.tried;
        tally.caught.into_iter().for_each(|(check, n)| *sum.caught.entry(check).or_default() += n);
    }
}

/// Tries every change on one world.
fn changes(seed: u64, rows: usize) -> Result<Table> {
    let world = World::new(seed, rows, Bits::Eight)?;
    let stream = &mut random::stream(seed, "fraud.changes");
    let (honest, other) = (world.answer(0)?, world.answer(1)?);
    ensure!(audit::audit(&honest, &honest)?.is_none(), "the honest answer stands");
    let mut table = Table::new();
    for change in mutate::all(&honest, &other, stream)? {
        let key = (change.object, change.field, change.mode);
        let tally = table.entry(key).or_default();
        tally.tried += 1;
        let caught = match &change.result {
            // What cannot be read is refused before anything is checked.
            None => Some("malformed"),
            Some(published) => audit::audit(published, &honest)?,
        };
        if let Some(check) = caught {
            *tally.caught.entry(check).or_default() += 1;
        }
    }
    Ok(table)
}

/// Audits honest answers over indices of many sizes with every possible claim; how many fell.
fn audit_honest(seed: u64, count: usize) -> Result<usize> {
    let sizes = [1, 2, 3, 63, 64, 65, 128, 200];
    let kinds = sizes.len() * 2;
    let mut fallen = 0;
    for (kind, size) in sizes.iter().chain(&sizes).enumerate() {
        let bits = if kind < sizes.len() { Bits::Eight } else { Bits::Four };
        let world = World::new(seed * 1000 + kind as u64, *size, bits)?;
        for at in (kind..count).step_by(kinds) {
            let published: Published = world.answer(at as u64)?;
            fallen += usize::from(audit::audit(&published, &published)?.is_some());
        }
    }
    Ok(fallen)
}

fn print_table(table: &Table) {
    println!(
        "{:<8} {:<18} {:<8} {:>6} {:>6}  caught by",
        "object", "field", "mode", "tried", "missed"
    );
    for ((object, field, mode), tally) in table {
        let by = tally.caught.iter().map(|(check, count)| format!("{check} {count}"));
        let by = by.collect::<Vec<_>>().join(", ");
        let (tried, missed) = (tally.tried, tally.missed());
        println!("{object:<8} {field:<18} {mode:<8} {tried:>6} {missed:>6}  {by}");
    }
}

fn caught((object, (caught, proven)): (&&'static str, &(Vec<f64>, Vec<f64>))) -> [Figure; 2] {
    let what = |how: &str| format!("changes of {object} fields that are caught{how}, as a share");
    let all =
        figure(&format!("fraud.caught.{object}"), what(""), caught, Some(Target::AtLeast(1.0)));
    let how = " from what is published alone, without a model or files to make it again";
    [all, figure(&format!("fraud.proven.{object}"), what(how), proven, None)]
}

fn control_figures(controls: &[control::Shares]) -> Vec<Figure> {
    let over = |part: fn(&control::Shares) -> f64| controls.iter().map(part).collect::<Vec<_>>();
    let line = |id: &str, what: &str, shares: &[f64], target| {
        figure(id, format!("forged answers caught, as a share: {what}"), shares, Some(target))
    };
    vec![
        line(
            "fraud.caught.supported",
            "forged leaves or queries shown in support",
            &over(|shares| shares.whole),
            Target::AtLeast(1.0),
        ),
        line(
            "control.fraud.without-path",
            "the same by a verifier without Merkle paths (must miss some)",
            &over(|shares| shares.without_path),
            Target::Below(1.0),
        ),
        line(
            "control.fraud.without-query-hash",
            "the same by a verifier without the query's hash (must miss some)",
            &over(|shares| shares.without_query_hash),
            Target::Below(1.0),
        ),
    ]
}

fn figure(id: &str, what: String, samples: &[f64], target: Option<Target>) -> Figure {
    let ours = statistics::mean(samples);
    Figure {
        id: id.to_owned(),
        what,
        ours,
        error: statistics::standard_error(samples),
        peer: None,
        target,
        holds: target.is_none_or(|target| target.holds(ours)),
        seeds: SEEDS.to_vec(),
        command: "attribution-bench fraud".into(),
    }
}

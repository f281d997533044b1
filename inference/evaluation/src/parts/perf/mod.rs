//! `perf`: how fast rows are indexed and answers scored, how large an index is, and how long the
//! chain would judge a claim.
//!
//! Two shapes: 24 matrices of 128 numbers, as the character model has, and 120 as a SmolLM2-135M
//! adapter on all its projections has (30 layers, four matrices). Vectors are drawn from a normal
//! distribution; time does not depend on what they are. A query's time is that of the whole
//! measure: every row's score and pay, sums, clusters, shares. Percentiles are over queries, and
//! errors over rounds. Times are by the wall: what else runs on the machine is in them, so its
//! load is printed before and after, and the scan's mean time on its core is measured too.

mod claims;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use whence_canon::index::Settings;
use whence_canon::score::{Bits, Shape, Vector};
use whence_influence::integers::file::unfinished;
use whence_influence::integers::{Index, Row, Writer, calibrate, quantise_query};

use crate::figure::{self, Figure, Target};
use crate::{random, statistics};

/// What `attribution-bench perf` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Numbers of rows.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000")]
    pub rows: Vec<usize>,
    /// Numbers of matrices.
    #[arg(long, value_delimiter = ',', default_value = "24,120")]
    pub matrices: Vec<usize>,
    /// Queries of one round; there are five rounds.
    #[arg(long, default_value_t = 40)]
    pub queries: usize,
    /// The file of figures to keep the results in.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Numbers that are kept of each matrix.
const KEPT: u32 = 128;
/// Vectors that are drawn; rows take turns with them.
const DRAWN: usize = 512;
const ROUNDS: usize = 5;
const SEED: u64 = 1;

/// Measures and prints; keeps the figures where told to.
pub fn run(options: &Options) -> Result<()> {
    print_load()?;
    let mut figures = Vec::new();
    for matrices in &options.matrices {
        let vectors = drawn(*matrices, DRAWN);
        for rows in &options.rows {
            for bits in [Bits::Eight, Bits::Four] {
                figures.extend(measure(&Size { rows: *rows, bits }, &vectors, options.queries)?);
            }
        }
    }
    figure::print(&figures);
    print_load()?;
    options.out.as_deref().map_or(Ok(()), |path| figure::keep(path, &figures))
}

/// Prints how many processes want a core, over one, five and fifteen minutes.
fn print_load() -> Result<()> {
    let load = std::fs::read_to_string("/proc/loadavg").context("reading the load")?;
    println!("load: {}", load.trim());
    Ok(())
}

/// What one index is measured at.
struct Size {
    rows: usize,
    bits: Bits,
}

type Blocks = Vec<Vec<f32>>;

/// Vectors whose usual length is one.
fn drawn(matrices: usize, count: usize) -> Vec<Blocks> {
    let stream = &mut random::stream(SEED, "perf");
    let scale = 1.0 / (matrices as f32 * KEPT as f32).sqrt();
    let mut block = || (0..KEPT).map(|_| random::normal(stream) * scale).collect::<Vec<f32>>();
    let mut vector = || (0..matrices).map(|_| block()).collect();
    (0..count).map(|_| vector()).collect()
}

fn measure(size: &Size, vectors: &[Blocks], queries: usize) -> Result<Vec<Figure>> {
    let matrices = vectors[0].len();
    let name = format!("{matrices}x{KEPT}-i{}.{}-rows", size.bits.number(), size.rows);
    let what = format!("{matrices} × {KEPT} numbers of {} bits, ", size.bits.number());
    let what = format!("{what}{} rows", size.rows);
    let mut figures = Vec::new();
    let mut add = |id: &str, text: &str, samples: &[f64], target| {
        let ours = statistics::mean(samples);
        figures.push(Figure {
            id: format!("perf.{id}.{name}"),
            what: format!("{text}: {what}"),
            ours,
            error: statistics::standard_error(samples),
            peer: None,
            target,
            holds: target.is_none_or(|target: Target| target.holds(ours)),
            seeds: vec![SEED],
            command: "attribution-bench perf".into(),
        });
    };
    let (file, seconds) = threads(1, || build(size, vectors))??;
    add("indexed-rows-per-second", "rows indexed a second, 1 thread", &[seconds], None);
    let index = Index::parse(&file)?;
    let bytes = index.header().leaf_bytes() as f64;
    // Of the character model's index: 24 × 128 numbers of 8 bits.
    let small = (matrices == 24 && size.bits == Bits::Eight).then_some(Target::AtMost(3276.8));
    add("bytes-per-row", "bytes of a row", &[bytes], small);
    for count in [1, 2] {
        let (times, busy) = threads(count, || scans(&index, vectors, queries))??;
        let over = |part| times.iter().map(|round| percentile(round, part)).collect::<Vec<_>>();
        let ten = (size.rows == 10_000).then_some(Target::AtMost(50.0));
        let text = |part| format!("ms a query, {part} of {queries}, {count} thread(s)");
        if count == 1 {
            add("scan-cpu-ms", "ms a query on its core, mean", &busy, None);
        }
        add(&format!("scan-ms-p50-{count}t"), &text("median"), &over(0.5), None);
        add(&format!("scan-ms-p95-{count}t"), &text("95th percentile"), &over(0.95), ten);
    }
    let query = quantise_query(&index.query_shape()?, &vectors[0])?.bytes;
    let rounds = (0..ROUNDS).map(|_| claims::milliseconds(&index, &query));
    let (scores, omissions): (Vec<_>, Vec<_>) =
        rounds.collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let over = |times: &[Vec<f64>]| times.iter().map(|r| percentile(r, 0.95)).collect::<Vec<_>>();
    let limit = Some(Target::Below(1.0));
    add("claim-c1-ms-p95", "ms to judge a row score, 95th percentile", &over(&scores), limit);
    add("claim-c2-ms-p95", "ms to judge an omission, 95th percentile", &over(&omissions), limit);
    Ok(figures)
}

fn threads<T: Send>(count: usize, work: impl FnOnce() -> T + Send) -> Result<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
    Ok(pool.context("starting threads")?.install(work))
}

/// An index's file, and how many rows a second were rounded, hashed and written.
fn build(size: &Size, vectors: &[Blocks]) -> Result<(Vec<u8>, f64)> {
    let settings = Settings {
        method: "perf".into(),
        base: [0; 32],
        adapter: [0; 32],
        preconditioner: [0; 32],
        damping_ppb: 1_000_000_000,
        checkpoints: 1,
        shape: Shape::new(vec![KEPT; vectors[0].len()], size.bits)?,
    };
    let room = (settings.shape.bytes() + 64) * size.rows + 4096;
    let mut writer = Writer::create(settings.clone(), Vec::with_capacity(room))?;
    let row = |at: usize| Row {
        id: at as u64,
        hash: [0; 32],
        cluster: at as u64,
        self_influence: 0.0,
        blocks: &vectors[at % vectors.len()],
    };
    let rows: Vec<Row<'_>> = (0..size.rows).map(row).collect();
    let started = Instant::now();
    writer.append(&rows)?;
    let seconds = started.elapsed().as_secs_f64();
    let calibration = calibrate(&settings, unfinished(writer.sink())?.1)?;
    Ok((writer.finish(calibration)?.0, size.rows as f64 / seconds))
}

/// Milliseconds of each query of each round by the wall, and of a query on this thread's core.
fn scans(
    index: &Index<'_>,
    vectors: &[Blocks],
    queries: usize,
) -> Result<(Vec<Vec<f64>>, Vec<f64>)> {
    let shape = index.query_shape()?;
    let ask = |at: usize| -> Result<f64> {
        let query = quantise_query(&shape, &vectors[at % vectors.len()])?;
        let query = Vector::parse(&shape, &query.bytes)?;
        let started = Instant::now();
        let measure = index.measure(&query)?;
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        anyhow::ensure!(!measure.listed.is_empty(), "a query like a row has rows that count");
        Ok(milliseconds)
    };
    ask(0)?;
    let round = |round: usize| -> Result<(Vec<f64>, f64)> {
        let before = busy_milliseconds()?;
        let times = (0..queries).map(|at| ask(round * queries + at)).collect::<Result<_>>()?;
        Ok((times, (busy_milliseconds()? - before) / queries as f64))
    };
    Ok((0..ROUNDS).map(round).collect::<Result<Vec<_>>>()?.into_iter().unzip())
}

/// How long this thread has been on a core; Linux brings it up to date some hundred times a second.
fn busy_milliseconds() -> Result<f64> {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").context("reading times")?;
    let nanoseconds = times.split(' ').next().context("a thread's time on its core")?;
    Ok(nanoseconds.parse::<f64>()? / 1e6)
}

fn percentile(values: &[f64], part: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[((values.len() as f64 * part) as usize).min(values.len() - 1)]
}

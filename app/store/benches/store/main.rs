//! What the tree costs per key, beside the `jmt` crate over the same RocksDB, and what a version
//! costs on disk.
//!
//! `cargo bench -p whence-store` prints the figures and writes `docs/figures/store.json`; with `--
//! quick` only the smaller tree is measured and nothing is written.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    unreachable_pub,
    missing_docs,
    reason = "a bench"
)]

mod crate_jmt;
mod work;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::tempdir;
use whence_store::{Changes, Options, Pruning, Store};

use crate_jmt::CrateStore;
use work::{Random, fill_blocks, update_block};

const COMMAND: &str = "make bench PART=store";
/// Blocks that are measured, and blocks before them that warm the caches.
const BLOCKS: u64 = 10;
const WARM: u64 = 10;

/// The fastest of the measured blocks, on both sides: the others tell what else the machine was
/// doing.
#[derive(Clone, Copy)]
struct Cost {
    root: Duration,
    commit: Duration,
}

const SLOWEST: Cost = Cost { root: Duration::MAX, commit: Duration::MAX };

impl Cost {
    fn best(self, other: Self) -> Self {
        Self { root: self.root.min(other.root), commit: self.commit.min(other.commit) }
    }
}

type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// What is measured.
trait Tree {
    /// Applies a block of new values.
    fn block(&mut self, rows: Rows) -> Cost;
    /// The size on disk, compacted.
    fn size(&mut self) -> u64;
}

struct Ours {
    _dir: tempfile::TempDir,
    store: Store,
    height: u64,
}

impl Ours {
    fn new(keys: u64) -> Self {
        let dir = tempdir().unwrap();
        let options = Options { pruning: Pruning::Nothing, ..Options::default() };
        let store = Store::open(dir.path(), &["bank"], options).unwrap();
        let mut ours = Self { _dir: dir, store, height: 0 };
        for block in fill_blocks(keys) {
            ours.block(block);
        }
        ours
    }
}

impl Tree for Ours {
    fn block(&mut self, rows: Rows) -> Cost {
        self.height += 1;
        let rows = rows.into_iter().map(|(key, value)| (key, Some(value))).collect();
        let changes = Changes::from([("bank", rows)]);
        let start = Instant::now();
        let staged = self.store.stage(self.height, changes).unwrap();
        let root = start.elapsed();
        let start = Instant::now();
        self.store.commit(staged).unwrap();
        Cost { root, commit: start.elapsed() }
    }

    fn size(&mut self) -> u64 {
        self.store.compact().unwrap();
        self.store.table_bytes().unwrap()
    }
}

impl Tree for CrateStore {
    fn block(&mut self, rows: Rows) -> Cost {
        let start = Instant::now();
        let staged = self.stage(rows);
        let root = start.elapsed();
        let start = Instant::now();
        self.commit(staged);
        Cost { root, commit: start.elapsed() }
    }

    fn size(&mut self) -> u64 {
        crate_jmt::compact(&self.db)
    }
}

/// Times the same blocks on both, in turn.
fn time(mut trees: [&mut dyn Tree; 2], keys: u64, per_block: u64) -> [Cost; 2] {
    let mut random = Random(per_block);
    let mut best = [SLOWEST; 2];
    for block in 0..WARM + BLOCKS {
        let rows = update_block(&mut random, keys, per_block);
        for (tree, best) in trees.iter_mut().zip(&mut best) {
            let cost = tree.block(rows.clone());
            if block >= WARM {
                *best = best.best(cost);
            }
        }
    }
    best
}

/// KB that a version adds, everything kept.
fn growth(tree: &mut dyn Tree, keys: u64, per_block: u64) -> f64 {
    let mut random = Random(per_block + 1);
    let before = tree.size() as f64;
    for _ in 0..BLOCKS {
        tree.block(update_block(&mut random, keys, per_block));
    }
    (tree.size() as f64 - before) / BLOCKS as f64 / 1e3
}

fn micros(time: Duration, per: u64) -> f64 {
    time.as_secs_f64() * 1e6 / per as f64
}

/// Two decimals are all that a run can tell.
fn figure(id: &str, what: &str, unit: &str, (ours, peer): (f64, Option<f64>)) -> Value {
    let round = |x: f64| (x * 100.0).round() / 100.0;
    let ratio = peer.map(|peer| round(peer / ours));
    println!(
        "{id:<34} {:>10.2} {:>10} {:>8} {unit:<16} {what}",
        ours,
        peer.map_or("-".into(), |peer| format!("{peer:.2}")),
        ratio.map_or("-".into(), |ratio| format!("{ratio}x"))
    );
    json!({ "id": id, "what": what, "unit": unit, "ours": round(ours),
        "peer": peer.map(round), "ratio": ratio, "command": COMMAND })
}

fn compare(keys: u64, figures: &mut Vec<Value>) {
    let name = if keys >= 1_000_000 { "1m" } else { "100k" };
    let (mut ours, mut peer) = (Ours::new(keys), CrateStore::new(keys));
    for per_block in [300, 3_000, 30_000] {
        let [a, b] = time([&mut ours, &mut peer], keys, per_block);
        let on = format!("{per_block} random updates in {keys} keys, per key, fastest of 10");
        for (kind, what, a, b) in [
            ("root", "changes to root", a.root, b.root),
            (
                "commit",
                "one synced batch (ours with flat, history, stale rows)",
                a.commit,
                b.commit,
            ),
        ] {
            let id = format!("store.{kind}.{name}.{per_block}");
            let what = format!("{what}, {on}; peer: jmt 0.12 over RocksDB too");
            let pair = (micros(a, per_block), Some(micros(b, per_block)));
            figures.push(figure(&id, &what, "us/key", pair));
        }
    }
    for per_block in [300, 3_000] {
        let id = format!("store.disk.{name}.{per_block}");
        let what = format!("disk per version, nothing pruned, {per_block} updates in {keys} keys");
        let (a, b) = (growth(&mut ours, keys, per_block), growth(&mut peer, keys, per_block));
        figures.push(figure(&id, &what, "KB/version", (a, Some(b))));
    }
    reads(&ours, keys, name, figures);
}

/// The fastest of five runs; the first one warms the caches.
fn fastest(mut run: impl FnMut()) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed());
    }
    best
}

fn reads(ours: &Ours, keys: u64, name: &str, figures: &mut Vec<Value>) {
    let mut random = Random(1);
    let picks: Vec<_> = (0..20_000).map(|_| work::key(random.below(keys))).collect();
    let views = [ours.store.view(None).unwrap(), ours.store.view(Some(ours.height - 20)).unwrap()];
    for (view, kind) in views.iter().zip(["get", "get_past"]) {
        let cost = micros(
            fastest(|| picks.iter().for_each(|key| assert!(view.get("bank", key).is_some()))),
            picks.len() as u64,
        );
        let what = format!("point read, {kind}, {keys} keys");
        figures.push(figure(&format!("store.{kind}.{name}"), &what, "us", (cost, None)));
    }
    let prove = |key: &Vec<u8>| assert_eq!(views[0].prove("bank", key).unwrap().ops.len(), 2);
    let cost = micros(fastest(|| picks[..2_000].iter().for_each(prove)), 2_000);
    let what = format!("two-op membership proof, {keys} keys");
    figures.push(figure(&format!("store.prove.{name}"), &what, "us", (cost, None)));
    let free = std::ops::Bound::Unbounded;
    let count = keys.min(100_000);
    let range = || views[0].range("bank", free, free, false).take(count as usize).count();
    let cost = micros(fastest(|| assert_eq!(range() as u64, count)), count);
    let what = format!("range at the latest height, per entry, {keys} keys");
    figures.push(figure(&format!("store.range.{name}"), &what, "us", (cost, None)));
}

/// Blocks with nothing in them, with pruning: what stays on disk.
fn idle(figures: &mut Vec<Value>) {
    let dir = tempdir().unwrap();
    let options = Options { pruning: Pruning::Everything, ..Options::default() };
    let store = Store::open(dir.path(), &["auth", "bank", "staking"], options).unwrap();
    let run = |from: u64, to: u64| {
        for height in from..=to {
            store.commit(store.stage(height, Changes::new()).unwrap()).unwrap();
        }
        store.compact().unwrap();
        store.table_bytes().unwrap() as f64
    };
    let before = run(1, 500);
    let start = Instant::now();
    let after = run(501, 5_500);
    let cost = micros(start.elapsed(), 5_000);
    let what = "disk growth per empty block, pruning everything";
    figures.push(figure(
        "store.idle.disk",
        what,
        "bytes/version",
        ((after - before) / 5_000.0, None),
    ));
    figures.push(figure(
        "store.idle.block",
        "stage and commit of an empty block",
        "us",
        (cost, None),
    ));
}

fn main() {
    let quick = std::env::args().any(|arg| arg == "quick");
    let mut figures = Vec::new();
    compare(100_000, &mut figures);
    if quick {
        return;
    }
    compare(1_000_000, &mut figures);
    idle(&mut figures);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/figures");
    std::fs::create_dir_all(folder).unwrap();
    let text = serde_json::to_string_pretty(&figures).unwrap() + "\n";
    std::fs::write(format!("{folder}/store.json"), text).unwrap();
}

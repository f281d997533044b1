//! An honest world: a training, an index over drawn gradients, and answers with their measures.

use anyhow::{Context, Result};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use whence_canon::index::{Header, Settings, header_digest, leaf_digest, query_hash};
use whence_canon::merkle::Hash;
use whence_canon::receipt::{AnswerReceipt, IndexReceipt, TrainReceipt};
use whence_canon::score::{Bits, Shape, Vector};
use whence_influence::integers::file::unfinished;
use whence_influence::integers::tree::Tree;
use whence_influence::integers::{Index, Row, Writer, calibrate, quantise_query};

use crate::random;

/// Blocks of uneven widths, so that nothing rests on one.
const WIDTHS: [u32; 6] = [32, 17, 64, 5, 128, 32];

type Blocks = Vec<Vec<f32>>;

/// Everything that a provider publishes of one answer.
#[derive(Debug, Clone)]
pub(super) struct Published {
    pub(super) train: TrainReceipt,
    pub(super) index: IndexReceipt,
    pub(super) answer: AnswerReceipt,
    /// The digest of the answer's receipt that stands on record.
    pub(super) recorded: Hash,
    pub(super) header: Vec<u8>,
    pub(super) leaves: Vec<Vec<u8>>,
    pub(super) tree: Tree,
    pub(super) query: Vec<u8>,
    pub(super) measure: Vec<u8>,
}

impl Published {
    /// The tree over what is published as header and leaves.
    pub(super) fn tree_of(header: &[u8], leaves: &[Vec<u8>]) -> Tree {
        let rows = leaves.iter().map(|leaf| leaf_digest(leaf));
        Tree::new(&std::iter::once(header_digest(header)).chain(rows).collect::<Vec<_>>())
    }

    pub(super) fn path(&self, leaf: usize) -> Result<Vec<Hash>> {
        self.tree.path(leaf).context("a leaf of the tree")
    }
}

/// A trained adapter's index, and rows that answers are like.
pub(super) struct World {
    seed: u64,
    train: TrainReceipt,
    file: Vec<u8>,
    rows: Vec<Blocks>,
}

impl World {
    /// Draws rows: in seven of eight a common part, every ninth a copy of its neighbour's cluster,
    /// every fiftieth an outlier, every tenth with something that rotation left out.
    pub(super) fn new(seed: u64, rows: usize, bits: Bits) -> Result<Self> {
        let stream = &mut random::stream(seed, "fraud.world");
        let common = drawn(stream, 0.1);
        let row = |at: usize, stream: &mut ChaCha8Rng| {
            let own = drawn(stream, if at % 50 == 49 { 3.0 } else { 0.1 });
            if at.is_multiple_of(8) { own } else { sum(&own, &common, 0.4) }
        };
        let rows: Vec<Blocks> = (0..rows).map(|at| row(at, stream)).collect();
        let settings = Settings {
            method: "fraud/1".into(),
            base: hash(seed, "base"),
            adapter: hash(seed, "adapter"),
            preconditioner: hash(seed, "preconditioner"),
            damping_ppb: 1_000_000_000,
            checkpoints: 2,
            shape: Shape::new(WIDTHS.to_vec(), bits)?,
        };
        let train = TrainReceipt {
            base: settings.base,
            datanet_root: hash(seed, "datanet"),
            recipe: hash(seed, "recipe"),
            order_seed: hash(seed, "beacon"),
            checkpoint_root: hash(seed, "checkpoints"),
            adapter: settings.adapter,
            evaluation_root: hash(seed, "evaluation"),
        };
        let file = write(seed, settings, &rows)?;
        Ok(Self { seed, train, file, rows })
    }

    /// An honest answer; numbers give other queries: like a row, like two, like none, its opposite.
    pub(super) fn answer(&self, number: u64) -> Result<Published> {
        let stream = &mut random::stream(self.seed, &format!("fraud.query.{number}"));
        let noise = drawn(stream, [0.05, 0.2, 1.0][(number % 3) as usize]);
        let one = &self.rows[random::below(stream, self.rows.len())];
        let two = &self.rows[random::below(stream, self.rows.len())];
        let asked = match number % 4 {
            0 => sum(&noise, one, 1.0),
            1 => sum(&sum(&noise, one, 1.0), two, 1.0),
            2 => noise,
            _ => sum(&noise, one, -1.0),
        };
        let index = Index::parse(&self.file)?;
        let query = quantise_query(&index.header().settings.shape, &asked)?.bytes;
        let shape = index.query_shape()?;
        let measure = index.measure(&Vector::parse(&shape, &query)?)?.bytes();
        let header: &Header = index.header();
        let receipt = IndexReceipt {
            training: self.train.digest(),
            adapter: self.train.adapter,
            preconditioner: header.settings.preconditioner,
            damping_ppb: header.settings.damping_ppb,
            bits: header.settings.shape.bits().number(),
            rows: header.rows,
            row_root: index.root(),
            span_root: hash(self.seed, "spans"),
            retrieval_root: hash(self.seed, "retrieval"),
        };
        let answer = AnswerReceipt {
            index: receipt.digest(),
            adapter: self.train.adapter,
            query_commit: hash(number, "question"),
            output: hash(number, "output"),
            sampler_seed: number,
            activation_commit: hash(number, "activations"),
            query_vector: query_hash(&query),
            measure: whence_canon::measure::measure_digest(&measure),
        };
        let leaves: Vec<Vec<u8>> = index.leaf_bytes().map(<[u8]>::to_vec).collect();
        let (train, recorded) = (self.train.clone(), answer.digest());
        let (header, tree) = (header.bytes(), index.tree());
        let index = receipt;
        Ok(Published { train, index, answer, recorded, header, leaves, tree, query, measure })
    }
}

fn write(seed: u64, settings: Settings, rows: &[Blocks]) -> Result<Vec<u8>> {
    let mut writer = Writer::create(settings, Vec::new())?;
    let row = |(at, blocks): (usize, &Blocks)| {
        // Every ninth row is in the cluster of the row before.
        let first = at - usize::from(at % 9 == 8);
        let left_out = if at.is_multiple_of(10) { 0.5 } else { 0.0 };
        (3 * at as u64 + 5, 3 * first as u64 + 5, left_out, blocks.clone())
    };
    for (id, cluster, self_influence, blocks) in rows.iter().enumerate().map(row) {
        let hash = hash(seed, &format!("row {id}"));
        writer.append(&[Row { id, hash, cluster, self_influence, blocks: &blocks }])?;
    }
    let (settings, leaves) = unfinished(writer.sink())?;
    let calibration = calibrate(&settings, leaves)?;
    Ok(writer.finish(calibration)?.0)
}

fn drawn(stream: &mut ChaCha8Rng, scale: f32) -> Blocks {
    let mut block = |width: u32| (0..width).map(|_| random::normal(stream) * scale).collect();
    WIDTHS.iter().map(|width| block(*width)).collect()
}

fn sum(x: &Blocks, y: &Blocks, times: f32) -> Blocks {
    let block = |(x, y): (&Vec<f32>, &Vec<f32>)| {
        x.iter().zip(y).map(|(x, y)| x + times * y).collect::<Vec<f32>>()
    };
    x.iter().zip(y).map(block).collect()
}

fn hash(seed: u64, what: &str) -> Hash {
    Sha256::new().chain_update(seed.to_le_bytes()).chain_update(what).finalize().into()
}

//! An adapter's folder as `whence-inference` writes it, read for the record: the files' digests,
//! the training receipt, and the index's root.

use std::path::Path;

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use whence_canon::merkle;
use whence_proto::whence::model::v1::{
    DatanetVersionRef, FileDigest, IndexReceipt, MetricValue, TrainingReceipt,
};

/// The adapter's weights.
const WEIGHTS_FILE: &str = "adapter_model.safetensors";
/// The files that are recorded when they are there.
const FILES: [&str; 5] =
    ["adapter_config.json", WEIGHTS_FILE, "attribution.basis", "attribution.index", "receipt.json"];
/// Longest file that is read.
const FILE_BYTES_MAX: u64 = 1 << 32;
/// Deepest recipe that is read.
const DEPTH_MAX: usize = 16;

/// What `whence-inference tune` says of its run.
#[derive(Debug, Deserialize)]
struct Receipt {
    base_sha256: String,
    datanet_versions: Vec<DatanetVersion>,
    rows: Vec<String>,
    #[serde(default)]
    held_out: Vec<String>,
    config: Map<String, Value>,
    software: String,
    kernel: String,
    metrics: Map<String, Value>,
    /// States of the run that were kept, besides the adapter.
    #[serde(default)]
    checkpoints: Vec<KeptState>,
    adapter_sha256: String,
}

#[derive(Debug, Deserialize)]
struct KeptState {
    sha256: String,
}

#[derive(Debug, Deserialize)]
struct DatanetVersion {
    datanet: u64,
    version: u64,
    root: String,
}

/// What `whence-inference index` says of the index.
#[derive(Debug, Deserialize)]
struct Index {
    root: String,
    method: String,
    rows: u64,
    /// Absent when the method has none.
    #[serde(default)]
    preconditioner: String,
}

/// All of a folder that goes on the record.
#[derive(Debug)]
pub struct Folder {
    /// Its files.
    pub files: Vec<FileDigest>,
    /// How the adapter was made.
    pub training: TrainingReceipt,
    /// Its attribution index.
    pub index: IndexReceipt,
}

impl Folder {
    /// Reads a folder; refuses one whose parts do not belong together.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        for name in FILES {
            if let Some(digest) = digest(folder, name)? {
                files.push(digest);
            }
        }
        let receipt: Receipt = json_file(&folder.join("receipt.json"))?;
        let weights = files.iter().find(|file| file.name == WEIGHTS_FILE);
        let weights =
            weights.with_context(|| format!("{}: no {WEIGHTS_FILE}", folder.display()))?;
        ensure!(
            hex::encode(&weights.sha256) == receipt.adapter_sha256,
            "receipt.json is of adapter {}, {WEIGHTS_FILE} is {}",
            receipt.adapter_sha256,
            hex::encode(&weights.sha256)
        );
        let index: Index = json_file(&folder.join("index.json"))
            .context("`whence-inference index` writes it beside the index")?;
        let index = IndexReceipt {
            method: index.method,
            row_root: bytes32("index.json: root", &index.root)?,
            preconditioner_hash: hex::decode(&index.preconditioner)?,
            row_count: index.rows,
        };
        Ok(Self { files, training: training(&receipt)?, index })
    }
}

/// The Merkle root over the digests of the states that the run kept, and last the adapter's own.
fn checkpoint_root(receipt: &Receipt) -> anyhow::Result<Vec<u8>> {
    let kept = receipt.checkpoints.iter().map(|state| &state.sha256);
    let digests = kept.chain([&receipt.adapter_sha256]).map(|digest| {
        let bytes = bytes32("receipt.json: a checkpoint's sha256", digest)?;
        <[u8; 32]>::try_from(bytes.as_slice()).context("a digest has 32 bytes")
    });
    Ok(merkle::root(&digests.collect::<anyhow::Result<Vec<_>>>()?).to_vec())
}

fn training(receipt: &Receipt) -> anyhow::Result<TrainingReceipt> {
    let adapter = bytes32("receipt.json: adapter_sha256", &receipt.adapter_sha256)?;
    let version = |version: &DatanetVersion| {
        anyhow::Ok(DatanetVersionRef {
            datanet_id: version.datanet,
            version: version.version,
            manifest_root: bytes32("receipt.json: datanet_versions.root", &version.root)?,
        })
    };
    // Which of the version's rows were learned from is a part of the recipe.
    let recipe = json!({
        "config": receipt.config,
        "rows_root": rows_root(&receipt.rows)?,
        "held_out_root": rows_root(&receipt.held_out)?,
    });
    let recipe = canonical(&recipe, 0)?;
    let number = |field: &str| receipt.metrics.get(field).and_then(Value::as_u64).unwrap_or(0);
    let named = [
        ("training loss", "training_loss"),
        ("held-out loss before", "held_out_loss_before"),
        ("held-out loss", "held_out_loss_after"),
    ];
    let metrics = named.iter().filter_map(|(name, field)| {
        let text = receipt.metrics.get(*field)?.as_number()?.to_string();
        Some(MetricValue { name: (*name).to_owned(), value_millionths: millionths(&text)? })
    });
    Ok(TrainingReceipt {
        base_model_digest: bytes32("receipt.json: base_sha256", &receipt.base_sha256)?,
        datanet_versions: receipt
            .datanet_versions
            .iter()
            .map(version)
            .collect::<anyhow::Result<Vec<_>>>()?,
        recipe_hash: Sha256::digest(&recipe).to_vec(),
        recipe,
        seed: seed(receipt),
        software_version: format!("{} {}", receipt.software, receipt.kernel),
        checkpoint_root: checkpoint_root(receipt)?,
        adapter_digest: adapter,
        row_count: u64::try_from(receipt.rows.len())?,
        steps: number("steps"),
        metrics: metrics.collect(),
    })
}

/// Root over rows' hashes, in the order in which they were given.
fn rows_root(hashes: &[String]) -> anyhow::Result<String> {
    let hashes = hashes.iter().map(|hash| {
        let bytes = bytes32("receipt.json: a row's hash", hash)?;
        bytes.as_slice().try_into().context("a row's hash")
    });
    Ok(hex::encode(merkle::root(&hashes.collect::<anyhow::Result<Vec<[u8; 32]>>>()?)))
}

/// The recipe's seed, as 32 bytes big-endian.
fn seed(receipt: &Receipt) -> Vec<u8> {
    let seed = receipt.config.get("seed").and_then(Value::as_u64).unwrap_or(0);
    [&[0u8; 24][..], &seed.to_be_bytes()].concat()
}

/// JSON with sorted keys and no spaces; a number that is no integer becomes its text.
pub fn canonical(value: &Value, depth: usize) -> anyhow::Result<String> {
    ensure!(depth < DEPTH_MAX, "the recipe is deeper than {DEPTH_MAX}");
    let below = depth.saturating_add(1);
    Ok(match value {
        Value::Number(number) if number.is_f64() => serde_json::to_string(&number.to_string())?,
        Value::Array(list) => {
            let list = list.iter().map(|value| canonical(value, below));
            format!("[{}]", list.collect::<anyhow::Result<Vec<_>>>()?.join(","))
        }
        Value::Object(object) => {
            let mut fields: Vec<_> = object.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let fields = fields.into_iter().map(|(name, value)| {
                anyhow::Ok(format!("{}:{}", serde_json::to_string(name)?, canonical(value, below)?))
            });
            format!("{{{}}}", fields.collect::<anyhow::Result<Vec<_>>>()?.join(","))
        }
        plain => plain.to_string(),
    })
}

/// A decimal number as millionths, cut off after the sixth place; nothing when it does not fit.
pub fn millionths(text: &str) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, mantissa),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let mut value: i128 = format!("{whole}{part}").parse().ok()?;
    let places = exponent.checked_add(6)?.checked_sub(i32::try_from(part.len()).ok()?)?;
    // 38 places are more than any number here has.
    for _ in 0..places.unsigned_abs().min(38) {
        value = if places > 0 { value.checked_mul(10)? } else { value.checked_div(10)? };
    }
    i64::try_from(value.checked_mul(sign)?).ok()
}

fn bytes32(what: &str, text: &str) -> anyhow::Result<Vec<u8>> {
    let bytes = hex::decode(text).with_context(|| format!("{what} {text:?}"))?;
    ensure!(bytes.len() == 32, "{what} has {} bytes, expected 32", bytes.len());
    Ok(bytes)
}

fn json_file<T: serde::de::DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = std::fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}

/// A file's digest; nothing when it is not there.
fn digest(folder: &Path, name: &str) -> anyhow::Result<Option<FileDigest>> {
    let path = folder.join(name);
    let place = || path.display().to_string();
    let mut file = match std::fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(place),
    };
    let byte_size = file.metadata().with_context(place)?.len();
    ensure!(byte_size <= FILE_BYTES_MAX, "{}: {byte_size} bytes", place());
    let mut hash = Sha256::new();
    std::io::copy(&mut file, &mut hash).with_context(place)?;
    let sha256 = hash.finalize().to_vec();
    Ok(Some(FileDigest { name: name.to_owned(), sha256, byte_size }))
}

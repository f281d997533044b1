//! A file of rows as a contribution: each row canonical, the root over all of them, the blob's
//! digests.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::Value;
use sha2::{Digest, Sha256};
use whence_canon::merkle;
use whence_canon::row::Row;

/// Largest file of rows that is read.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// Most refusals that are told one by one.
const TOLD_MAX: usize = 20;

/// One row of a file.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The line's JSON, as it was given.
    pub given: Value,
    /// Hash of its canonical form.
    pub hash: [u8; 32],
}

/// A line that cannot be a row of the contribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which line, from 1.
    pub line: usize,
    /// Why.
    pub why: String,
}

/// A file of rows.
#[derive(Debug)]
pub struct Batch {
    /// The rows, in the file's order; their places count from 0.
    pub rows: Vec<FileRow>,
    /// Lines that cannot be rows.
    pub refused: Vec<Refused>,
    /// Size of the file.
    pub byte_size: u64,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// BLAKE3 of the file.
    pub blake3: [u8; 32],
}

impl Batch {
    /// Reads a file of JSON lines; empty lines are passed over.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let place = || path.display().to_string();
        let size = std::fs::metadata(path).with_context(place)?.len();
        ensure!(size <= FILE_BYTES_MAX, "{}: {size} bytes, at most {FILE_BYTES_MAX}", place());
        let bytes = std::fs::read(path).with_context(place)?;
        Self::parse(&bytes).with_context(place)
    }

    /// Reads the bytes of such a file.
    pub fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        let text = std::str::from_utf8(bytes).context("expected UTF-8")?;
        let mut batch = Self {
            rows: Vec::new(),
            refused: Vec::new(),
            byte_size: u64::try_from(bytes.len())?,
            sha256: Sha256::digest(bytes).into(),
            blake3: blake3::hash(bytes).into(),
        };
        let mut seen = BTreeMap::new();
        for (line, text) in (1usize..).zip(text.lines()) {
            if !text.trim().is_empty() {
                batch.take(line, text, &mut seen);
            }
        }
        Ok(batch)
    }

    fn take(&mut self, line: usize, text: &str, seen: &mut BTreeMap<[u8; 32], usize>) {
        let read = Row::parse_json(text).map_err(|why| why.to_string());
        let read = read.and_then(|row| {
            let given = serde_json::from_str(text).map_err(|why| why.to_string())?;
            Ok(FileRow { line, given, hash: row.hash() })
        });
        match read {
            Err(why) => self.refused.push(Refused { line, why }),
            Ok(row) => match seen.get(&row.hash) {
                Some(first) => {
                    let why = format!("the same row as line {first}");
                    self.refused.push(Refused { line, why });
                }
                None => {
                    seen.insert(row.hash, line);
                    self.rows.push(row);
                }
            },
        }
    }

    /// Hashes of the rows, in order.
    pub fn hashes(&self) -> Vec<[u8; 32]> {
        self.rows.iter().map(|row| row.hash).collect()
    }

    /// Root over the rows.
    pub fn root(&self) -> [u8; 32] {
        merkle::root(&self.hashes())
    }

    /// Refuses a file with a line that is no row of it, or without rows.
    pub fn require_whole(&self) -> anyhow::Result<()> {
        let told: Vec<String> = self
            .refused
            .iter()
            .take(TOLD_MAX)
            .map(|refused| format!("line {}: {}", refused.line, refused.why))
            .collect();
        let count = self.refused.len();
        ensure!(count == 0, "{count} lines cannot be given:\n{}", told.join("\n"));
        ensure!(!self.rows.is_empty(), "there is no row: expected JSON lines");
        Ok(())
    }
}

/// A file of a contribution, as `ID=FILE` says it.
#[derive(Debug, Clone)]
pub struct Named {
    /// The contribution.
    pub contribution: u64,
    /// Its file.
    pub file: std::path::PathBuf,
}

impl std::str::FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("{text:?}: expected CONTRIBUTION=FILE, such as 1=rows.jsonl");
        let (id, file) = text.split_once('=').ok_or_else(expected)?;
        let contribution = id.parse().map_err(|_| expected())?;
        Ok(Self { contribution, file: file.into() })
    }
}

//! The gateway's ledger: which sequences of an escrow were used, and what they cost.
//!
//! It is a file of JSON lines that only grows while it is open. A promise is on disk, synced,
//! before its voucher leaves: a crash may waste a sequence, and never gives one to two requests or
//! forgets an amount. A line that a crash cut short was never acted upon, so it is dropped. Opening
//! writes the sum of the lines as one line into a new file that replaces the old.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Why the ledger does not take it.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Somebody else has it open.
    #[error("{0}: another gateway uses this escrow; end it first")]
    InUse(PathBuf),
    /// A line does not parse.
    #[error("{path}: line {line} is no ledger line")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// A write failed: what is on disk is known only after opening it again.
    #[error("{0}: an earlier write failed; start the gateway again")]
    Broken(PathBuf),
    /// The request may cost more than is left.
    #[error("the request may cost {asked}, and {left} is left of the limit of {limit}")]
    OverLimit {
        /// Most that it may cost.
        asked: u128,
        /// What is left.
        left: u128,
        /// The limit.
        limit: u128,
    },
}

type Result<T> = std::result::Result<T, LedgerError>;

/// What the lines add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The last sequence that was used.
    pub last: u64,
    /// What answered requests cost together.
    #[serde(with = "text")]
    pub spent: u128,
    /// Answered requests.
    pub answered: u64,
    /// Requests whose cost is not known (yet): sequence and most that each may cost, as text.
    pub open: BTreeMap<u64, String>,
}

impl State {
    /// The most that all of the escrow's requests up to now may have cost.
    pub fn at_most(&self) -> u128 {
        let open = self.open.values().map(|fee| fee.parse::<u128>().unwrap_or(u128::MAX));
        open.fold(self.spent, u128::saturating_add)
    }

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Sum(state) => *self = state,
            Entry::Promise { sequence, max_fee } => {
                self.last = self.last.max(sequence);
                self.open.insert(sequence, max_fee.to_string());
            }
            Entry::Settled { sequence, fee } => {
                if self.open.remove(&sequence).is_some() {
                    self.spent = self.spent.saturating_add(fee);
                    self.answered = self.answered.saturating_add(u64::from(fee > 0));
                }
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    Sum(State),
    Promise {
        sequence: u64,
        #[serde(with = "text")]
        max_fee: u128,
    },
    Settled {
        sequence: u64,
        #[serde(with = "text")]
        fee: u128,
    },
}

/// What a voucher is written from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The voucher's sequence.
    pub sequence: u64,
    /// The most that all requests up to it may cost.
    pub cumulative: u128,
}

/// What the chain knows of the escrow, which a ledger may not fall behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Floor {
    /// The highest sequence that was reported.
    pub sequence: u64,
    /// The sum of all fees that were reported.
    pub reported: u128,
}

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: File,
    state: State,
    broken: bool,
    /// Held for as long as the ledger is open.
    _lock: File,
}

impl Ledger {
    /// The ledger's file of an escrow.
    pub fn path(home: &Path, chain_id: &str, escrow: u64) -> PathBuf {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
        let chain: String = chain_id.chars().map(plain).collect();
        home.join("gateway").join(format!("{chain}.{escrow}.ledger"))
    }

    /// Opens a ledger, new or not; one at a time.
    pub fn open(path: &Path) -> Result<Self> {
        let io = |source| LedgerError::Io { path: path.to_owned(), source };
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir).map_err(io)?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.with_extension("lock"))
            .map_err(io)?;
        lock.try_lock().map_err(|_| LedgerError::InUse(path.to_owned()))?;
        let state = Self::read(path)?;
        let fresh = path.with_extension("new");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&fresh)
            .map_err(io)?;
        append(&mut file, &Entry::Sum(state.clone())).map_err(io)?;
        std::fs::rename(&fresh, path).map_err(io)?;
        if let Some(dir) = path.parent() {
            File::open(dir).and_then(|dir| dir.sync_all()).map_err(io)?;
        }
        Ok(Self { path: path.to_owned(), file, state, broken: false, _lock: lock })
    }

    /// What a ledger adds up to, also while it is open; nothing when there is none.
    pub fn read(path: &Path) -> Result<State> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(State::default());
            }
            Err(source) => return Err(LedgerError::Io { path: path.to_owned(), source }),
        };
        let mut state = State::default();
        let mut lines = text.split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
        while let Some((place, line)) = lines.next() {
            let whole = line.ends_with(b"\n");
            match serde_json::from_slice(line) {
                Ok(entry) if whole => state.apply(entry),
                // Only the last line can be one that a crash cut short: the others were synced.
                _ if lines.peek().is_none() => break,
                _ => {
                    let (path, line) = (path.to_owned(), place.saturating_add(1));
                    return Err(LedgerError::Damaged { path, line });
                }
            }
        }
        Ok(state)
    }

    /// What it adds up to.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Gives the next sequence to a request that may cost so much, unless that goes over the limit.
    pub fn promise(&mut self, max_fee: u128, limit: u128, floor: Floor) -> Result<Promise> {
        let before = self.state.at_most().max(floor.reported);
        let cumulative = before.saturating_add(max_fee);
        if cumulative > limit {
            let left = limit.saturating_sub(before);
            return Err(LedgerError::OverLimit { asked: max_fee, left, limit });
        }
        let sequence = self.state.last.max(floor.sequence).saturating_add(1);
        self.append(Entry::Promise { sequence, max_fee })?;
        Ok(Promise { sequence, cumulative })
    }

    /// Notes what a promised request cost.
    pub fn settle(&mut self, sequence: u64, fee: u128) -> Result<()> {
        self.append(Entry::Settled { sequence, fee })
    }

    fn append(&mut self, entry: Entry) -> Result<()> {
        if self.broken {
            return Err(LedgerError::Broken(self.path.clone()));
        }
        append(&mut self.file, &entry).map_err(|source| {
            self.broken = true;
            LedgerError::Io { path: self.path.clone(), source }
        })?;
        self.state.apply(entry);
        Ok(())
    }
}

fn append(file: &mut File, entry: &Entry) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    file.write_all(&line)?;
    file.sync_data()
}

/// Amounts as text: JSON numbers end at 2^53 for many readers.
mod text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(amount: &u128, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(amount)
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(input: D) -> Result<u128, D::Error> {
        String::deserialize(input)?.parse().map_err(serde::de::Error::custom)
    }
}

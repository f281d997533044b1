//! The outbox: one file per answered query, synced before the answer ends.
//!
//! A file is written beside its place, synced, renamed into it, and the folder is synced: after a
//! crash it is there whole or not at all. Names are `<escrow>-<sequence>.query`; contents are the
//! protobuf of the [`QueryReport`].

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use prost::Message;
use whence_proto::whence::attribution::v1::QueryReport;

use super::error::ReportError;

/// Folder of the outbox in the home folder.
pub const FOLDER: &str = "outbox";
const ENDING: &str = ".query";
const PARTIAL: &str = ".partial";

/// What a query is known by: the escrow that pays and the sequence of its voucher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueryId {
    /// The escrow.
    pub escrow: u64,
    /// The voucher's sequence.
    pub sequence: u64,
}

impl QueryId {
    /// The id in a report; none when it has no voucher.
    pub fn of(report: &QueryReport) -> Option<Self> {
        let voucher = report.voucher.as_ref()?;
        Some(Self { escrow: voucher.escrow_id, sequence: voucher.sequence })
    }
}

impl std::fmt::Display for QueryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.escrow, self.sequence)
    }
}

/// The reports that the chain does not have yet.
pub struct Outbox {
    folder: PathBuf,
    waiting: Mutex<BTreeMap<QueryId, QueryReport>>,
    removals: AtomicU64,
}

impl Outbox {
    /// Opens the outbox of a home folder and reads what waits in it.
    pub fn open(home: &Path) -> Result<Self, ReportError> {
        let folder = home.join(FOLDER);
        fs::create_dir_all(&folder).map_err(|why| ReportError::io(&folder, why))?;
        let mut waiting = BTreeMap::new();
        for entry in fs::read_dir(&folder).map_err(|why| ReportError::io(&folder, why))? {
            let path = entry.map_err(|why| ReportError::io(&folder, why))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.ends_with(PARTIAL) {
                // The process died before the file was whole: that answer never ended.
                fs::remove_file(&path).map_err(|why| ReportError::io(&path, why))?;
            } else if name.ends_with(ENDING) {
                let report = read(&path)?;
                let id = QueryId::of(&report)
                    .ok_or_else(|| ReportError::malformed(&path, "a report without voucher"))?;
                waiting.insert(id, report);
            }
        }
        Ok(Self { folder, waiting: Mutex::new(waiting), removals: AtomicU64::new(0) })
    }

    /// Keeps a report; when this returns it survives a crash.
    pub fn put(&self, report: QueryReport) -> Result<(), ReportError> {
        let id = QueryId::of(&report)
            .ok_or_else(|| ReportError::malformed(&self.folder, "a report without voucher"))?;
        let path = self.path(id);
        let partial = self.folder.join(format!("{id}{PARTIAL}"));
        let io = |why| ReportError::io(&partial, why);
        let mut file = File::create(&partial).map_err(io)?;
        file.write_all(&report.encode_to_vec()).map_err(io)?;
        file.sync_all().map_err(io)?;
        fs::rename(&partial, &path).map_err(io)?;
        self.sync_folder()?;
        self.lock().insert(id, report);
        Ok(())
    }

    /// Takes a report away: the chain has it.
    pub fn remove(&self, id: QueryId) -> Result<(), ReportError> {
        let path = self.path(id);
        fs::remove_file(&path).map_err(|why| ReportError::io(&path, why))?;
        self.sync_folder()?;
        let mut waiting = self.lock();
        self.removals.fetch_add(1, Ordering::SeqCst);
        waiting.remove(&id);
        Ok(())
    }

    /// The first reports that wait, by escrow and sequence, at most `limit`.
    pub fn first(&self, limit: usize) -> Vec<QueryReport> {
        self.lock().values().take(limit).cloned().collect()
    }

    /// Whether a query waits.
    pub fn has(&self, id: QueryId) -> bool {
        self.lock().contains_key(&id)
    }

    /// The highest sequence that waits for an escrow.
    pub fn highest(&self, escrow: u64) -> Option<u64> {
        let all = QueryId { escrow, sequence: 0 }..=QueryId { escrow, sequence: u64::MAX };
        self.lock().range(all).next_back().map(|(id, _)| id.sequence)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many have been taken away since this was opened: who reads chain and outbox one after
    /// the other sees by it whether a report moved between them meanwhile.
    pub fn removals(&self) -> u64 {
        self.removals.load(Ordering::SeqCst)
    }

    /// Fees that wait for an escrow, in base units, but for the sequences that the chain has
    /// counted already: a report stays here for a moment after its commit.
    pub fn fees(&self, escrow: u64, counted: impl Fn(u64) -> bool) -> u128 {
        let waiting = self.lock();
        let open = waiting.iter().filter(|(id, _)| id.escrow == escrow && !counted(id.sequence));
        let fees = open.map(|(_, report)| {
            report.fee.as_ref().and_then(|fee| fee.amount.parse::<u128>().ok()).unwrap_or(0)
        });
        fees.fold(0, u128::saturating_add)
    }

    fn path(&self, id: QueryId) -> PathBuf {
        self.folder.join(format!("{id}{ENDING}"))
    }

    fn sync_folder(&self) -> Result<(), ReportError> {
        let synced = File::open(&self.folder).and_then(|folder| folder.sync_all());
        synced.map_err(|why| ReportError::io(&self.folder, why))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<QueryId, QueryReport>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(path: &Path) -> Result<QueryReport, ReportError> {
    let bytes = fs::read(path).map_err(|why| ReportError::io(path, why))?;
    QueryReport::decode(bytes.as_slice()).map_err(|why| ReportError::malformed(path, why))
}

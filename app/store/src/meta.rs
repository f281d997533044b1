//! The two records that say what the database holds: where we are, and which stores there are.

use std::collections::BTreeMap;

use crate::bytes::Reader;
use crate::error::Error;
use crate::keys::StoreId;
use crate::rocks::{Cf, Snapshot};
use crate::tree::Hash;

/// The layout of this database; another one is refused.
const LAYOUT: u8 = 1;

/// The key of the record of where we are.
pub(crate) const STATE_KEY: &[u8] = b"state";
/// The key of the record of the stores.
pub(crate) const STORES_KEY: &[u8] = b"stores";

/// A committed height and its app hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The block's height, which is the version of the trees.
    pub height: u64,
    /// The root over all stores.
    pub app_hash: Hash,
}

/// Where we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) committed: Committed,
    /// The oldest height that may be read.
    pub(crate) earliest: u64,
    /// The oldest height of which something may still be on disk.
    pub(crate) swept: u64,
    /// How many chunks of the stale record that ends `swept` are gone already.
    pub(crate) swept_chunks: u32,
}

impl State {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(61);
        out.push(LAYOUT);
        out.extend_from_slice(&self.committed.height.to_be_bytes());
        out.extend_from_slice(&self.committed.app_hash);
        out.extend_from_slice(&self.earliest.to_be_bytes());
        out.extend_from_slice(&self.swept.to_be_bytes());
        out.extend_from_slice(&self.swept_chunks.to_be_bytes());
        out
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new("the state record", bytes);
        let found = reader.u8()?;
        if found != LAYOUT {
            return Err(Error::Layout { found, expected: LAYOUT });
        }
        let committed = Committed { height: reader.u64()?, app_hash: reader.array()? };
        let (earliest, swept) = (reader.u64()?, reader.u64()?);
        let state = Self { committed, earliest, swept, swept_chunks: reader.u32()? };
        reader.end()?;
        Ok(state)
    }

    pub(crate) fn read(snapshot: &Snapshot) -> Result<Option<Self>, Error> {
        snapshot.get(Cf::Meta, STATE_KEY)?.map(|bytes| Self::from_bytes(&bytes)).transpose()
    }
}

/// The stores and their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registry(BTreeMap<&'static str, StoreId>);

impl Registry {
    /// Keeps the numbers that are on disk and gives new stores the next ones, in order of their
    /// names.
    pub(crate) fn new(known: &[&'static str], on_disk: Option<&[u8]>) -> Result<Self, Error> {
        let names: BTreeMap<&'static str, ()> = known.iter().map(|name| (*name, ())).collect();
        check_names(known, names.len())?;
        let mut ids = BTreeMap::new();
        let mut last: StoreId = 0;
        let mut reader = Reader::new("the record of stores", on_disk.unwrap_or_default());
        while !reader.is_empty() {
            let (id, length) = (reader.u16()?, reader.u8()?);
            let name = String::from_utf8_lossy(reader.take(usize::from(length))?).into_owned();
            let Some((name, ())) = names.get_key_value(name.as_str()) else {
                return Err(Error::ForgottenStore(name));
            };
            ids.insert(*name, id);
            last = last.max(id);
        }
        for name in names.keys() {
            if !ids.contains_key(name) {
                last = last.checked_add(1).ok_or(Error::Broken("more than 65,535 stores"))?;
                ids.insert(*name, last);
            }
        }
        Ok(Self(ids))
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, id) in &self.0 {
            out.extend_from_slice(&id.to_be_bytes());
            out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
            out.extend_from_slice(name.as_bytes());
        }
        out
    }

    pub(crate) fn id(&self, name: &str) -> Result<StoreId, Error> {
        self.0.get(name).copied().ok_or_else(|| Error::UnknownStore(name.to_owned()))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, StoreId)> + '_ {
        self.0.iter().map(|(name, id)| (*name, *id))
    }
}

fn check_names(known: &[&'static str], distinct: usize) -> Result<(), Error> {
    if known.is_empty() || distinct != known.len() {
        return Err(Error::BadStores("it must name each store once".into()));
    }
    match known.iter().find(|name| name.is_empty() || name.len() > NAME_BYTES_MAX) {
        Some(name) => Err(Error::BadStores(format!("`{name}` is not 1 to {NAME_BYTES_MAX} bytes"))),
        None => Ok(()),
    }
}

/// Names are keys of the root tree and parts of query paths.
const NAME_BYTES_MAX: usize = 64;

//! An in-memory state for tests of the trades: the same ordering and semantics as the store's.

use std::collections::BTreeMap;

use crate::state::{Entries, KeyRange, StateRead, StateWrite};

/// A state in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemState(BTreeMap<(&'static str, Vec<u8>), Vec<u8>>);

impl StateRead for MemState {
    fn get(&self, store: &'static str, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(&(store, key.to_vec())).cloned()
    }

    fn range(&self, store: &'static str, range: KeyRange, reverse: bool) -> Entries<'_> {
        use std::ops::RangeBounds;
        let within = self
            .0
            .iter()
            .filter(move |((s, k), _)| *s == store && range.contains(k))
            .map(|((_, k), v)| (k.clone(), v.clone()));
        if reverse { Box::new(within.rev()) } else { Box::new(within) }
    }
}

impl StateWrite for MemState {
    fn set(&mut self, store: &'static str, key: Vec<u8>, value: Vec<u8>) {
        self.0.insert((store, key), value);
    }
    fn delete(&mut self, store: &'static str, key: Vec<u8>) {
        self.0.remove(&(store, key));
    }
}

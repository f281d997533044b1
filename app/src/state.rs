//! The store's committed state, as the modules read it.

use std::ops::Bound;

use whence_base::StateRead;
use whence_base::state::{Entries, KeyRange};
use whence_store::View;

/// The state at one committed height: a snapshot, so a later commit does not change it.
#[derive(Clone)]
pub struct Committed(pub View);

impl StateRead for Committed {
    fn get(&self, store: &'static str, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(store, key)
    }

    fn range(&self, store: &'static str, range: KeyRange, reverse: bool) -> Entries<'_> {
        self.0.range(store, as_slice(&range.0), as_slice(&range.1), reverse)
    }
}

fn as_slice(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    match bound {
        Bound::Included(key) => Bound::Included(key),
        Bound::Excluded(key) => Bound::Excluded(key),
        Bound::Unbounded => Bound::Unbounded,
    }
}

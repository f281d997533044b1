//! State as the modules see it: bytes under (store, key), ordered, with typed collections on top.

mod amount;
mod collections;
mod key;
mod overlay;

pub use amount::Amount;
pub use collections::{Index, Item, Map, Sequence};
pub use key::{Key, KeyError, prefix_end};
pub use overlay::{Changes, Overlay};

use std::ops::Bound;

/// Owned bounds of a key range within one store.
pub type KeyRange = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// Entries in key order (or reversed).
pub type Entries<'a> = Box<dyn Iterator<Item = (Vec<u8>, Vec<u8>)> + 'a>;

/// Questions to the state. Reading cannot fail: a broken disk stops the process below this trait.
pub trait StateRead {
    /// Value under a key.
    fn get(&self, store: &'static str, key: &[u8]) -> Option<Vec<u8>>;
    /// Entries of a range in key order.
    fn range(&self, store: &'static str, range: KeyRange, reverse: bool) -> Entries<'_>;
}

/// Changes of the state.
pub trait StateWrite: StateRead {
    /// Sets a value; it must not be empty (an empty value cannot be proven, ICS-23).
    fn set(&mut self, store: &'static str, key: Vec<u8>, value: Vec<u8>);
    /// Deletes a key; an absent key is no error.
    fn delete(&mut self, store: &'static str, key: Vec<u8>);
}

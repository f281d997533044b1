//! Typed collections. Each has a store and a one-byte prefix of its own; values are protobuf.
//!
//! A value that encodes to nothing is kept as one zero byte, so that every key can be proven.

use std::marker::PhantomData;
use std::ops::Bound;

use prost::Message;

use super::{Key, KeyRange, StateRead, StateWrite, prefix_end};
use crate::error::{Error, Result};

const EMPTY: &[u8] = &[0];

fn encode_value<V: Message>(value: &V) -> Vec<u8> {
    let bytes = value.encode_to_vec();
    if bytes.is_empty() { EMPTY.to_vec() } else { bytes }
}

fn decode_value<V: Message + Default>(bytes: &[u8]) -> Result<V> {
    let bytes = if bytes == EMPTY { &[] } else { bytes };
    V::decode(bytes).map_err(|e| Error::logic(format!("stored value does not decode: {e}")))
}

/// One value.
pub struct Item<V> {
    store: &'static str,
    prefix: u8,
    value: PhantomData<fn() -> V>,
}

impl<V: Message + Default> Item<V> {
    /// The item under a store's prefix.
    pub const fn at(store: &'static str, prefix: u8) -> Self {
        Self { store, prefix, value: PhantomData }
    }

    /// The value, if set.
    pub fn get(&self, state: &(impl StateRead + ?Sized)) -> Result<Option<V>> {
        state.get(self.store, &[self.prefix]).map(|b| decode_value(&b)).transpose()
    }

    /// The value, or the type's default.
    pub fn get_or_default(&self, state: &(impl StateRead + ?Sized)) -> Result<V> {
        Ok(self.get(state)?.unwrap_or_default())
    }

    /// Sets the value.
    pub fn set(&self, state: &mut (impl StateWrite + ?Sized), value: &V) {
        state.set(self.store, vec![self.prefix], encode_value(value));
    }

    /// Removes the value.
    pub fn remove(&self, state: &mut (impl StateWrite + ?Sized)) {
        state.delete(self.store, vec![self.prefix]);
    }
}

/// A counter that gives ids 1, 2, 3, …
pub struct Sequence(Item<u64>);

impl Sequence {
    /// The sequence under a store's prefix.
    pub const fn at(store: &'static str, prefix: u8) -> Self {
        Self(Item::at(store, prefix))
    }

    /// Takes the next id.
    pub fn next(&self, state: &mut (impl StateWrite + ?Sized)) -> Result<u64> {
        let id = self.last(state)?.checked_add(1).ok_or_else(|| Error::overflow("id"))?;
        self.0.set(state, &id);
        Ok(id)
    }

    /// The last id given, zero before the first.
    pub fn last(&self, state: &(impl StateRead + ?Sized)) -> Result<u64> {
        self.0.get_or_default(state)
    }

    /// Sets the last id given (genesis import).
    pub fn set(&self, state: &mut (impl StateWrite + ?Sized), last: u64) {
        self.0.set(state, &last);
    }
}

/// Values by key, in key order.
pub struct Map<K, V> {
    store: &'static str,
    prefix: u8,
    types: PhantomData<fn() -> (K, V)>,
}

impl<K: Key, V: Message + Default> Map<K, V> {
    /// The map under a store's prefix.
    pub const fn at(store: &'static str, prefix: u8) -> Self {
        Self { store, prefix, types: PhantomData }
    }

    /// The raw key of an entry, as `abci_query store/<store>/key` takes it.
    pub fn raw_key(&self, key: &K) -> Vec<u8> {
        let mut raw = vec![self.prefix];
        key.encode(&mut raw);
        raw
    }

    /// The value of a key.
    pub fn get(&self, state: &(impl StateRead + ?Sized), key: &K) -> Result<Option<V>> {
        state.get(self.store, &self.raw_key(key)).map(|b| decode_value(&b)).transpose()
    }

    /// Whether the key is there.
    pub fn has(&self, state: &(impl StateRead + ?Sized), key: &K) -> bool {
        state.get(self.store, &self.raw_key(key)).is_some()
    }

    /// Sets the value of a key.
    pub fn set(&self, state: &mut (impl StateWrite + ?Sized), key: &K, value: &V) {
        state.set(self.store, self.raw_key(key), encode_value(value));
    }

    /// Removes a key.
    pub fn remove(&self, state: &mut (impl StateWrite + ?Sized), key: &K) {
        state.delete(self.store, self.raw_key(key));
    }

    /// All entries in key order.
    pub fn iter<'a, S>(
        &self,
        state: &'a S,
    ) -> impl Iterator<Item = Result<(K, V)>> + use<'a, K, V, S>
    where
        S: StateRead + ?Sized,
    {
        self.scan(state, &[], None, false)
    }

    /// Entries whose key starts with the encoded prefix, in key order.
    pub fn iter_prefix<'a, S, P>(
        &self,
        state: &'a S,
        prefix: &P,
    ) -> impl Iterator<Item = Result<(K, V)>> + use<'a, K, V, S, P>
    where
        S: StateRead + ?Sized,
        P: Key,
    {
        let mut raw = Vec::new();
        prefix.encode(&mut raw);
        self.scan(state, &raw, None, false)
    }

    /// Entries under an encoded prefix, from a raw key on (as a page's `next_key` gives it: what
    /// follows the collection's own prefix byte), in key order or reversed.
    pub fn scan<'a, S>(
        &self,
        state: &'a S,
        prefix: &[u8],
        from: Option<&[u8]>,
        reverse: bool,
    ) -> impl Iterator<Item = Result<(K, V)>> + use<'a, K, V, S>
    where
        S: StateRead + ?Sized,
    {
        let range = self.bounds(prefix, from, reverse);
        state.range(self.store, range, reverse).map(|(k, v)| {
            let mut rest = k.get(1..).unwrap_or_default();
            Ok((K::decode(&mut rest)?, decode_value(&v)?))
        })
    }

    fn bounds(&self, prefix: &[u8], from: Option<&[u8]>, reverse: bool) -> KeyRange {
        let mut start = vec![self.prefix];
        start.extend_from_slice(prefix);
        let end = prefix_end(&start).map_or(Bound::Unbounded, Bound::Excluded);
        let Some(from) = from else { return (Bound::Included(start), end) };
        let mut at = vec![self.prefix];
        at.extend_from_slice(from);
        if reverse {
            // A page's key that lies past the prefix must not let the reader out of it.
            let past = matches!(&end, Bound::Excluded(end) if at >= *end);
            (Bound::Included(start), if past { end } else { Bound::Included(at) })
        } else {
            (Bound::Included(at.max(start)), end)
        }
    }
}

/// A set of keys, in key order: an index or a queue.
pub struct Index<K>(Map<K, ()>);

impl<K: Key> Index<K> {
    /// The index under a store's prefix.
    pub const fn at(store: &'static str, prefix: u8) -> Self {
        Self(Map::at(store, prefix))
    }

    /// Adds a key.
    pub fn insert(&self, state: &mut (impl StateWrite + ?Sized), key: &K) {
        self.0.set(state, key, &());
    }

    /// Removes a key.
    pub fn remove(&self, state: &mut (impl StateWrite + ?Sized), key: &K) {
        self.0.remove(state, key);
    }

    /// Whether the key is there.
    pub fn has(&self, state: &(impl StateRead + ?Sized), key: &K) -> bool {
        self.0.has(state, key)
    }

    /// The keys that start with the encoded prefix.
    pub fn iter_prefix<'a, S, P>(
        &self,
        state: &'a S,
        prefix: &P,
    ) -> impl Iterator<Item = Result<K>> + use<'a, K, S, P>
    where
        S: StateRead + ?Sized,
        P: Key,
    {
        self.0.iter_prefix(state, prefix).map(|r| r.map(|(k, ())| k))
    }

    /// The map below, for paging.
    pub fn map(&self) -> &Map<K, ()> {
        &self.0
    }

    /// The first keys in order while they satisfy a condition, at most `limit`: how a queue is
    /// drained.
    pub fn first_while(
        &self,
        state: &(impl StateRead + ?Sized),
        limit: usize,
        mut due: impl FnMut(&K) -> bool,
    ) -> Result<Vec<K>> {
        let mut keys = Vec::new();
        for key in self.0.iter(state).take(limit) {
            let (key, ()) = key?;
            if !due(&key) {
                break;
            }
            keys.push(key);
        }
        Ok(keys)
    }
}

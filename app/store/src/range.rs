//! Entries of a store in key order, at the latest height or at a past one.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::ops::Bound;

use rocksdb::DBRawIterator;

use crate::error::{Error, or_abort};
use crate::flat;
use crate::keys::{self, StoreId};
use crate::rocks::{Cf, Snapshot};
use crate::view::Entries;

type Entry = (Vec<u8>, Vec<u8>);

/// What to go over.
pub(crate) struct Span<'a> {
    pub(crate) store: StoreId,
    pub(crate) start: Bound<&'a [u8]>,
    pub(crate) end: Bound<&'a [u8]>,
    pub(crate) reverse: bool,
}

impl Span<'_> {
    /// The half-open range of a family, given how it writes a key's first place and the one after
    /// it.
    fn limits(&self, at: Place, after: Place) -> (Vec<u8>, Vec<u8>) {
        let from = match self.start {
            Bound::Unbounded => self.store.to_be_bytes().to_vec(),
            Bound::Included(key) => at(self.store, key),
            Bound::Excluded(key) => after(self.store, key),
        };
        let to = match self.end {
            // Store numbers stay below 65,535, so the next number exists.
            Bound::Unbounded => self.store.saturating_add(1).to_be_bytes().to_vec(),
            Bound::Included(key) => after(self.store, key),
            Bound::Excluded(key) => at(self.store, key),
        };
        (from, to)
    }
}

type Place = fn(StoreId, &[u8]) -> Vec<u8>;

fn latest_after(store: StoreId, key: &[u8]) -> Vec<u8> {
    let mut out = keys::latest(store, key);
    out.push(0);
    out
}

/// The entries of a span.
pub(crate) enum Range<'a> {
    Nothing,
    Latest(Latest<'a>),
    Past(Box<Past<'a>>),
}

impl<'a> Range<'a> {
    pub(crate) fn open(
        snapshot: &'a Snapshot,
        span: &Span<'_>,
        past: Option<u64>,
    ) -> Result<Self, Error> {
        let (from, to) = span.limits(keys::latest, latest_after);
        if from >= to {
            return Ok(Self::Nothing);
        }
        let mut iterator = snapshot.iterate(Cf::Latest, from, to)?;
        start(&mut iterator, span.reverse);
        let latest = Latest { iterator, reverse: span.reverse, past };
        let Some(height) = past else {
            return Ok(Self::Latest(latest));
        };
        let (from, to) = span.limits(keys::history_prefix, keys::history_after);
        let mut iterator = snapshot.iterate(Cf::History, from, to)?;
        start(&mut iterator, span.reverse);
        let history = History { iterator, store: span.store, height, reverse: span.reverse };
        let (latest, history) = (latest.peekable(), history.peekable());
        Ok(Self::Past(Box::new(Past { latest, history, reverse: span.reverse })))
    }

    pub(crate) fn boxed(self) -> Entries<'a> {
        match self {
            Self::Nothing => Box::new(std::iter::empty()),
            Self::Latest(latest) => Box::new(latest),
            Self::Past(past) => past,
        }
    }
}

fn start(iterator: &mut DBRawIterator<'_>, reverse: bool) {
    if reverse {
        iterator.seek_to_last();
    } else {
        iterator.seek_to_first();
    }
}

/// Over the latest values; at a past height only those that were there by then.
pub(crate) struct Latest<'a> {
    iterator: DBRawIterator<'a>,
    reverse: bool,
    past: Option<u64>,
}

impl Latest<'_> {
    fn entry(&mut self) -> Result<Option<Entry>, Error> {
        while let Some((key, value)) = self.iterator.item() {
            let (since, value) = flat::decode(value)?;
            let fits = self.past.is_none_or(|height| since <= height);
            let key = key.get(2..).ok_or_else(|| Error::corrupt("a flat key is too short"))?;
            let entry = fits.then(|| (key.to_vec(), value.to_vec()));
            if self.reverse {
                self.iterator.prev();
            } else {
                self.iterator.next();
            }
            if entry.is_some() {
                return Ok(entry);
            }
        }
        self.iterator.status()?;
        Ok(None)
    }
}

impl Iterator for Latest<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        or_abort(self.entry())
    }
}

/// Over the superseded values that were the latest at a height: at most one per key.
pub(crate) struct History<'a> {
    iterator: DBRawIterator<'a>,
    store: StoreId,
    height: u64,
    reverse: bool,
}

impl History<'_> {
    fn entry(&mut self) -> Result<Option<Entry>, Error> {
        while let Some(at) = self.iterator.key() {
            let (key, until) = keys::history_parts(at)?;
            // Of this key's values, the first that ended after the height. Going forward we are at
            // the key's first value, going back at its last.
            if self.reverse || until <= self.height {
                let wanted = keys::history(self.store, &key, self.height.saturating_add(1));
                self.iterator.seek(wanted);
            }
            let value = self.here(&key)?;
            if self.reverse {
                self.iterator.seek_for_prev(keys::history_prefix(self.store, &key));
            } else {
                self.iterator.seek(keys::history_after(self.store, &key));
            }
            if let Some(value) = value {
                return Ok(Some((key, value)));
            }
        }
        self.iterator.status()?;
        Ok(None)
    }

    /// The value under the iterator, if it is still this key's and was there by the height.
    fn here(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let Some((at, value)) = self.iterator.item() else {
            self.iterator.status()?;
            return Ok(None);
        };
        let (since, value) = flat::decode(value)?;
        let same = keys::history_parts(at)?.0 == key;
        Ok((same && since <= self.height).then(|| value.to_vec()))
    }
}

impl Iterator for History<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        or_abort(self.entry())
    }
}

/// Both together. No key comes from both: a value that is the latest now and was there by the
/// height has no superseded value that ended later.
pub(crate) struct Past<'a> {
    latest: Peekable<Latest<'a>>,
    history: Peekable<History<'a>>,
    reverse: bool,
}

impl Iterator for Past<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let order = match (self.latest.peek(), self.history.peek()) {
            (Some((a, _)), Some((b, _))) if self.reverse => b.cmp(a),
            (Some((a, _)), Some((b, _))) => a.cmp(b),
            (_, None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
        };
        if order == Ordering::Greater { self.history.next() } else { self.latest.next() }
    }
}

//! Changes on top of a state that is only read: a block over the committed state, a tx over its
//! block.

use std::collections::BTreeMap;
use std::iter::Peekable;

use super::{Entries, KeyRange, StateRead, StateWrite};

/// Changes by store and key; `None` deletes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(pub BTreeMap<&'static str, BTreeMap<Vec<u8>, Option<Vec<u8>>>>);

impl Changes {
    /// Writes the changes to a state.
    pub fn apply_to(self, state: &mut (impl StateWrite + ?Sized)) {
        for (store, keys) in self.0 {
            for (key, value) in keys {
                match value {
                    Some(value) => state.set(store, key, value),
                    None => state.delete(store, key),
                }
            }
        }
    }
}

/// A state whose changes stay in memory over a parent.
pub struct Overlay<'p> {
    parent: &'p dyn StateRead,
    changes: Changes,
}

impl<'p> Overlay<'p> {
    /// An overlay without changes.
    pub fn over(parent: &'p dyn StateRead) -> Self {
        Self { parent, changes: Changes::default() }
    }

    /// An overlay that goes on with changes made before over the same parent.
    pub fn resume(parent: &'p dyn StateRead, changes: Changes) -> Self {
        Self { parent, changes }
    }

    /// The changes made.
    pub fn into_changes(self) -> Changes {
        self.changes
    }
}

impl StateRead for Overlay<'_> {
    fn get(&self, store: &'static str, key: &[u8]) -> Option<Vec<u8>> {
        match self.changes.0.get(store).and_then(|keys| keys.get(key)) {
            Some(change) => change.clone(),
            None => self.parent.get(store, key),
        }
    }

    fn range(&self, store: &'static str, range: KeyRange, reverse: bool) -> Entries<'_> {
        let below = self.parent.range(store, range.clone(), reverse);
        let Some(keys) = self.changes.0.get(store) else { return below };
        if is_empty(&range) {
            return Box::new(std::iter::empty());
        }
        let own = keys.range(range).map(|(k, v)| (k.clone(), v.clone()));
        let own: Box<dyn Iterator<Item = _>> =
            if reverse { Box::new(own.rev()) } else { Box::new(own) };
        Box::new(Merged { below: below.peekable(), own: own.peekable(), reverse })
    }
}

impl StateWrite for Overlay<'_> {
    fn set(&mut self, store: &'static str, key: Vec<u8>, value: Vec<u8>) {
        self.changes.0.entry(store).or_default().insert(key, Some(value));
    }
    fn delete(&mut self, store: &'static str, key: Vec<u8>) {
        self.changes.0.entry(store).or_default().insert(key, None);
    }
}

/// Whether a range holds no key (`BTreeMap::range` panics on some of these).
fn is_empty(range: &KeyRange) -> bool {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    match range {
        (Unbounded, _) | (_, Unbounded) => false,
        (Included(a), Included(b)) => a > b,
        (Included(a), Excluded(b)) | (Excluded(a), Included(b)) | (Excluded(a), Excluded(b)) => {
            a >= b
        }
    }
}

type Own<'a> = Box<dyn Iterator<Item = (Vec<u8>, Option<Vec<u8>>)> + 'a>;

/// Two sorted sequences merged; the overlay's entry hides the parent's of the same key.
struct Merged<'a> {
    below: Peekable<Entries<'a>>,
    own: Peekable<Own<'a>>,
    reverse: bool,
}

impl Iterator for Merged<'_> {
    type Item = (Vec<u8>, Vec<u8>);

    fn next(&mut self) -> Option<Self::Item> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        loop {
            let order = match (self.below.peek(), self.own.peek()) {
                (None, None) => return None,
                (Some(_), None) => Less,
                (None, Some(_)) => Greater,
                (Some((b, _)), Some((o, _))) if self.reverse => o.cmp(b),
                (Some((b, _)), Some((o, _))) => b.cmp(o),
            };
            if order == Less {
                return self.below.next();
            }
            if order == Equal {
                self.below.next();
            }
            if let Some((key, Some(value))) = self.own.next() {
                return Some((key, value));
            }
        }
    }
}

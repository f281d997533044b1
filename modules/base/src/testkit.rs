//! For tests of the trades: an in-memory state with the same ordering and semantics as the store's,
//! money in it ([`ledger`]), and a check of events against their protos.

pub mod ledger;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use whence_proto::{json, pool};

use crate::event::Event;
use crate::state::{Entries, KeyRange, StateRead, StateWrite};

/// Attributes that execution adds to an event: which phase of the block, which message of the tx.
const ADDED: [&str; 2] = ["mode", "msg_index"];

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

/// What is wrong with events that should all be typed: each type must start with a prefix such as
/// `whence.datanet.v1.Event` and name a proto, the attributes must be its fields, each of them and
/// in order, and the values must read back as the message.
pub fn event_faults(prefix: &str, events: &[Event]) -> Vec<String> {
    events.iter().filter_map(|event| fault(prefix, event)).collect()
}

/// Events as `type{key=value …}`, without the quotes of texts.
pub fn told(events: &[Event]) -> Vec<String> {
    let plain = |(k, v): &(String, String)| format!("{k}={}", v.trim_matches('"'));
    let show = |event: &Event| {
        let attributes: Vec<_> = event.attributes.iter().map(plain).collect();
        format!("{}{{{}}}", event.kind, attributes.join(" "))
    };
    events.iter().map(show).collect()
}

fn fault(prefix: &str, event: &Event) -> Option<String> {
    let kind = &event.kind;
    let Some(descriptor) = pool().get_message_by_name(kind).filter(|_| kind.starts_with(prefix))
    else {
        return Some(format!("{kind} is no message under {prefix}"));
    };
    let own: Vec<_> = event.attributes.iter().filter(|(k, _)| !ADDED.contains(&&**k)).collect();
    let mut names: Vec<String> = descriptor.fields().map(|f| f.name().to_owned()).collect();
    names.sort();
    let keys: Vec<String> = own.iter().map(|(key, _)| key.clone()).collect();
    if keys != names {
        return Some(format!("{kind} has {keys:?}, its proto {names:?}"));
    }
    let mut object = Map::new();
    for (key, text) in own {
        match serde_json::from_str(text) {
            Ok(value) => drop(object.insert(key.clone(), value)),
            Err(e) => return Some(format!("{kind}.{key} = {text}: {e}")),
        }
    }
    let given = Value::Object(object);
    let back = json::from_json(kind, &given).and_then(|bytes| json::to_json(kind, &bytes));
    match back {
        Ok(back) if back == given => None,
        Ok(back) => Some(format!("{kind} is {given}, and reads back as {back}")),
        Err(e) => Some(format!("{kind} is {given}: {e}")),
    }
}

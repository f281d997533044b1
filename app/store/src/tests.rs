//! What no sound database shows: records that are damaged, and what the cache gives back.

use crate::bytes::Reader;
use crate::cache::NodeCache;
use crate::error::Error;
use crate::keys;
use crate::meta::{Committed, Registry, State};
use crate::stale::{self, Stale};
use crate::tree::{Node, Path, Slot};

/// The place under some slots, from the root.
fn place(slots: &[u8]) -> Path {
    slots.iter().fold(Path::default(), |at, slot| at.child(*slot))
}

fn node(byte: u8) -> Node {
    let mut node = Node::default();
    node.set(3, Slot::Leaf { key: [byte; 32], value: [byte ^ 0xff; 32] });
    node.set(9, Slot::Node { version: u64::from(byte), hash: [7; 32] });
    node
}

fn sentence<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_record_is_used_up_and_not_more() {
    let mut reader = Reader::new("a thing", &[1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 5, 6]);
    assert_eq!((reader.u8().unwrap(), reader.u16().unwrap()), (1, 2));
    assert_eq!((reader.u32().unwrap(), reader.u64().unwrap()), (3, 4));
    assert!(sentence(reader.array::<3>()).contains("a thing ends too early"));
    assert!(sentence(reader.take(3)).contains("a thing ends too early"));
    assert_eq!(reader.take(1).unwrap(), [5]);
    assert!(!reader.is_empty());
    assert!(sentence(reader.end()).contains("a thing has 1 bytes too many"));
    assert!(Reader::new("a thing", &[]).end().is_ok());
}

/// Every record read back, and with a byte less and a byte more refused.
fn exact<T: PartialEq + std::fmt::Debug>(
    value: &T,
    bytes: &[u8],
    read: impl Fn(&[u8]) -> Result<T, Error>,
) {
    assert_eq!(&read(bytes).unwrap(), value);
    assert!(sentence(read(&bytes[..bytes.len() - 1])).contains("ends too early"));
    let more = [bytes, &[0]].concat();
    let why = sentence(read(&more));
    assert!(why.contains("too many") || why.contains("too early"), "{why}");
}

#[test]
fn records_on_disk_are_read_back_whole_or_not_at_all() {
    exact(&node(5), &node(5).to_bytes(), Node::from_bytes);
    let committed = Committed { height: 9, app_hash: [4; 32] };
    let state = State { committed, earliest: 7, swept: 6, swept_chunks: 2 };
    exact(&state, &state.to_bytes(), State::from_bytes);
    let history = (vec![1, 0, 2], 8);
    exact(&history, &keys::history(3, &history.0, history.1), keys::history_parts);
    let at = place(&[1, 2, 3]);
    let entries = vec![
        Stale::Preimage { store: 2, hash: [8; 32] },
        Stale::Value { store: 2, key: vec![1, 2] },
        Stale::Node { store: 1, version: 300, at },
    ];
    exact(&entries, &stale::encode(&entries), stale::decode);
    let names = Registry::new(&["bank", "auth"], None).unwrap();
    let bytes = names.to_bytes();
    assert_eq!(bytes, b"\x00\x01\x04auth\x00\x02\x04bank");
    exact(&names, &bytes, |bytes| Registry::new(&["bank", "auth"], Some(bytes)));
}

#[test]
fn damaged_records_say_what_is_wrong_with_them() {
    let bitmaps = |bytes: &[u8]| sentence(Node::from_bytes(bytes));
    assert!(bitmaps(&[0, 0, 0, 0]).contains("impossible bitmaps"), "no slot is used");
    assert!(bitmaps(&[0, 1, 0, 2]).contains("impossible bitmaps"), "a leaf where none is used");
    assert!(sentence(stale::decode(&[4, 0, 1])).contains("tag 4"));
    let mut deep = stale::encode(&[Stale::Node { store: 1, version: 1, at: Path::default() }]);
    deep[11] = 65;
    deep.extend_from_slice(&[0; 33]);
    assert!(sentence(stale::decode(&deep)).contains("bad path"));
    assert!(sentence(keys::history_parts(&[0, 1, 0, 7])).contains("mark 7"));
    assert!(sentence(State::from_bytes(&[9])).contains('9'), "a layout of another day");
}

#[test]
fn the_cache_gives_back_the_upper_nodes_of_the_version_that_is_asked_for() {
    let cache = NodeCache::default();
    // two of each depth: all have places of their own, and those below depth 3 none
    let places: Vec<Path> =
        [&[][..], &[0], &[15], &[0, 0], &[15, 15], &[0, 0, 0], &[15, 15, 15]].map(place).into();
    let below = place(&[0, 0, 0, 0]);
    let numbered = places.iter().chain([&below]).zip(1u8..);
    let nodes =
        |store| numbered.clone().map(move |(at, byte)| (store, *at, node(byte + store as u8)));
    cache.absorb(5, nodes(2).collect());
    cache.absorb(5, nodes(30).collect());
    for store in [2, 30] {
        for (at, byte) in places.iter().zip(1u8..) {
            assert!(NodeCache::keeps(*at));
            let found = cache.get(store, 5, *at).expect("it was taken in");
            assert_eq!(*found, node(byte + store as u8), "{store} {at:?}");
            assert!(cache.get(store, 4, *at).is_none() && cache.get(store, 6, *at).is_none());
        }
        assert!(!NodeCache::keeps(below) && cache.get(store, 5, below).is_none());
        assert!(cache.get(store, 5, place(&[7])).is_none());
    }
    assert!(cache.get(3, 5, places[0]).is_none(), "a store between");
    cache.absorb(6, vec![(2, places[1], node(99))]);
    assert!(cache.get(2, 5, places[1]).is_none());
    assert_eq!(*cache.get(2, 6, places[1]).unwrap(), node(99));
    assert_eq!(*cache.get(30, 5, places[1]).unwrap(), node(32));
}

#[test]
fn a_place_is_its_nibbles() {
    let at = place(&[1, 2, 15]);
    assert_eq!((at.depth(), at.packed()), (3, &[0x12, 0xf0][..]));
    assert_eq!(Path::unpack(3, &[0x12, 0xf0]), Some(at));
    assert_eq!(Path::unpack(3, &[0x12]), None);
    assert_eq!(Path::unpack(2, &[0x12, 0xf0]), None);
    assert_eq!(Path::unpack(65, &[0; 32]), None);
    assert!(Path::unpack(64, &[1; 32]).is_some());
}

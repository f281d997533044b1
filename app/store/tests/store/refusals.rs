//! What is refused, each with its code.

use tempfile::tempdir;
use whence_store::{Changes, Options, Pruning, SEED_KEY, Store};

use crate::common::{changes, commit, open, options};

#[test]
fn bad_changes() {
    let dir = tempdir().unwrap();
    let store = open(&dir, Pruning::Nothing);
    let long = vec![1; 4097];
    let table: [(&str, Changes, u64, u32); 6] = [
        ("unknown store", changes(&[("mint", b"a", Some(b"1"))]), 1, 4),
        ("empty key", changes(&[("bank", b"", Some(b"1"))]), 1, 13),
        ("empty value", changes(&[("bank", b"a", Some(b""))]), 1, 13),
        ("seed key", changes(&[("bank", SEED_KEY, Some(b"1"))]), 1, 13),
        ("deleting the seed key", changes(&[("bank", SEED_KEY, None)]), 1, 13),
        ("long key", changes(&[("bank", &long, Some(b"1"))]), 1, 13),
    ];
    for (what, changes, height, code) in table {
        assert_eq!(store.stage(height, changes).err().unwrap().code(), code, "{what}");
    }
    commit(&store, 7, changes(&[("bank", b"a", Some(b"1"))]));
    for height in [0, 6, 7, 9, u64::MAX] {
        assert_eq!(store.stage(height, Changes::new()).err().unwrap().code(), 11, "{height}");
    }
}

#[test]
fn heights_that_are_not_there() {
    let dir = tempdir().unwrap();
    let store = open(&dir, Pruning::Custom { keep_recent: 2, interval: 1 });
    assert_eq!(store.view(Some(1)).err().unwrap().code(), 10);
    for height in 3..=10 {
        commit(&store, height, Changes::new());
    }
    assert_eq!(store.earliest(), 8);
    let pruned = store.view(Some(7)).err().unwrap();
    assert_eq!(pruned.to_string(), "height 7 is pruned; the earliest height kept is 8");
    let future = store.view(Some(11)).err().unwrap();
    assert_eq!(future.to_string(), "height 11 is in the future; the latest height is 10");
    assert!(store.view(Some(8)).is_ok());
}

#[test]
fn a_block_staged_before_another_was_committed() {
    let dir = tempdir().unwrap();
    let store = open(&dir, Pruning::Nothing);
    let (first, second) =
        (store.stage(1, Changes::new()).unwrap(), store.stage(1, Changes::new()).unwrap());
    store.commit(first).unwrap();
    assert_eq!(store.commit(second).err().unwrap().code(), 12);
}

#[test]
fn lists_of_stores() {
    let dir = tempdir().unwrap();
    let code = |stores: &[&'static str]| {
        Store::open(dir.path(), stores, options(Pruning::Nothing)).err().map(|error| error.code())
    };
    assert_eq!(code(&[]), Some(6));
    assert_eq!(code(&["a", "a"]), Some(6));
    assert_eq!(code(&["a", ""]), Some(6));
    let store = Store::open(dir.path(), &["b", "c"], options(Pruning::Nothing)).unwrap();
    commit(&store, 1, Changes::new());
    drop(store);
    assert_eq!(code(&["b"]), Some(5), "a store of the database is not known any more");
    assert_eq!(code(&["c", "b"]), None, "the order does not matter");
    assert_eq!(code(&["a", "b", "c"]), None, "a new store may join");
}

#[test]
fn a_store_that_joins_later_is_provable_from_the_next_block_on() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path(), &["b", "c"], options(Pruning::Nothing)).unwrap();
    commit(&store, 1, changes(&[("b", b"x", Some(b"1"))]));
    drop(store);
    let store = Store::open(dir.path(), &["a", "b", "c"], options(Pruning::Nothing)).unwrap();
    assert_eq!(store.view(None).unwrap().get("b", b"x"), Some(b"1".to_vec()));
    assert!(store.view(None).unwrap().prove("a", b"x").is_err());
    store.verify().unwrap();
    commit(&store, 2, changes(&[("a", b"y", Some(b"2"))]));
    assert_eq!(store.view(None).unwrap().prove("a", b"y").unwrap().value, Some(b"2".to_vec()));
    assert_eq!(store.view(None).unwrap().get("b", b"x"), Some(b"1".to_vec()));
    store.verify().unwrap();
}

#[test]
fn pruning_that_keeps_nothing() {
    let dir = tempdir().unwrap();
    for pruning in [
        Pruning::Custom { keep_recent: 0, interval: 1 },
        Pruning::Custom { keep_recent: 1, interval: 0 },
    ] {
        let options = Options { pruning, ..Options::default() };
        assert_eq!(Store::open(dir.path(), &["a"], options).err().unwrap().code(), 7);
    }
}

#[test]
fn two_handles_on_one_database() {
    let dir = tempdir().unwrap();
    let first = open(&dir, Pruning::Nothing);
    let second = Store::open(dir.path(), &["auth", "bank", "datanet"], Options::default());
    assert_eq!(second.err().unwrap().code(), 1);
    drop(first);
    open(&dir, Pruning::Nothing);
}

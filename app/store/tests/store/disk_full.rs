//! A write that fails closes the store; after a restart with room, the last block is whole.

use std::process::Command;

use tempfile::tempdir;
use whence_store::{Changes, Pruning, Store};

use crate::common::{STORES, commit, options};

fn block(height: u64) -> Changes {
    let row = |n: u64| {
        let key = (n * 7 + height).to_be_bytes().to_vec();
        (key, Some([height.to_be_bytes(), n.to_be_bytes()].concat()))
    };
    Changes::from([("bank", (0..200).map(row).collect())])
}

/// Run by the test below in a process whose files may not grow over a limit.
#[test]
#[ignore = "a part of the test below"]
fn commits_until_the_disk_is_full() {
    let Ok(dir) = std::env::var("STORE_DIR") else { return };
    let store = Store::open(dir.as_ref(), &STORES, options(Pruning::Nothing)).unwrap();
    let mut last = store.latest();
    for height in 1..10_000 {
        let staged = store.stage(height, block(height)).unwrap();
        match store.commit(staged) {
            Ok(committed) => last = Some(committed),
            Err(error) => {
                assert_eq!(error.code(), 1, "{error}");
                assert_eq!(store.view(None).err().unwrap().code(), 14, "closed for reads");
                assert_eq!(store.stage(height, block(height)).err().unwrap().code(), 14);
                println!("LAST {}", last.unwrap().height);
                return;
            }
        }
    }
    panic!("the disk was never full");
}

#[test]
fn a_full_disk_closes_the_store_and_loses_nothing() {
    let dir = tempdir().unwrap();
    let child = "disk_full::commits_until_the_disk_is_full";
    let script = format!(
        "trap '' XFSZ; ulimit -f 2048; exec {:?} --exact {child} --ignored --nocapture",
        std::env::current_exe().unwrap()
    );
    let done =
        Command::new("bash").args(["-c", &script]).env("STORE_DIR", dir.path()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    let last: u64 = said.split("LAST ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();

    let store = Store::open(dir.path(), &STORES, options(Pruning::Nothing)).unwrap();
    assert_eq!(store.latest().unwrap().height, last);
    store.verify().unwrap();
    let whole = tempdir().unwrap();
    let twin = Store::open(whole.path(), &STORES, options(Pruning::Nothing)).unwrap();
    for height in 1..=last + 3 {
        let hash = commit(&twin, height, block(height)).app_hash;
        if height == last {
            assert_eq!(store.latest().unwrap().app_hash, hash);
        }
        if height > last {
            assert_eq!(commit(&store, height, block(height)).app_hash, hash);
        }
    }
}

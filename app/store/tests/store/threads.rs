//! The result does not depend on how many threads there are.

use tempfile::tempdir;
use whence_store::{Changes, Pruning};

use crate::common::{STORES, open};

fn block(height: u64) -> Changes {
    let mut out = Changes::new();
    for name in STORES {
        let changes = out.entry(name).or_default();
        for n in 0u64..2_000 {
            let key = (n * height % 3_000).to_be_bytes().to_vec();
            let value = (n % 7 != height % 7).then(|| height.to_be_bytes().to_vec());
            changes.insert(key, value);
        }
    }
    out
}

fn hashes(threads: usize) -> Vec<([u8; 32], usize)> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let dir = tempdir().unwrap();
        let store = open(&dir, Pruning::Everything);
        (1..=8)
            .map(|height| {
                let staged = store.stage(height, block(height)).unwrap();
                let size = staged.size_in_bytes();
                (store.commit(staged).unwrap().app_hash, size)
            })
            .collect()
    })
}

#[test]
fn roots_and_batches_do_not_depend_on_the_number_of_threads() {
    let one = hashes(1);
    assert_eq!(one, hashes(2));
    assert_eq!(one, hashes(7));
}

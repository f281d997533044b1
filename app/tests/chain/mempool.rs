//! CheckTx: the mempool knows the sequences that wait.

use whence_app::client::AccountNumbers;
use whence_app::testkit::Chain;

use crate::world::{check_tx, key, send, world};

fn code(chain: &Chain, tx: &[u8], again: bool) -> u32 {
    check_tx(chain, tx, again).code
}

#[test]
fn the_mempool_knows_the_sequences_that_wait() {
    let mut w = world();
    let first = w.chain.account(&w.alice.address()).unwrap();
    let tx = |chain: &Chain, sequence: u64| {
        let account = AccountNumbers { sequence, ..first };
        chain.sign_as(&key(1), vec![send(&key(1), &key(2).address(), 1)], account).unwrap()
    };
    let txs: Vec<_> = (0..4).map(|sequence| tx(&w.chain, sequence)).collect();
    assert_eq!(code(&w.chain, &txs[0], false), 0);
    assert_eq!(code(&w.chain, &txs[2], false), 32, "one is missing before it");
    assert_eq!(code(&w.chain, &txs[1], false), 0);
    assert_eq!(code(&w.chain, &txs[1], false), 32, "it waits already");
    assert_eq!(code(&w.chain, &txs[2], false), 0);

    // A block takes the first; what waits is checked again, in order and without the signatures.
    w.chain.block(vec![txs[0].clone()]).unwrap();
    assert_eq!(code(&w.chain, &txs[0], true), 32);
    assert_eq!(code(&w.chain, &txs[1], true), 0);
    assert_eq!(code(&w.chain, &txs[2], true), 0);
    assert_eq!(code(&w.chain, &txs[3], false), 0);
}

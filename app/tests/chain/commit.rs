//! Only Commit writes, a restart goes on from it, and calls come in their order.

use tempfile::TempDir;
use whence_app::app::Fatal;
use whence_app::testkit::Chain;

use crate::world::{World, genesis, send, world};

#[test]
fn finalize_may_run_often_and_only_commit_writes() {
    let mut w = world();
    let before = w.chain.app.store().latest().unwrap();
    let tx = w.chain.sign(&w.alice, vec![send(&w.alice, &w.bob.address(), 5)]).unwrap();
    let empty = w.chain.finalize(Vec::new()).unwrap();
    let first = w.chain.finalize(vec![tx.clone()]).unwrap();
    let second = w.chain.finalize(vec![tx.clone()]).unwrap();
    assert_eq!(first, second);
    assert_ne!(empty.app_hash, first.app_hash);
    assert_eq!(w.chain.app.store().latest().unwrap(), before);

    // A process that dies here finds the last committed block, and replays to the same hash.
    let World { chain, dir, .. } = w;
    drop(chain);
    let mut chain = Chain::open(dir.path()).unwrap();
    assert_eq!(chain.app.store().latest().unwrap(), before);
    let replayed = chain.block(vec![tx]).unwrap();
    assert_eq!(replayed.app_hash, first.app_hash);
}

#[test]
fn the_grammar_is_kept() {
    let dir = TempDir::new().unwrap();
    let mut chain = Chain::open(dir.path()).unwrap();
    let grammar = |result: Result<(), Fatal>| {
        assert!(matches!(result, Err(Fatal::Grammar(_))), "{result:?}");
    };
    grammar(chain.block(Vec::new()).map(|_| ()));
    grammar(whence_app::abci::commit::commit(&chain.app).map(|_| ()));
    chain.init(&genesis()).unwrap();
    chain.init(&genesis()).unwrap();
    chain.block(Vec::new()).unwrap();
    grammar(whence_app::abci::commit::commit(&chain.app).map(|_| ()));
    grammar(chain.init(&genesis()).map(|_| ()));
    for height in [1, 3, 0, -1] {
        let request =
            tendermint_proto::v0_38::abci::RequestFinalizeBlock { height, ..Default::default() };
        let result = whence_app::abci::finalize_block::finalize_block(&chain.app, request);
        grammar(result.map(|_| ()));
    }
    assert_eq!(chain.app.store().latest().unwrap().height, 1);
}

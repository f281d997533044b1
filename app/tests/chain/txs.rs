//! What transactions of a block do, in order, once and only once.

use prost::Message;
use whence_app::client::AccountNumbers;
use whence_app::testkit::Chain;

use crate::world::{START, World, key, send, world};

#[test]
fn coins_move_and_the_fee_is_collected() {
    let mut w = world();
    let result = w.chain.deliver(&w.alice, vec![send(&w.alice, &w.bob.address(), 70)]).unwrap();
    assert_eq!(result.code, 0, "{}", result.log);
    assert_eq!(result.gas_used, result.gas_wanted, "gas is known beforehand");
    assert_eq!(w.chain.balance(&w.alice.address()).unwrap(), START - 70 - 1_000);
    assert_eq!(w.chain.balance(&w.bob.address()).unwrap(), START + 70);
    let collector = whence_base::module_address("fee_collector");
    assert_eq!(w.chain.balance(&collector).unwrap(), 1_000);
    let data = result.data;
    let decoded = whence_proto::cosmos::base::abci::v1beta1::TxMsgData::decode(data).unwrap();
    assert_eq!(decoded.msg_responses[0].type_url, "/cosmos.bank.v1beta1.MsgSendResponse");
}

#[test]
fn as_many_messages_as_a_tx_may_have_are_executed() {
    let mut w = world();
    let result = w.chain.deliver(&w.alice, vec![send(&w.alice, &w.bob.address(), 1); 256]).unwrap();
    assert_eq!(result.code, 0, "{}", result.log);
    assert_eq!(w.chain.balance(&w.bob.address()).unwrap(), START + 256);
}

#[test]
fn a_failed_message_keeps_only_fee_and_sequence() {
    let mut w = world();
    let messages =
        vec![send(&w.alice, &w.bob.address(), 5), send(&w.alice, &w.bob.address(), START)];
    let result = w.chain.deliver(&w.alice, messages).unwrap();
    assert_eq!((result.code, result.codespace.as_str()), (5, "sdk"), "{}", result.log);
    assert!(result.log.starts_with("failed to execute message; message index: 1: "));
    assert!(result.data.is_empty());
    assert_eq!(w.chain.balance(&w.alice.address()).unwrap(), START - 1_000);
    assert_eq!(w.chain.balance(&w.bob.address()).unwrap(), START);
    assert_eq!(w.chain.account(&w.alice.address()).unwrap().sequence, 1);
    let kinds: Vec<_> = result.events.iter().map(|event| event.r#type.as_str()).collect();
    assert_eq!(
        kinds,
        ["coin_spent", "coin_received", "transfer", "message", "tx", "tx", "tx"],
        "the events of the checks stay"
    );
}

#[test]
fn a_tx_that_comes_again_is_refused_after_a_restart_too() {
    let mut w = world();
    let tx = w.chain.sign(&w.alice, vec![send(&w.alice, &w.bob.address(), 5)]).unwrap();
    let twice = w.chain.block(vec![tx.clone(), tx.clone()]).unwrap();
    let codes: Vec<_> = twice.tx_results.iter().map(|result| result.code).collect();
    assert_eq!(codes, [0, 32]);
    let World { chain, dir, .. } = w;
    drop(chain);
    let mut chain = Chain::open(dir.path()).unwrap();
    let again = chain.block(vec![tx]).unwrap();
    assert_eq!(again.tx_results[0].code, 32);
    assert_eq!(chain.balance(&key(2).address()).unwrap(), START + 5);
}

#[test]
fn one_account_queues_several_txs_and_a_block_takes_them_in_order() {
    let mut w = world();
    let first = w.chain.account(&w.alice.address()).unwrap();
    let txs: Vec<_> = (0..5)
        .map(|place| {
            let account = AccountNumbers { sequence: first.sequence + place, ..first };
            let messages = vec![send(&w.alice, &w.bob.address(), 1)];
            w.chain.sign_as(&w.alice, messages, account).unwrap()
        })
        .collect();
    let mut shuffled = txs.clone();
    shuffled.swap(1, 3);
    assert_eq!(w.chain.propose(shuffled).unwrap().len(), 2, "sequences 0, then 3 2 1 4");
    let proposed = w.chain.propose(txs.clone()).unwrap();
    assert_eq!(proposed.len(), 5);
    let answer = w.chain.block(txs).unwrap();
    assert!(answer.tx_results.iter().all(|result| result.code == 0));
}

#[test]
fn an_account_made_in_a_block_spends_in_the_same_block() {
    let mut w = world();
    let carol = key(9);
    let give = w.chain.sign(&w.alice, vec![send(&w.alice, &carol.address(), 50_000)]).unwrap();
    // Auth's accounts: three of genesis and the modules', then this one.
    let number = 3 + u64::try_from(whence_app::ports::module_accounts().iter().count()).unwrap();
    let account = AccountNumbers { number, sequence: 0 };
    let messages = vec![send(&carol, &w.bob.address(), 1)];
    let spend = w.chain.sign_as(&carol, messages, account).unwrap();
    let answer = w.chain.block(vec![give, spend]).unwrap();
    let logs: Vec<_> = answer.tx_results.iter().map(|result| result.log.clone()).collect();
    assert!(answer.tx_results.iter().all(|result| result.code == 0), "{logs:?}");
    assert_eq!(w.chain.balance(&carol.address()).unwrap(), 50_000 - 1 - 1_000);
}

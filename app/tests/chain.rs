//! The whole application in process: what a transaction must pass, what a block keeps, what a
//! restart finds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use prost::Message;
use tempfile::TempDir;
use whence_app::app::Fatal;
use whence_app::client::tx::{SignWith, pack, sign};
use whence_app::client::{AccountNumbers, Key, TxRequest};
use whence_app::testkit::{CHAIN_ID, Chain, Genesis};
use whence_base::{Address, Coin, Coins};
use whence_proto::Any;
use whence_proto::cosmos::bank::v1beta1::MsgSend;
use whence_proto::cosmos::tx::v1beta1::{Fee, TxBody, TxRaw};

const START: u128 = 10_000_000_000;
const STAKE: u128 = 1_000_000_000;

struct World {
    chain: Chain,
    dir: TempDir,
    alice: Key,
    bob: Key,
}

fn key(seed: u8) -> Key {
    Key::from_bytes(&[seed; 32]).unwrap()
}

fn genesis() -> Genesis {
    let coins = Coins::of(&Coin::new("uwhn", START));
    Genesis::new()
        .unwrap()
        .account(&key(1).address(), &coins)
        .unwrap()
        .account(&key(2).address(), &coins)
        .unwrap()
        .account(&key(3).address(), &coins)
        .unwrap()
        .validator(&key(3), STAKE)
        .unwrap()
}

fn world() -> World {
    let dir = TempDir::new().unwrap();
    let chain = Chain::start(dir.path(), &genesis()).unwrap();
    World { chain, dir, alice: key(1), bob: key(2) }
}

fn send(from: &Key, to: &Address, amount: u128) -> Any {
    pack(&MsgSend {
        from_address: from.address().to_string(),
        to_address: to.to_string(),
        amount: Coins::of(&Coin::new("uwhn", amount)).to_proto(),
    })
}

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

/// One row: what is changed, and the code and a part of the text that the block answers.
struct Refusal {
    name: &'static str,
    change: fn(&mut Draft),
    code: u32,
    text: &'static str,
}

/// A transaction before it is signed, and after.
struct Draft {
    request: TxRequest,
    with: SignWith,
    key: Key,
    after: Box<dyn Fn(TxRaw) -> Vec<u8>>,
}

fn high_s(mut raw: TxRaw) -> Vec<u8> {
    // The order of the curve minus s: the other signature that verifies.
    let order: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36,
        0x41, 0x41,
    ];
    let mut borrow = 0i16;
    for place in (0..32).rev() {
        let at = 32 + place;
        let digit = i16::from(order[place]) - i16::from(raw.signatures[0][at]) - borrow;
        borrow = i16::from(digit < 0);
        raw.signatures[0][at] = u8::try_from(digit.rem_euclid(256)).unwrap();
    }
    raw.encode_to_vec()
}

const REFUSALS: &[Refusal] = &[
    Refusal {
        name: "another chain",
        change: |d| d.with.chain_id = "whence-test-2".to_owned(),
        code: 4,
        text: "signature verification failed",
    },
    Refusal {
        name: "another account number",
        change: |d| d.with.account.number += 1,
        code: 4,
        text: "signature verification failed",
    },
    Refusal {
        name: "a later sequence",
        change: |d| d.with.account.sequence = 4,
        code: 32,
        text: "account sequence mismatch, expected 0, got 4: incorrect account sequence",
    },
    Refusal {
        name: "somebody else's key",
        change: |d| d.key = key(2),
        code: 8,
        text: "does not belong to signer",
    },
    Refusal {
        name: "too little gas",
        change: |d| d.with.fee.gas_limit = 100,
        code: 11,
        text: "out of gas in location: txGas; gasWanted: 100, gasUsed: ",
    },
    Refusal {
        name: "more gas than a block has",
        change: |d| d.with.fee.gas_limit = 500_000_000,
        code: 11,
        text: "no block gas left to run tx",
    },
    Refusal {
        name: "a long memo",
        change: |d| d.request.memo = "m".repeat(257),
        code: 12,
        text: "maximum number of characters is 256 but received 257 characters: memo too large",
    },
    Refusal {
        name: "a timeout that passed",
        change: |d| d.request.timeout_height = 1,
        code: 30,
        text: "block height: 2, timeout height: 1: tx timeout height",
    },
    Refusal {
        name: "a fee that is not there",
        change: |d| d.with.fee.amount[0].amount = (START + 1).to_string(),
        code: 5,
        text: "insufficient funds",
    },
    Refusal {
        name: "no message",
        change: |d| d.request.messages.clear(),
        code: 18,
        text: "must contain at least one message",
    },
    Refusal {
        name: "a message that nobody knows",
        change: |d| {
            d.request.messages[0].type_url = "/cosmos.bank.v1beta1.MsgSetSendEnabledX".to_owned();
        },
        code: 2,
        text: "unknown",
    },
    Refusal {
        name: "a signature with a high S",
        change: |d| d.after = Box::new(high_s),
        code: 4,
        text: "signature verification failed",
    },
    Refusal {
        name: "a signature that is cut short",
        change: |d| {
            d.after = Box::new(|mut raw| {
                raw.signatures[0].truncate(63);
                raw.encode_to_vec()
            });
        },
        code: 4,
        text: "63 bytes, expected 64",
    },
    Refusal {
        name: "no signature",
        change: |d| {
            d.after = Box::new(|mut raw| {
                raw.signatures.clear();
                raw.encode_to_vec()
            });
        },
        code: 15,
        text: "no signatures supplied",
    },
    Refusal {
        name: "two signatures",
        change: |d| {
            d.after = Box::new(|mut raw| {
                raw.signatures.push(raw.signatures[0].clone());
                raw.encode_to_vec()
            });
        },
        code: 4,
        text: "wrong number of signers; expected 1, got 2",
    },
    Refusal {
        name: "an unknown field in the body",
        change: |d| {
            d.after = Box::new(|mut raw| {
                raw.body_bytes.extend([0x50, 0x01]); // field 10, a number
                raw.encode_to_vec()
            });
        },
        code: 2,
        text: "unknown field number 10",
    },
    Refusal {
        name: "fields out of order (ADR-027)",
        change: |d| {
            d.after = Box::new(|raw| {
                let parts = TxRaw { body_bytes: Vec::new(), ..raw.clone() };
                let body = TxRaw { body_bytes: raw.body_bytes, ..TxRaw::default() };
                [parts.encode_to_vec(), body.encode_to_vec()].concat()
            });
        },
        code: 2,
        text: "ADR-027",
    },
    Refusal {
        name: "bytes that are nothing",
        change: |d| d.after = Box::new(|_| vec![0xff; 40]),
        code: 2,
        text: "tx parse error",
    },
    Refusal {
        name: "no bytes",
        change: |d| d.after = Box::new(|_| Vec::new()),
        code: 18,
        text: "must contain at least one message",
    },
    Refusal {
        name: "a body that nests too deep",
        change: |d| {
            d.after = Box::new(|mut raw| {
                let mut any = Any { type_url: "/google.protobuf.Any".to_owned(), value: vec![] };
                for _ in 0..20 {
                    let value = any.encode_to_vec();
                    any = Any { type_url: "/google.protobuf.Any".to_owned(), value };
                }
                raw.body_bytes =
                    TxBody { messages: vec![any], ..TxBody::default() }.encode_to_vec();
                raw.encode_to_vec()
            });
        },
        code: 2,
        text: "",
    },
];

#[test]
fn each_refusal_has_its_code_and_changes_nothing() {
    let mut w = world();
    for row in REFUSALS {
        let before = w.chain.balance(&w.alice.address()).unwrap();
        let mut draft = Draft {
            request: TxRequest::of(vec![send(&w.alice, &w.bob.address(), 1)]),
            with: SignWith {
                chain_id: CHAIN_ID.to_owned(),
                account: w.chain.account(&w.alice.address()).unwrap(),
                fee: Fee {
                    amount: Coins::of(&Coin::new("uwhn", 10)).to_proto(),
                    gas_limit: 1_000_000,
                    ..Fee::default()
                },
            },
            key: w.alice.clone(),
            after: Box::new(|raw| raw.encode_to_vec()),
        };
        (row.change)(&mut draft);
        let signed = sign(&draft.key, &draft.request, draft.with);
        let tx = (draft.after)(TxRaw::decode(signed.as_slice()).unwrap());
        let proposed = w.chain.propose(vec![tx.clone()]).unwrap();
        assert!(proposed.is_empty(), "{}: a proposer leaves it out", row.name);
        assert!(!w.chain.would_accept(vec![tx.clone().into()]).unwrap(), "{}", row.name);

        let answer = w.chain.finalize(vec![tx]).unwrap();
        let result = &answer.tx_results[0];
        assert_eq!(result.code, row.code, "{}: {}", row.name, result.log);
        assert!(result.log.contains(row.text), "{}: {}", row.name, result.log);
        assert_eq!(result.codespace, "sdk", "{}", row.name);
        assert_eq!(w.chain.balance(&w.alice.address()).unwrap(), before, "{}", row.name);
        assert_eq!(w.chain.account(&w.alice.address()).unwrap().sequence, 0, "{}", row.name);
    }
    w.chain.block(Vec::new()).unwrap();
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

#[test]
fn genesis_exports_and_imports_to_the_same() {
    let mut w = world();
    w.chain.deliver(&w.alice, vec![send(&w.alice, &w.bob.address(), 5)]).unwrap();
    let export = |chain: &Chain| {
        let (state, block) = chain.app.committed(None).unwrap();
        let ctx = whence_base::QueryCtx::new(&state, &block);
        whence_app::exec::genesis::export(chain.app.modules(), &ctx).unwrap()
    };
    let first = export(&w.chain);
    whence_app::exec::genesis::validate(w.chain.app.modules(), &first).unwrap();
    let mut genesis = Genesis::new().unwrap();
    genesis.state = first.clone();
    let dir = TempDir::new().unwrap();
    let chain = Chain::start(dir.path(), &genesis).unwrap();
    let second = export(&chain);
    for (name, section) in &first {
        assert_eq!(section, &second[name], "{name}");
    }
}

#[test]
fn bad_genesis_names_what_is_wrong() {
    let cases: &[(fn(&mut Genesis), &str)] = &[
        (|g| drop(g.state.insert("bnak".to_owned(), serde_json::json!({}))), "bnak"),
        (|g| g.state.get_mut("bank").unwrap()["supply"][0]["amount"] = "1".into(), "bank"),
        (|g| g.state.get_mut("auth").unwrap()["parms"] = serde_json::json!({}), "parms"),
        (
            |g| g.state.get_mut("genutil").unwrap()["gen_txs"][0]["signatures"][0] = "AAAA".into(),
            "gen_txs[0]",
        ),
        (|g| g.state.get_mut("auth").unwrap()["accounts"][0]["address"] = "whence1".into(), "auth"),
    ];
    for (change, text) in cases {
        let mut bad = genesis();
        change(&mut bad);
        let dir = TempDir::new().unwrap();
        let mut chain = Chain::open(dir.path()).unwrap();
        let error = chain.init(&bad).expect_err(text).to_string();
        assert!(error.contains(text), "{error}");
        assert!(chain.app.store().latest().is_none());
    }
}

fn check_tx(chain: &Chain, tx: &[u8], again: bool) -> u32 {
    use tendermint_proto::v0_38::abci::{CheckTxType, RequestCheckTx};
    let kind = if again { CheckTxType::Recheck } else { CheckTxType::New };
    let request = RequestCheckTx { tx: tx.to_vec().into(), r#type: kind.into() };
    whence_app::abci::check_tx::check_tx(&chain.app, &request).code
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
    assert_eq!(check_tx(&w.chain, &txs[0], false), 0);
    assert_eq!(check_tx(&w.chain, &txs[2], false), 32, "one is missing before it");
    assert_eq!(check_tx(&w.chain, &txs[1], false), 0);
    assert_eq!(check_tx(&w.chain, &txs[1], false), 32, "it waits already");
    assert_eq!(check_tx(&w.chain, &txs[2], false), 0);

    // A block takes the first; what waits is checked again, in order and without the signatures.
    w.chain.block(vec![txs[0].clone()]).unwrap();
    assert_eq!(check_tx(&w.chain, &txs[0], true), 32);
    assert_eq!(check_tx(&w.chain, &txs[1], true), 0);
    assert_eq!(check_tx(&w.chain, &txs[2], true), 0);
    assert_eq!(check_tx(&w.chain, &txs[3], false), 0);
}

#[test]
fn one_unit_that_nobody_recorded_is_seen_in_every_module_account() {
    for account in whence_app::ports::module_accounts().iter() {
        // Auth's fee collector counts what genesis gives it, so nothing there is unrecorded.
        if account.name == "fee_collector" {
            continue;
        }
        let mut leak = genesis();
        let bank = leak.state.get_mut("bank").unwrap();
        let balances = bank["balances"].as_array_mut().unwrap();
        balances.push(serde_json::json!({
            "address": account.address.to_string(),
            "coins": [{ "denom": "uwhn", "amount": "1" }],
        }));
        bank["supply"][0]["amount"] = (3 * START + 1).to_string().into();
        let dir = TempDir::new().unwrap();
        let mut chain = Chain::open(dir.path()).unwrap();
        let error = chain.init(&leak).map(|_| ()).expect_err(account.name).to_string();
        assert!(error.contains(account.name), "{}: {error}", account.name);
    }
}

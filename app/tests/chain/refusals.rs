//! What a transaction must pass: a table of what is changed and what the block answers.

use prost::Message;
use whence_app::client::tx::{SignWith, sign};
use whence_app::client::{Key, TxRequest};
use whence_app::testkit::CHAIN_ID;
use whence_base::{Coin, Coins};
use whence_proto::Any;
use whence_proto::cosmos::tx::v1beta1::{Fee, TxBody, TxRaw};

use crate::world::{START, key, send, world};

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

//! What a transaction must pass: a table of what is changed and what the mempool and the block
//! answer.

use prost::Message;
use whence_app::client::tx::{SignWith, pack, sign};
use whence_app::client::{Key, TxRequest};
use whence_app::testkit::CHAIN_ID;
use whence_base::{Coin, Coins};
use whence_proto::Any;
use whence_proto::cosmos::crypto::multisig::LegacyAminoPubKey;
use whence_proto::cosmos::crypto::{ed25519, secp256k1};
use whence_proto::cosmos::tx::v1beta1::mode_info::{Multi, Single, Sum};
use whence_proto::cosmos::tx::v1beta1::{AuthInfo, Fee, ModeInfo, SignDoc, TxBody, TxRaw};

use crate::world::{START, World, check_tx, key, send, world};

/// One row: what is changed, and the code and a part of the text that both answer.
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

/// Changes the body and the auth info before they are signed, so that nothing else is wrong.
fn with(d: &mut Draft, change: fn(&mut TxBody, &mut AuthInfo)) {
    let (key, with) = (d.key.clone(), d.with.clone());
    d.after = Box::new(move |raw| {
        let mut body = TxBody::decode(raw.body_bytes.as_slice()).unwrap();
        let mut info = AuthInfo::decode(raw.auth_info_bytes.as_slice()).unwrap();
        change(&mut body, &mut info);
        let document = SignDoc {
            body_bytes: body.encode_to_vec(),
            auth_info_bytes: info.encode_to_vec(),
            chain_id: with.chain_id.clone(),
            account_number: with.account.number,
        };
        let signature = key.sign(&document.encode_to_vec());
        let SignDoc { body_bytes, auth_info_bytes, .. } = document;
        let signatures = vec![signature; info.signer_infos.len()];
        TxRaw { body_bytes, auth_info_bytes, signatures }.encode_to_vec()
    });
}

fn set_mode(info: &mut AuthInfo, sum: Sum) {
    info.signer_infos[0].mode_info = Some(ModeInfo { sum: Some(sum) });
}

fn single(mode: i32) -> Sum {
    Sum::Single(Single { mode })
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
        name: "more than 256 messages",
        change: |d| d.request.messages = vec![d.request.messages[0].clone(); 257],
        code: 18,
        text: "257 messages, expected at most 256: invalid request",
    },
    Refusal {
        name: "more than seven signers",
        change: |d| {
            d.request.messages = (1..=8).map(|n| send(&key(n), &key(9).address(), 1)).collect();
            with(d, |_, info| info.signer_infos = vec![info.signer_infos[0].clone(); 8]);
        },
        code: 14,
        text: "signatures: 8, limit: 7: maximum number of signatures exceeded",
    },
    Refusal {
        name: "SIGN_MODE_TEXTUAL",
        change: |d| with(d, |_, info| set_mode(info, single(2))),
        code: 37,
        text: "sign mode 2, expected DIRECT (1) or LEGACY_AMINO_JSON (127): feature not supported",
    },
    Refusal {
        name: "SIGN_MODE_DIRECT_AUX",
        change: |d| with(d, |_, info| set_mode(info, single(3))),
        code: 37,
        text: "sign mode 3, expected",
    },
    Refusal {
        name: "SIGN_MODE_UNSPECIFIED",
        change: |d| with(d, |_, info| set_mode(info, single(0))),
        code: 37,
        text: "sign mode unspecified",
    },
    Refusal {
        name: "no sign mode",
        change: |d| with(d, |_, info| info.signer_infos[0].mode_info = None),
        code: 37,
        text: "sign mode unspecified",
    },
    Refusal {
        name: "a multisignature",
        change: |d| with(d, |_, info| set_mode(info, Sum::Multi(Multi::default()))),
        code: 37,
        text: "multisignatures are not supported: feature not supported",
    },
    Refusal {
        name: "a key of several",
        change: |d| {
            with(d, |_, info| {
                let signer = &mut info.signer_infos[0];
                let public_keys = signer.public_key.take().into_iter().collect();
                signer.public_key = Some(pack(&LegacyAminoPubKey { threshold: 1, public_keys }));
            });
        },
        code: 8,
        text: "key type \"/cosmos.crypto.multisig.LegacyAminoPubKey\", expected",
    },
    Refusal {
        name: "a key of another curve",
        change: |d| {
            with(d, |_, info| {
                let key = ed25519::PubKey { key: vec![1; 32] };
                info.signer_infos[0].public_key = Some(pack(&key));
            });
        },
        code: 8,
        text: "key type \"/cosmos.crypto.ed25519.PubKey\", expected",
    },
    Refusal {
        name: "a key that is cut short",
        change: |d| {
            with(d, |_, info| {
                let key = secp256k1::PubKey { key: vec![2; 32] };
                info.signer_infos[0].public_key = Some(pack(&key));
            });
        },
        code: 8,
        text: "key has 32 bytes, expected 33: invalid pubkey",
    },
    Refusal {
        name: "no key of an account that never signed",
        change: |d| with(d, |_, info| info.signer_infos[0].public_key = None),
        code: 8,
        text: "has no public key yet, and the tx brings none: invalid pubkey",
    },
    Refusal {
        name: "an account that is not there",
        change: |d| {
            d.key = key(9);
            d.request.messages = vec![send(&d.key, &key(1).address(), 1)];
        },
        code: 9,
        text: "does not exist: unknown address",
    },
    Refusal {
        name: "an account that is not there, without a fee",
        change: |d| {
            d.key = key(9);
            d.request.messages = vec![send(&d.key, &key(1).address(), 1)];
            d.with.fee.amount.clear();
        },
        code: 9,
        text: "does not exist: unknown address",
    },
    Refusal {
        name: "a fee granter",
        change: |d| d.with.fee.granter = key(2).address().to_string(),
        code: 18,
        text: "fee grants are not enabled: invalid request",
    },
    Refusal {
        name: "a tip",
        change: |d| {
            #[allow(deprecated, reason = "who fills it must be told")]
            with(d, |_, info| info.tip = Some(Default::default()));
        },
        code: 37,
        text: "tips are not enabled: feature not supported",
    },
    Refusal {
        name: "an extension option",
        change: |d| with(d, |body, _| body.extension_options = body.messages.clone()),
        code: 31,
        text: "\"/cosmos.bank.v1beta1.MsgSend\": unknown extension options",
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

/// A send of alice's that nothing is wrong with.
fn draft(w: &World) -> Draft {
    Draft {
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
    }
}

/// The mempool refuses it with the code and text given, and everybody else with the row's.
fn refuse(w: &mut World, row: &Refusal, (code, text): (u32, &str)) {
    let before = w.chain.balance(&w.alice.address()).unwrap();
    let mut draft = draft(w);
    (row.change)(&mut draft);
    let signed = sign(&draft.key, &draft.request, draft.with);
    let tx = (draft.after)(TxRaw::decode(signed.as_slice()).unwrap());

    let checked = check_tx(&w.chain, &tx, false);
    assert_eq!(checked.code, code, "{}: {}", row.name, checked.log);
    assert!(checked.log.contains(text), "{}: {}", row.name, checked.log);
    assert_eq!(checked.codespace, "sdk", "{}", row.name);
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

#[test]
fn each_refusal_has_its_code_and_changes_nothing() {
    let mut w = world();
    for row in REFUSALS {
        refuse(&mut w, row, (row.code, row.text));
    }
    w.chain.block(Vec::new()).unwrap();
    // The draft itself is sound.
    let draft = draft(&w);
    let tx = sign(&draft.key, &draft.request, draft.with);
    assert_eq!(check_tx(&w.chain, &tx, false).code, 0);
}

/// A block cannot tell it from a tx that comes when little is left; the mempool can.
#[test]
fn more_gas_than_a_block_has_is_refused() {
    let row = Refusal {
        name: "more gas than a block has",
        change: |d| d.with.fee.gas_limit = 400_000_001,
        code: 11,
        text: "no block gas left to run tx: 400000000 left, 400000001 wanted: out of gas",
    };
    let text = "tx gas limit 400000001 exceeds block max gas 400000000: invalid gas limit";
    refuse(&mut world(), &row, (41, text));
}

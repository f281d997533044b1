//! Vouchers that the sidecar refuses, each with its status and its stable code.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use whence_localnet::demo::cast::{CAL, OLIVIA};
use whence_localnet::demo::progress;
use whence_localnet::demo::tuning::MODEL;
use whence_localnet::relay::Paid;
use whence_localnet::scene::{Answer, OTHER_MODEL, Scene, kill, request};

use super::session::{Session, Terms};
use crate::common::number;
use crate::{SHORT, ask, asked};

/// Fields of a voucher on the wire.
const CHAIN_ID: u64 = 1;
const MAX_FEE: u64 = 7;
const SIGNATURE: u64 = 8;
/// More than a short answer costs, many times over.
const ENOUGH: u128 = 100_000;

fn send(scene: &Scene, paid: &Paid) -> Answer {
    let headers =
        [format!("x-whence-voucher: {}", paid.voucher), format!("x-whence-salt: {}", paid.salt)];
    scene.ask_sidecar(&headers, &paid.body).unwrap()
}

fn refused(what: &str, answer: &Answer, (status, code): (u16, &str)) {
    assert_eq!(answer.status, status, "{what}: {answer:?}");
    assert_eq!(answer.body["error"]["code"], code, "{what}: {answer:?}");
}

/// A voucher with one field of bytes replaced.
fn with(paid: &Paid, field: u64, value: &[u8]) -> Paid {
    let bytes = STANDARD.decode(&paid.voucher).unwrap();
    let (mut rest, mut out) = (&bytes[..], Vec::new());
    while !rest.is_empty() {
        let start = rest;
        let tag = varint(&mut rest);
        if tag & 7 == 0 {
            varint(&mut rest);
        } else {
            let length = usize::try_from(varint(&mut rest)).unwrap();
            rest = &rest[length..];
        }
        if tag >> 3 == field {
            out.push(u8::try_from(field << 3 | 2).unwrap());
            out.push(u8::try_from(value.len()).unwrap());
            out.extend_from_slice(value);
        } else {
            out.extend_from_slice(&start[..start.len() - rest.len()]);
        }
    }
    Paid { voucher: STANDARD.encode(out), ..paid.clone() }
}

fn varint(rest: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = rest[0];
        *rest = &rest[1..];
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return value;
        }
    }
}

pub(crate) fn each_is_refused_with_its_code(scene: &mut Scene) {
    let before = scene.books().unwrap();
    let query = ask(scene);
    let paid = scene.relay.last_paid().unwrap();
    let used = (402, "voucher_used");
    refused("again, while its report waits", &send(scene, &paid), used);
    kill(&mut scene.sidecar).unwrap();
    scene.start_sidecar().unwrap();
    refused("again, after a restart", &send(scene, &paid), used);
    crate::check_paid_once(scene, &before, &[query]);
    let after = scene.books().unwrap();
    refused("again, once it is paid", &send(scene, &paid), used);
    let other_body = request(MODEL, "What is the WAL?", SHORT);
    let other_adapter = request(OTHER_MODEL, "What is FTS5?", SHORT);
    let cheap = [&[0x0a, 4][..], b"uwhn", &[0x12, 1], b"1"].concat();
    let bodies = |body: String| Paid { body, ..paid.clone() };
    let table = [
        ("another body", bodies(other_body), (402, "voucher_other_request")),
        ("another adapter", bodies(other_adapter), (402, "voucher_other_adapter")),
        ("another chain", with(&paid, CHAIN_ID, b"whence-local-2"), (402, "voucher_other_chain")),
        ("too small", with(&paid, MAX_FEE, &cheap), (402, "voucher_too_small")),
        ("another signer", with(&paid, SIGNATURE, &[1; 64]), (402, "voucher_signature")),
        ("no signature", with(&paid, SIGNATURE, &[]), (402, "voucher_signature")),
        (
            "no voucher at all",
            Paid { voucher: "AAAA".to_owned(), ..paid.clone() },
            (400, "invalid_request"),
        ),
        ("a short salt", Paid { salt: "00".to_owned(), ..paid.clone() }, (400, "invalid_request")),
    ];
    for (what, paid, expected) in table {
        refused(what, &send(scene, &paid), expected);
    }
    let none = scene.ask_sidecar(&[], &paid.body).unwrap();
    refused("none", &none, (402, "voucher_missing"));
    let long = scene.ask(&"row ".repeat(20_000), SHORT).unwrap();
    refused("a long prompt", &long, (400, "context_length_exceeded"));
    assert!(scene.outbox().is_empty(), "a refusal leaves nothing to pay");
    assert_eq!(scene.books().unwrap(), after, "and charges nothing");
}

/// An escrow of the same caller for another provider, as `escrow fund` gave it.
fn others_escrow(scene: &Scene) -> Value {
    let reporter = scene.place.node.key(OLIVIA).unwrap();
    let who = ["provider", "register", "--reporter", &reporter, "--endpoint", "http://127.0.0.1:1"];
    let price = ["--prompt-price", "1uwhn", "--completion-price", "1uwhn", "--min-fee", "1000uwhn"];
    let bond = ["--bond", "100000000uwhn"];
    let made = scene.place.whence(OLIVIA, &[&who[..], &price[..], &bond[..]].concat()).unwrap();
    let id = number(&made["provider_id"]).to_string();
    scene.place.whence(CAL, &["escrow", "fund", &id, "1000000uwhn"]).unwrap()
}

/// The scene's escrow on the chain.
fn escrow(scene: &Scene) -> Value {
    scene.place.ask(&["escrow", "show", &scene.escrow().unwrap().to_string()]).unwrap()
}

fn window(scene: &Scene) -> u64 {
    let params = scene.place.ask(&["query", "attribution", "params"]).unwrap();
    progress::number(&params["params"]["sequence_window"]).unwrap()
}

pub(crate) fn an_escrow_pays_what_it_can(scene: &mut Scene) {
    let before = scene.books().unwrap();
    let funded = scene.place.progress.get("escrow").unwrap().clone();
    let session = Session::of(scene, &funded);
    let nowhere = Session::of(scene, &funded).for_escrow(999_999);
    let elsewhere = Session::of(scene, &others_escrow(scene));
    let (known, body) = (escrow(scene), request(MODEL, "What is FTS5?", SHORT));
    let high = number(&known["high_sequence"]);
    let [balance, reported] =
        ["balance", "reported"].map(|coin| u128::from(number(&known[coin]["amount"])));
    let usual = Terms {
        adapter: scene.place.progress.id("adapter", "adapter_id").unwrap(),
        sequence: high + 1,
        cumulative: reported + 10 * ENOUGH,
        max_fee: ENOUGH,
    };
    let more = Terms { cumulative: reported + 2 * balance, max_fee: balance + 1, ..usual };
    let table = [
        ("an escrow that is not there", nowhere.pays(&body, usual), "escrow_unknown"),
        ("another provider's escrow", elsewhere.pays(&body, usual), "escrow_other_provider"),
        ("more than the escrow holds", session.pays(&body, more), "escrow_too_small"),
    ];
    for (what, paid, code) in table {
        refused(what, &send(scene, &paid), (402, code));
    }
    let far = high + window(scene) + 2;
    let at = |sequence| session.pays(&body, Terms { sequence, ..usual });
    let (too_old, oldest) = (at(high + 1), at(high + 2));
    let last = asked(&send(scene, &at(far)));
    assert_eq!(last.sequence, far);
    let old = (402, "voucher_too_old");
    refused("far below one that waits", &send(scene, &too_old), old);
    scene.settled(far).unwrap();
    refused("far below one that is paid", &send(scene, &too_old), old);
    let queries = [last, asked(&send(scene, &oldest))];
    crate::check_paid_once(scene, &before, &queries);
}

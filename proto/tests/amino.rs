//! Amino JSON is, byte for byte, what CosmJS signs and what the Cosmos SDK checks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost::{Message, Name};
use serde_json::Value;
use whence_proto::amino::{self, SignDoc};
use whence_proto::cosmos::authz::v1beta1::MsgExec;
use whence_proto::cosmos::base::v1beta1::Coin;
use whence_proto::cosmos::tx::v1beta1::{Fee, TxBody};
use whence_proto::whence::attribution::v1::MsgFundEscrow;
use whence_proto::{Any, cosmos};

fn vectors(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str(&text).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

/// Made by `tests/cosmjs/vectors.mjs`.
#[test]
fn cosmjs_signs_the_same_bytes() {
    let all = vectors(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cosmjs/vectors.json"));
    assert!(all.len() >= 15);
    for v in &all {
        let body = TxBody::decode(bytes(&v["body"]).as_slice()).unwrap();
        let fee = Fee::decode(bytes(&v["fee"]).as_slice()).unwrap();
        let number = |name: &str| v[name].as_str().unwrap().parse().unwrap();
        let doc = SignDoc {
            chain_id: v["chain_id"].as_str().unwrap(),
            account_number: number("account_number"),
            sequence: number("sequence"),
            body: &body,
            fee: &fee,
        };
        let signed = String::from_utf8(amino::sign_bytes(&doc).unwrap()).unwrap();
        assert_eq!(signed, v["sign_bytes"].as_str().unwrap(), "{}", v["name"]);
    }
}

/// Made by `tests/sdk/main.go` with the SDK's own encoder; an empty answer is its refusal.
#[test]
fn the_sdk_encodes_the_same_json() {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk/vectors.json");
    let all = vectors(&std::env::var("VECTORS").unwrap_or_else(|_| committed.to_owned()));
    assert!(all.len() >= 100);
    for v in &all {
        let name = v["type"].as_str().unwrap();
        let ours = amino::to_json(name, &bytes(&v["bytes"])).unwrap_or_default();
        assert_eq!(ours, v["json"].as_str().unwrap(), "{name}");
    }
}

#[test]
fn our_messages_have_names() {
    let fund = MsgFundEscrow {
        caller: "whence1x".into(),
        provider_id: 1,
        escrow_id: 0,
        amount: Some(Coin { denom: "uwhn".into(), amount: "5".into() }),
        session_key: vec![2; 3],
    };
    let any = Any { type_url: MsgFundEscrow::type_url(), value: fund.encode_to_vec() };
    assert_eq!(
        amino::any_json(&any).unwrap(),
        r#"{"type":"whence/MsgFundEscrow","value":{"amount":{"amount":"5","denom":"uwhn"},"caller":"whence1x","provider_id":"1","session_key":"AgIC"}}"#
    );
}

#[test]
fn every_message_of_ours_can_be_signed() {
    let extension = whence_proto::pool().get_extension_by_name("amino.name").unwrap();
    let mut names = std::collections::BTreeSet::new();
    for service in whence_proto::pool().services().filter(|s| s.name() == "Msg") {
        if !service.full_name().starts_with("whence.") {
            continue;
        }
        for method in service.methods() {
            let options = method.input().options();
            let name = options.get_extension(&extension).as_str().unwrap().to_owned();
            assert!(
                name.starts_with("whence/"),
                "{} has no amino.name",
                method.input().full_name()
            );
            // A Ledger shows no longer ones.
            assert!(name.len() < 40, "{name} is too long");
            assert!(names.insert(name.clone()), "{name} is used twice");
        }
    }
    assert!(names.len() > 30);
}

#[test]
fn what_cannot_be_signed_is_refused() {
    let fee = Fee::default();
    let code = |body: &TxBody| {
        let doc = SignDoc { chain_id: "c", account_number: 1, sequence: 2, body, fee: &fee };
        amino::sign_bytes(&doc).map_or_else(|e| e.code(), |_| 0)
    };
    let any = |type_url: &str, value: Vec<u8>| Any { type_url: type_url.into(), value };
    let with = |message: Any| TxBody { messages: vec![message], ..Default::default() };

    assert_eq!(code(&TxBody::default()), 0);
    assert_eq!(code(&with(any("/no.Such", vec![]))), 1);
    assert_eq!(code(&with(any("cosmos.bank.v1beta1.MsgSend", vec![]))), 1);
    assert_eq!(code(&with(any("/cosmos.bank.v1beta1.MsgSend", vec![0x0a]))), 2);
    assert_eq!(code(&with(any("/cosmos.staking.v1beta1.MsgDelegate", vec![]))), 4);
    let time = cosmos::base::v1beta1::DecCoin { denom: "u".into(), amount: "1.5".into() };
    let time = any("/cosmos.base.v1beta1.DecCoin", time.encode_to_vec());
    assert_eq!(code(&with(time)), 5);

    let mut deep = any("/cosmos.bank.v1beta1.MsgSend", vec![]);
    for _ in 0..70 {
        let exec = MsgExec { grantee: "a".into(), msgs: vec![deep] };
        deep = any(&MsgExec::type_url(), exec.encode_to_vec());
    }
    assert_eq!(code(&with(deep)), 6);

    let extended = TxBody { extension_options: vec![Any::default()], ..Default::default() };
    assert_eq!(code(&extended), 7);
}

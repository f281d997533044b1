//! What the state held is proved to an outsider: Go's `ics23` checks proofs from `abci_query`
//! against the app hash of a header that the validator signed, and refuses mutated ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod common;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::load::{FEE, SINK, Wallet, balance};
use common::rpc::Rpc;
use common::{Home, number};
use cosmrs::AccountId;
use cosmrs::tendermint::block::CommitSig;
use cosmrs::tendermint::block::signed_header::SignedHeader;
use cosmrs::tendermint::crypto::default::signature::Verifier as Ed25519;
use cosmrs::tendermint::crypto::signature::Verifier;
use cosmrs::tendermint::vote::{Type, ValidatorIndex};
use cosmrs::tendermint::{PublicKey, Vote};
use serde_json::{Value, json};
use whence_localnet::node::CHAIN_ID;

/// The key of every store's parameters.
const PARAMS: [u8; 1] = [0x00];
/// A key under a prefix that no store uses.
const NOWHERE: [u8; 2] = [0xee, 0x01];

/// The key of an address' balance in uwhn: prefix, length, address, denomination, zero.
fn balance_key(address: &[u8]) -> Vec<u8> {
    let length = u8::try_from(address.len()).unwrap();
    [&[0x02, length], address, b"uwhn\0"].concat()
}

/// The app hash of a header whose commit the validator signed.
fn signed_app_hash(rpc: &Rpc, height: u64) -> String {
    let commit = rpc.get(&format!("commit?height={height}"));
    let signed: SignedHeader = serde_json::from_value(commit["signed_header"].clone()).unwrap();
    assert_eq!(signed.header.hash(), signed.commit.block_id.hash, "the commit is of this header");
    let validators = rpc.get(&format!("validators?height={height}"));
    let key: PublicKey =
        serde_json::from_value(validators["validators"][0]["pub_key"].clone()).unwrap();
    let CommitSig::BlockIdFlagCommit { validator_address, timestamp, signature } =
        signed.commit.signatures[0].clone()
    else {
        panic!("the only validator did not sign block {height}");
    };
    let vote = Vote {
        vote_type: Type::Precommit,
        height: signed.commit.height,
        round: signed.commit.round,
        block_id: Some(signed.commit.block_id),
        timestamp: Some(timestamp),
        validator_address,
        validator_index: ValidatorIndex::try_from(0u32).unwrap(),
        signature: None,
        extension: Vec::new(),
        extension_signature: None,
    };
    let message = vote.into_signable_vec(CHAIN_ID.parse().unwrap());
    Ed25519::verify(key, &message, &signature.unwrap()).expect("the validator's signature");
    hex::encode(signed.header.app_hash.as_bytes())
}

/// A height whose state the header above it vouches for, at the time of the call or later.
fn vouched_height(rpc: &Rpc) -> u64 {
    let height = rpc.height().expect("the node answers");
    rpc.reach(height + 2);
    height
}

/// A key's value at a height with its proof, as a claim about the signed app hash.
fn claim(rpc: &Rpc, height: u64, (store, key): (&str, &[u8])) -> Value {
    let data = hex::encode(key);
    let path = format!("path=\"/store/{store}/key\"");
    let call = format!("abci_query?{path}&data=0x{data}&height={height}&prove=true");
    let response = rpc.get(&call)["response"].clone();
    assert_eq!(response["code"], 0, "{response}");
    assert_eq!(number(&response["height"]), height);
    let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap_or_default()).unwrap();
    let value = bytes(&response["value"]);
    let ops = response["proofOps"]["ops"].as_array().expect("a proof").clone();
    json!({
        "root": signed_app_hash(rpc, height + 1),
        "store": store,
        "key": data,
        "value": (!value.is_empty()).then(|| hex::encode(value)),
        "ops": ops.iter().map(|op| hex::encode(bytes(&op["data"]))).collect::<Vec<_>>(),
    })
}

/// The same claim with the last bit of one part of it changed.
fn mutated(claim: &Value, part: &str) -> Value {
    let mut other = claim.clone();
    let text = other.pointer_mut(part).unwrap();
    let mut bytes = hex::decode(text.as_str().unwrap()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    *text = json!(hex::encode(bytes));
    other
}

/// The same claim with another value in one part of it.
fn with(claim: &Value, part: &str, value: Value) -> Value {
    let mut other = claim.clone();
    other[part] = value;
    other
}

/// What nobody may believe who was given a proof of a claim.
fn forgeries(claim: &Value) -> Vec<Value> {
    let elsewhere = if claim["store"] == "bank" { "auth" } else { "bank" };
    let mut forged: Vec<Value> =
        ["/root", "/ops/0", "/ops/1"].iter().map(|part| mutated(claim, part)).collect();
    forged.push(with(claim, "store", json!(elsewhere)));
    if claim["value"].is_null() {
        forged.push(with(claim, "value", json!("01")));
    } else {
        forged.extend(["/value", "/key"].map(|part| mutated(claim, part)));
        forged.push(with(claim, "value", Value::Null));
    }
    forged
}

/// Go takes each of the claims and none of what is forged.
fn assert_judged(claims: &[Value], forged: &[Value]) {
    let answers = verify(&[claims, forged].concat());
    assert_eq!(answers.len(), claims.len() + forged.len());
    for (claim, answer) in claims.iter().zip(&answers) {
        assert_eq!(answer, "ok", "{claim}");
    }
    for (claim, answer) in forged.iter().zip(&answers[claims.len()..]) {
        assert!(answer.starts_with("refused"), "{answer}: {claim}");
    }
    println!("{} claims hold, {} forgeries are refused", claims.len(), forged.len());
}

/// Go's answers, one a claim.
fn verify(claims: &[Value]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/store/tests/go-ics23");
    let mut child = Command::new("go")
        .args(["run", "."])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("go is on PATH");
    let lines: Vec<String> = claims.iter().map(Value::to_string).collect();
    child.stdin.take().unwrap().write_all(lines.join("\n").as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success());
    String::from_utf8(done.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Names of all stores: each module's, and that of the consensus parameters, which genesis has
/// elsewhere.
fn stores(home: &Home) -> Vec<String> {
    let text = std::fs::read_to_string(home.path().join("config/genesis.json")).unwrap();
    let genesis: Value = serde_json::from_str(&text).unwrap();
    let modules = genesis["app_state"].as_object().unwrap().keys().cloned();
    // The transactions of genesis are no module's state.
    let mut stores: Vec<String> = modules.filter(|name| name != "genutil").collect();
    stores.push("consensus".to_owned());
    stores
}

#[test]
#[ignore = "starts a chain: `make test`"]
fn go_verifies_a_key_and_an_absence_of_every_store_against_a_signed_header() {
    let wallets = Wallet::several(1);
    let home = Home::validator(&wallets);
    let _node = home.start(&[]);
    let rpc = home.rpc();
    rpc.reach(3);
    let (stores, height) = (stores(&home), vouched_height(&rpc));
    assert_eq!(stores.len(), 10, "{stores:?}");
    let of_each = |key: &[u8]| -> Vec<Value> {
        stores.iter().map(|store| claim(&rpc, height, (store.as_str(), key))).collect()
    };
    // Every store keeps its parameters from genesis on and nothing removes them, so no message can
    // empty a store; a key that a message deletes is below, and a store that lost all its keys is in
    // the store's own tests, with Go as the judge there too.
    let (there, absent) = (of_each(&PARAMS), of_each(&NOWHERE));
    assert!(there.iter().all(|claim| claim["value"].is_string()), "{there:?}");
    assert!(absent.iter().all(|claim| claim["value"].is_null()), "{absent:?}");
    let claims = [there, absent].concat();
    let forged: Vec<Value> = claims.iter().flat_map(forgeries).collect();
    assert_judged(&claims, &forged);
}

#[test]
#[ignore = "starts a chain: `make test`"]
fn go_verifies_a_balance_that_begins_and_one_that_ends_against_signed_headers() {
    let wallets = Wallet::several(1);
    let home = Home::validator(&wallets);
    let _node = home.start(&[]);
    let rpc = home.rpc();
    rpc.reach(3);
    let payer: AccountId = wallets[0].address().parse().unwrap();
    let keys = [balance_key(&SINK), balance_key(&payer.to_bytes())];
    let both = |height| keys.clone().map(|key| claim(&rpc, height, ("bank", &key[..])));
    let before = both(vouched_height(&rpc));
    assert!(before[0]["value"].is_null() && before[1]["value"].is_string(), "{before:?}");

    let account = wallets[0].account(&rpc).unwrap();
    let all = balance(&rpc, &wallets[0].address()) - FEE;
    let (hash, _) = rpc.broadcast(&wallets[0].send(account, CHAIN_ID, all)).unwrap();
    assert_eq!(rpc.wait_tx(&hash).1, 0);
    let after = both(vouched_height(&rpc));
    assert!(after[0]["value"].is_string() && after[1]["value"].is_null(), "{after:?}");

    let claims = [before.clone(), after.clone()].concat();
    let mut forged: Vec<Value> = claims.iter().flat_map(forgeries).collect();
    for (then, now) in before.iter().zip(&after) {
        forged.push(with(now, "root", then["root"].clone()));
        forged.push(with(then, "root", now["root"].clone()));
    }
    assert_judged(&claims, &forged);
}

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
use common::load::{SINK, Wallet};
use common::rpc::Rpc;
use common::{Home, number};
use cosmrs::tendermint::block::CommitSig;
use cosmrs::tendermint::block::signed_header::SignedHeader;
use cosmrs::tendermint::crypto::default::signature::Verifier as Ed25519;
use cosmrs::tendermint::crypto::signature::Verifier;
use cosmrs::tendermint::vote::{Type, ValidatorIndex};
use cosmrs::tendermint::{PublicKey, Vote};
use serde_json::{Value, json};
use whence_localnet::node::CHAIN_ID;

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

/// A key's value at the latest height with its proof, as a claim about the signed app hash.
fn claim(rpc: &Rpc, key: &[u8]) -> Value {
    let data = hex::encode(key);
    let call = format!("abci_query?path=\"/store/bank/key\"&data=0x{data}&prove=true");
    let response = rpc.get(&call)["response"].clone();
    assert_eq!(response["code"], 0, "{response}");
    let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap_or_default()).unwrap();
    let value = bytes(&response["value"]);
    let ops = response["proofOps"]["ops"].as_array().expect("a proof").clone();
    let height = number(&response["height"]);
    rpc.reach(height + 2);
    json!({
        "root": signed_app_hash(rpc, height + 1),
        "store": "bank",
        "key": data,
        "value": (!value.is_empty()).then(|| hex::encode(value)),
        "ops": ops.iter().map(|op| hex::encode(bytes(&op["data"]))).collect::<Vec<_>>(),
    })
}

/// The same claim with one part of it changed.
fn mutated(claim: &Value, part: &str) -> Value {
    let mut other = claim.clone();
    let text = if part == "ops" { &mut other["ops"][0] } else { &mut other[part] };
    let mut bytes = hex::decode(text.as_str().unwrap()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    *text = json!(hex::encode(bytes));
    other
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

#[test]
#[ignore = "starts a chain: `make test`"]
fn go_verifies_a_balance_and_an_absence_against_a_signed_header() {
    let wallets = Wallet::several(1);
    let home = Home::validator(&wallets);
    let _node = home.start(&[]);
    let rpc = home.rpc();
    rpc.reach(3);
    let absent = claim(&rpc, &balance_key(&SINK));
    assert!(absent["value"].is_null(), "nobody paid the sink yet");

    let account = wallets[0].account(&rpc).unwrap();
    let (hash, _) = rpc.broadcast(&wallets[0].send(account, CHAIN_ID, 77)).unwrap();
    assert_eq!(rpc.wait_tx(&hash).1, 0);
    let present = claim(&rpc, &balance_key(&SINK));
    assert!(present["value"].is_string(), "{present}");

    let mut stale = present.clone();
    stale["root"] = absent["root"].clone();
    let mut denied = present.clone();
    denied["value"] = Value::Null;
    let refused = [
        mutated(&present, "value"),
        mutated(&present, "key"),
        mutated(&present, "root"),
        mutated(&present, "ops"),
        mutated(&absent, "root"),
        stale,
        denied,
    ];
    let answers = verify(&[&[present, absent][..], &refused].concat());
    assert_eq!(answers[..2], ["ok", "ok"]);
    for (claim, answer) in refused.iter().zip(&answers[2..]) {
        assert!(answer.starts_with("refused"), "{answer}: {claim}");
    }
    assert_eq!(answers.len(), 2 + refused.len());
}

//! The transaction that a report key signs, read back by another implementation (cosmrs).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

use std::os::unix::fs::PermissionsExt;

use prost::Name;
use secp256k1::ecdsa::Signature;
use secp256k1::{Message, PublicKey, Secp256k1};
use sha2::{Digest, Sha256};
use whence_inference::report::ReportKey;
use whence_inference::report::tx::{Signing, fee, signed};
use whence_proto::whence::attribution::v1::MsgReportQueries;

fn message(key: &ReportKey) -> MsgReportQueries {
    MsgReportQueries { reporter: key.address(), provider_id: 7, queries: Vec::new() }
}

#[test]
fn cosmrs_reads_the_transaction_and_its_signature_holds() {
    let home = tempfile::tempdir().unwrap();
    let key = ReportKey::load_or_create(home.path()).unwrap();
    let signing = Signing {
        chain_id: "whence-local-1".into(),
        account_number: 12,
        sequence: 3,
        gas_limit: 90_000,
        fee: fee(90_000, "0.001uwhn"),
        timeout_height: 55,
    };
    let bytes = signed(&message(&key), &signing, &key);

    let tx = cosmrs::Tx::from_bytes(&bytes).expect("cosmrs reads it");
    assert_eq!(tx.body.messages.len(), 1);
    assert_eq!(tx.body.messages[0].type_url, MsgReportQueries::type_url());
    assert_eq!(tx.body.timeout_height.value(), 55);
    assert_eq!(tx.auth_info.fee.gas_limit, 90_000);
    assert_eq!(tx.auth_info.fee.amount[0].to_string(), "90uwhn");
    assert_eq!(tx.auth_info.signer_infos[0].sequence, 3);

    let chain: cosmrs::tendermint::chain::Id = "whence-local-1".parse().unwrap();
    let document = cosmrs::tx::SignDoc::new(&tx.body, &tx.auth_info, &chain, 12).unwrap();
    let digest: [u8; 32] = Sha256::digest(document.into_bytes().unwrap()).into();
    let signature = Signature::from_compact(&tx.signatures[0]).unwrap();
    let public = PublicKey::from_slice(&key.public()).unwrap();
    let verifier = Secp256k1::verification_only();
    assert!(verifier.verify_ecdsa(Message::from_digest(digest), &signature, &public).is_ok());

    let info = tx.auth_info.signer_infos[0].public_key.clone().expect("a public key");
    let cosmrs::tx::SignerPublicKey::Single(public) = info else { panic!("one key") };
    let account = public.account_id("whence").unwrap();
    assert_eq!(account.to_string(), key.address());
}

#[test]
fn the_key_is_the_same_after_a_restart_and_its_file_is_private() {
    let home = tempfile::tempdir().unwrap();
    let key = ReportKey::load_or_create(home.path()).unwrap();
    let again = ReportKey::load_or_create(home.path()).unwrap();
    assert_eq!(key.address(), again.address());

    let path = home.path().join("report.key");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = ReportKey::load_or_create(home.path()).err().expect("others can read it");
    assert!(refused.to_string().contains("0600"), "{refused}");
}

#[test]
fn fees_round_up() {
    let table = [
        (90_000, "0.001uwhn", Some("90uwhn")),
        (90_001, "0.001uwhn", Some("91uwhn")),
        (1, "0.000000001uwhn", Some("1uwhn")),
        (10, "2uwhn", Some("20uwhn")),
        (10, "0uwhn", None),
        (10, "0.0uwhn,1uatom", None),
        (10, "", None),
        (10, "uwhn", None),
    ];
    for (gas, price, expected) in table {
        let found = fee(gas, price).map(|coin| format!("{}{}", coin.amount, coin.denom));
        assert_eq!(found.as_deref(), expected, "{gas} gas at {price:?}");
    }
}

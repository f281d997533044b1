//! A committed report that comes again, before and after a restart.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cosmrs::Coin;
use cosmrs::crypto::secp256k1::SigningKey;
use cosmrs::proto::cosmos::auth::v1beta1::{
    BaseAccount, QueryAccountRequest, QueryAccountResponse,
};
use cosmrs::proto::cosmos::tx::v1beta1::{TxBody, TxRaw};
use cosmrs::proto::traits::Message;
use cosmrs::tx::{Body, Fee, SignDoc, SignerInfo};
use serde_json::Value;
use whence_localnet::node::CHAIN_ID;
use whence_localnet::scene::{Scene, kill};

use crate::common::number;
use crate::common::rpc::Rpc;

/// Numbers of the refusals, on the wire for ever.
const ALREADY_REPORTED: (&str, u64) = ("attribution", 21);

/// A committed report, and the key that signed it.
pub(super) struct Report {
    tx: Vec<u8>,
    message: cosmrs::Any,
    key: SigningKey,
}

impl Report {
    /// The transaction that brought a query.
    pub(super) fn of(scene: &Scene, sequence: u64) -> Self {
        let id = number(&scene.reported(sequence).unwrap()["report_id"]).to_string();
        let asked = ["query", "attribution", "report", "--report-id", &id];
        let report = scene.place.ask(&asked).unwrap();
        let height = number(&report["report"]["height"]);
        let block = Rpc::new(scene.place.node.ports.rpc).get(&format!("block?height={height}"));
        let txs = block["block"]["data"]["txs"].as_array().unwrap().clone();
        let found = txs.iter().find_map(report_in);
        let (tx, message) = found.expect("a report in its block");
        let secret = std::fs::read_to_string(scene.place.sidecar_home.join("report.key")).unwrap();
        let key = SigningKey::from_slice(&hex::decode(secret.trim()).unwrap()).unwrap();
        Self { tx, message, key }
    }

    /// The same message in a new transaction.
    fn signed_anew(&self, rpc: &Rpc, chain_id: &str) -> Vec<u8> {
        let address = self.key.public_key().account_id("whence").unwrap().to_string();
        let path = "/cosmos.auth.v1beta1.Query/Account";
        let answer: QueryAccountResponse =
            rpc.ask(path, &QueryAccountRequest { address }).expect("the reporter's account");
        let account = BaseAccount::decode(answer.account.unwrap().value.as_slice()).unwrap();
        let body = Body::new(vec![self.message.clone()], "", 0u32);
        let coin = Coin { denom: "uwhn".parse().unwrap(), amount: 10_000 };
        let info = SignerInfo::single_direct(Some(self.key.public_key()), account.sequence);
        let auth = info.auth_info(Fee::from_amount_and_gas(coin, 2_000_000u64));
        let chain_id = chain_id.parse().unwrap();
        let doc = SignDoc::new(&body, &auth, &chain_id, account.account_number).unwrap();
        doc.sign(&self.key).unwrap().to_bytes().unwrap()
    }

    /// Sends it again, as it was and signed anew; the chain refuses both.
    pub(super) fn comes_again(&self, rpc: &Rpc, chain_id: &str, expected: (&str, u64)) {
        let same = rpc.broadcast(&self.tx);
        assert!(same.as_ref().is_none_or(|(_, code)| *code != 0), "{same:?}");
        let (hash, code) = rpc.broadcast(&self.signed_anew(rpc, chain_id)).unwrap();
        assert_eq!(code, 0, "its signature and fee are good");
        rpc.wait_tx(&hash);
        let result = rpc.get(&format!("tx?hash=0x{hash}"))["tx_result"].clone();
        let refusal = (result["codespace"].as_str().unwrap(), result["code"].as_u64().unwrap());
        assert_eq!(refusal, expected, "{result}");
    }
}

fn report_in(tx: &Value) -> Option<(Vec<u8>, cosmrs::Any)> {
    let tx = STANDARD.decode(tx.as_str()?).ok()?;
    let raw = TxRaw::decode(tx.as_slice()).ok()?;
    let body = TxBody::decode(raw.body_bytes.as_slice()).ok()?;
    let mut messages = body.messages.into_iter();
    let message = messages.find(|message| message.type_url.ends_with(".MsgReportQueries"))?;
    Some((tx, message))
}

pub(crate) fn a_report_is_refused_when_it_comes_again(scene: &mut Scene) {
    let query = crate::ask(scene);
    scene.settled(query.sequence).unwrap();
    let before = scene.books().unwrap();
    let report = Report::of(scene, query.sequence);
    let rpc = Rpc::new(scene.place.node.ports.rpc);
    report.comes_again(&rpc, CHAIN_ID, ALREADY_REPORTED);
    kill(&mut scene.node).unwrap();
    scene.start_node().unwrap();
    report.comes_again(&rpc, CHAIN_ID, ALREADY_REPORTED);
    assert_eq!(scene.books().unwrap(), before, "the books are as they were");
}

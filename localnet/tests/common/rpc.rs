//! CometBFT's RPC, as anybody sees it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cosmrs::proto::traits::Message;
use serde_json::Value;
use whence_localnet::process::until;

use super::{WAIT_MAX, number};

/// A node's RPC.
#[derive(Clone)]
pub struct Rpc {
    base: String,
    http: reqwest::blocking::Client,
}

impl Rpc {
    pub fn new(port: u16) -> Self {
        let http = reqwest::blocking::Client::builder().timeout(Duration::from_secs(10));
        Self { base: format!("http://127.0.0.1:{port}"), http: http.build().unwrap() }
    }

    /// The result of a call; none when the node does not answer, or answers with an error.
    pub fn try_get(&self, call: &str) -> Option<Value> {
        let answer: Value =
            self.http.get(format!("{}/{call}", self.base)).send().ok()?.json().ok()?;
        answer.get("result").cloned()
    }

    pub fn get(&self, call: &str) -> Value {
        self.try_get(call).unwrap_or_else(|| panic!("{call} is not answered"))
    }

    pub fn height(&self) -> Option<u64> {
        let status = self.try_get("status")?;
        status["sync_info"]["latest_block_height"].as_str()?.parse().ok()
    }

    pub fn reach(&self, height: u64) -> u64 {
        let what = format!("height {height}");
        until(&what, WAIT_MAX, || self.height().filter(|now| *now >= height)).unwrap()
    }

    /// Hands a transaction to the mempool: its hash and the code of its check.
    pub fn broadcast(&self, tx: &[u8]) -> Option<(String, u64)> {
        let answer = self.try_get(&format!("broadcast_tx_sync?tx=0x{}", hex::encode(tx)))?;
        Some((answer["hash"].as_str()?.to_owned(), answer["code"].as_u64()?))
    }

    /// What the node's own application said of a block: its hash afterwards.
    pub fn app_hash_after(&self, height: u64) -> Option<String> {
        let results = self.try_get(&format!("block_results?height={height}"))?;
        Some(results["app_hash"].as_str()?.to_owned())
    }

    /// Transactions of a block, and the code of each.
    pub fn txs(&self, height: u64) -> Option<Vec<(String, u64)>> {
        use sha2::{Digest, Sha256};
        let block = self.try_get(&format!("block?height={height}"))?;
        let results = self.try_get(&format!("block_results?height={height}"))?;
        let txs = block["block"]["data"]["txs"].as_array().cloned().unwrap_or_default();
        let codes = results["txs_results"].as_array().cloned().unwrap_or_default();
        assert_eq!(txs.len(), codes.len(), "block {height}");
        let hash = |tx: &Value| {
            let bytes = STANDARD.decode(tx.as_str().unwrap()).unwrap();
            hex::encode_upper(Sha256::digest(bytes))
        };
        Some(
            txs.iter().zip(&codes).map(|(tx, r)| (hash(tx), r["code"].as_u64().unwrap())).collect(),
        )
    }

    /// Waits until a transaction is in a block: its height and code.
    pub fn wait_tx(&self, hash: &str) -> (u64, u64) {
        let what = format!("transaction {hash}");
        let call = format!("tx?hash=0x{hash}");
        let tx = until(&what, WAIT_MAX, || self.try_get(&call)).unwrap();
        (number(&tx["height"]), tx["tx_result"]["code"].as_u64().unwrap())
    }

    /// A query of a gRPC method by ABCI.
    pub fn ask<A: Message + Default>(&self, path: &str, request: &impl Message) -> Option<A> {
        let data = hex::encode(request.encode_to_vec());
        let answer = self.try_get(&format!("abci_query?path=\"{path}\"&data=0x{data}"))?;
        let response = &answer["response"];
        if response["code"].as_u64() != Some(0) {
            return None;
        }
        let value = STANDARD.decode(response["value"].as_str().unwrap_or_default()).unwrap();
        Some(A::decode(value.as_slice()).unwrap())
    }
}

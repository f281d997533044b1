//! A foreign implementation (cosmrs) sends coins over gRPC on a real chain, and reads it back; and
//! reflection describes every service that is there.
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

use std::collections::BTreeMap;

use common::{CHAIN_ID, Home, VALIDATOR_WORDS, wait_until};
use cosmrs::Coin;
use cosmrs::bank::MsgSend;
use cosmrs::bip32::{DerivationPath, Language, Mnemonic, XPrv};
use cosmrs::crypto::secp256k1::SigningKey;
use cosmrs::proto::cosmos::auth::v1beta1::query_client::QueryClient as AuthClient;
use cosmrs::proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest};
use cosmrs::proto::cosmos::bank::v1beta1::QueryBalanceRequest;
use cosmrs::proto::cosmos::bank::v1beta1::query_client::QueryClient as BankClient;
use cosmrs::proto::cosmos::tx::v1beta1::service_client::ServiceClient;
use cosmrs::proto::cosmos::tx::v1beta1::{
    BroadcastMode, BroadcastTxRequest, GetTxRequest, GetTxsEventRequest, SimulateRequest,
};
use cosmrs::proto::traits::Message;
use cosmrs::tx::{Body, Fee, Msg, SignDoc, SignerInfo};
use prost_types::{FileDescriptorProto, ServiceDescriptorProto};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

const PATH: &str = "m/44'/118'/0'/0/0";

fn signing_key(words: &str) -> SigningKey {
    let mnemonic = Mnemonic::new(words, Language::English).unwrap();
    let path: DerivationPath = PATH.parse().unwrap();
    let derived = XPrv::derive_from_path(mnemonic.to_seed("").as_bytes(), &path).unwrap();
    SigningKey::from_slice(&derived.to_bytes()).unwrap()
}

fn whn(amount: u128) -> Coin {
    Coin { denom: "uwhn".parse().unwrap(), amount }
}

/// What one version of the reflection service answers: the names of all services, and the file that
/// each of them is described in.
macro_rules! reflected {
    ($version:ident, $url:expr) => {{
        use tonic_reflection::pb::$version::ServerReflectionRequest;
        use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
        use tonic_reflection::pb::$version::server_reflection_request::MessageRequest as Ask;
        use tonic_reflection::pb::$version::server_reflection_response::MessageResponse as Told;

        let channel = Channel::from_shared($url).unwrap().connect().await.unwrap();
        let mut client = ServerReflectionClient::new(channel);
        let (ask, asked) = tokio::sync::mpsc::channel(1);
        let request = |what| {
            let message_request = Some(what);
            ServerReflectionRequest { message_request, ..ServerReflectionRequest::default() }
        };
        ask.send(request(Ask::ListServices(String::new()))).await.unwrap();
        let answers = client.server_reflection_info(ReceiverStream::new(asked)).await.unwrap();
        let mut answers = answers.into_inner();
        let told = answers.message().await.unwrap().unwrap().message_response.unwrap();
        let Told::ListServicesResponse(list) = told else { panic!("no list: {told:?}") };
        let mut files = BTreeMap::new();
        for service in list.service {
            ask.send(request(Ask::FileContainingSymbol(service.name.clone()))).await.unwrap();
            let told = answers.message().await.unwrap().unwrap().message_response.unwrap();
            let Told::FileDescriptorResponse(file) = told else { panic!("no file: {told:?}") };
            let [file] = file.file_descriptor_proto.as_slice() else { panic!("not one file") };
            files.insert(service.name, FileDescriptorProto::decode(file.as_slice()).unwrap());
        }
        files
    }};
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_find_every_service_by_reflection() {
    let home = Home::new(&[]);
    let _node = home.start(&[]);
    home.wait_height(1);
    let v1 = reflected!(v1, home.grpc_url());
    let v1alpha = reflected!(v1alpha, home.grpc_url());
    assert_eq!(v1, v1alpha);
    for (name, file) in &v1 {
        let holds = |service: &&ServiceDescriptorProto| {
            *name == format!("{}.{}", file.package(), service.name())
        };
        let service = file.service.iter().find(holds).unwrap_or_else(|| panic!("{name}"));
        assert!(!service.method.is_empty(), "{name}");
    }
    for name in [
        "cosmos.auth.v1beta1.Query",
        "cosmos.base.node.v1beta1.Service",
        "cosmos.base.tendermint.v1beta1.Service",
        "cosmos.gov.v1.Query",
        "cosmos.tx.v1beta1.Service",
        "whence.attribution.v1.Query",
        "whence.datanet.v1.Query",
    ] {
        assert!(v1.contains_key(name), "{name} is not among {:?}", v1.keys());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cosmrs_sends_coins_and_reads_the_tx_back() {
    let home = Home::new(&[]);
    let _node = home.start(&[]);
    home.wait_height(2);

    let words: Vec<_> = VALIDATOR_WORDS.split_whitespace().collect();
    let key = signing_key(&words.join(" "));
    let from = key.public_key().account_id("whence").unwrap();
    let to = cosmrs::AccountId::new("whence", &[7; 20]).unwrap();
    let message =
        MsgSend { from_address: from.clone(), to_address: to.clone(), amount: vec![whn(12_345)] };

    let mut auth = AuthClient::connect(home.grpc_url()).await.unwrap();
    let request = QueryAccountRequest { address: from.to_string() };
    let any = auth.account(request).await.unwrap().into_inner().account.unwrap();
    let account = BaseAccount::decode(any.value.as_slice()).unwrap();

    let body = Body::new(vec![message.to_any().unwrap()], "from cosmrs", 0u32);
    let signed = |gas: u64| {
        let fee = Fee::from_amount_and_gas(whn(5_000), gas);
        let info = SignerInfo::single_direct(Some(key.public_key()), account.sequence);
        let auth_info = info.auth_info(fee);
        let chain_id = CHAIN_ID.parse().unwrap();
        let doc = SignDoc::new(&body, &auth_info, &chain_id, account.account_number).unwrap();
        doc.sign(&key).unwrap().to_bytes().unwrap()
    };

    let mut txs = ServiceClient::connect(home.grpc_url()).await.unwrap();
    let simulate = SimulateRequest { tx_bytes: signed(1), ..SimulateRequest::default() };
    let simulated = txs.simulate(simulate).await.unwrap().into_inner();
    let gas = simulated.gas_info.unwrap().gas_used;

    let request = BroadcastTxRequest { tx_bytes: signed(gas), mode: BroadcastMode::Sync.into() };
    let sent = txs.broadcast_tx(request).await.unwrap().into_inner().tx_response.unwrap();
    assert_eq!(sent.code, 0, "{}", sent.raw_log);

    let mut found = None;
    for _ in 0..100 {
        let request = GetTxRequest { hash: sent.txhash.clone() };
        match txs.get_tx(request).await {
            Ok(answer) => {
                found = answer.into_inner().tx_response;
                break;
            }
            Err(status) => {
                assert_eq!(status.code(), tonic::Code::NotFound, "{status}");
                assert!(status.message().contains("not found"), "{status}");
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
        }
    }
    let found = found.expect("the tx is committed");
    assert_eq!(found.code, 0, "{}", found.raw_log);
    assert_eq!(found.gas_used, i64::try_from(gas).unwrap(), "simulation equals execution");
    let kinds: Vec<_> = found.events.iter().map(|event| event.r#type.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "coin_spent",
            "coin_received",
            "transfer",
            "message",
            "tx",
            "tx",
            "tx",
            "message",
            "coin_spent",
            "coin_received",
            "transfer",
            "message",
        ]
    );

    let mut bank = BankClient::connect(home.grpc_url()).await.unwrap();
    let request = QueryBalanceRequest { address: to.to_string(), denom: "uwhn".to_owned() };
    let balance = bank.balance(request).await.unwrap().into_inner().balance.unwrap();
    assert_eq!(balance.amount, "12345");

    let request = GetTxsEventRequest {
        query: format!("transfer.recipient='{to}'"),
        ..GetTxsEventRequest::default()
    };
    let listed = txs.get_txs_event(request).await.unwrap().into_inner();
    assert_eq!(listed.total, 1);
    assert_eq!(listed.tx_responses[0].txhash, sent.txhash);

    // The same over CometBFT's RPC and our own command line.
    let node = home.rpc_url();
    let args = ["--node", &node, "query", "tx", &sent.txhash, "--output", "json"];
    let tx: serde_json::Value = serde_json::from_str(&home.ok(&args)).unwrap();
    assert_eq!(tx["code"], 0);
    assert_eq!(tx["tx"]["body"]["memo"], "from cosmrs");
    let to_text = to.to_string();
    let args = ["query", "bank", "balances", &to_text, "--node", &node, "--output", "json"];
    let balances: serde_json::Value = serde_json::from_str(&home.ok(&args)).unwrap();
    assert_eq!(balances["balances"][0]["amount"], "12345");

    // And back, sent by our own command line.
    let args = [
        "tx",
        "bank",
        "send",
        "validator",
        &to_text,
        "55uwhn",
        "--node",
        &node,
        "--output",
        "json",
        "--wait",
        "--yes",
    ];
    let sent: serde_json::Value = serde_json::from_str(&home.ok(&args)).unwrap();
    assert_eq!(sent["code"], 0);
    assert!(wait_until(|| home.committed() > 3));
}

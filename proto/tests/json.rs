//! The JSON of messages is what the Cosmos SDK prints, and what it prints can be read back.
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
use proptest::prelude::*;
use prost::{Message, Name};
use serde_json::{Value, json};
use whence_proto::cosmos::auth::v1beta1::{BaseAccount, ModuleAccount};
use whence_proto::cosmos::bank::v1beta1::{MsgSend, QueryAllBalancesResponse};
use whence_proto::cosmos::base::query::v1beta1::PageResponse;
use whence_proto::cosmos::base::v1beta1::{Coin, DecCoin};
use whence_proto::cosmos::gov::v1::{Params as GovParams, WeightedVoteOption};
use whence_proto::cosmos::gov::v1beta1::TallyParams;
use whence_proto::cosmos::staking::v1beta1::{Commission, CommissionRates, Validator};
use whence_proto::whence::datanet::v1::{Admission, MsgCreateDatanet};
use whence_proto::{Any, Duration, Timestamp, json as codec};

fn coin(amount: &str) -> Coin {
    Coin { denom: "uwhn".into(), amount: amount.into() }
}

fn both_ways<M: Message + Name + Default + PartialEq>(message: &M, json: &Value) {
    assert_eq!(&codec::encode(message).unwrap(), json, "{}", M::full_name());
    assert_eq!(&codec::decode::<M>(json).unwrap(), message, "{}", M::full_name());
}

#[test]
fn coins_and_pages() {
    let balances = QueryAllBalancesResponse {
        balances: vec![coin("5")],
        pagination: Some(PageResponse { next_key: Vec::new(), total: 1 }),
    };
    both_ways(
        &balances,
        &json!({
            "balances": [{"denom": "uwhn", "amount": "5"}],
            "pagination": {"next_key": null, "total": "1"}
        }),
    );
}

#[test]
fn any_shows_the_message_inside() {
    let account = ModuleAccount {
        base_account: Some(BaseAccount {
            address: "whence1x".into(),
            pub_key: None,
            account_number: 7,
            sequence: 0,
        }),
        name: "gov".into(),
        permissions: vec!["burner".into()],
    };
    let any = Any { type_url: ModuleAccount::type_url(), value: account.encode_to_vec() };
    let response = whence_proto::cosmos::auth::v1beta1::QueryAccountResponse { account: Some(any) };
    both_ways(
        &response,
        &json!({"account": {
            "@type": "/cosmos.auth.v1beta1.ModuleAccount",
            "base_account": {
                "address": "whence1x", "pub_key": null, "account_number": "7", "sequence": "0"
            },
            "name": "gov",
            "permissions": ["burner"]
        }}),
    );
}

#[test]
fn only_fields_with_the_custom_type_are_scaled() {
    let dec = DecCoin { denom: "uwhn".into(), amount: "1500000000000000000".into() };
    both_ways(&dec, &json!({"denom": "uwhn", "amount": "1.500000000000000000"}));
    // gov v1 carries decimals as they are read, gov v1beta1 as scaled integers in bytes.
    let vote = WeightedVoteOption { option: 1, weight: "0.5".into() };
    both_ways(&vote, &json!({"option": "VOTE_OPTION_YES", "weight": "0.5"}));
    let tally = TallyParams {
        quorum: b"334000000000000000".to_vec(),
        threshold: b"500000000000000000".to_vec(),
        veto_threshold: b"0".to_vec(),
    };
    both_ways(
        &tally,
        &json!({
            "quorum": "0.334000000000000000",
            "threshold": "0.500000000000000000",
            "veto_threshold": "0.000000000000000000"
        }),
    );
}

#[test]
fn times_and_spans() {
    let params = GovParams {
        voting_period: Some(Duration { seconds: 172_800, nanos: 0 }),
        ..Default::default()
    };
    let json = codec::encode(&params).unwrap();
    assert_eq!(json["voting_period"], "172800s");
    assert_eq!(json["max_deposit_period"], Value::Null);
    assert_eq!(json["burn_vote_veto"], Value::Bool(false));

    let commission = Commission {
        commission_rates: Some(CommissionRates {
            rate: "100000000000000000".into(),
            max_rate: "200000000000000000".into(),
            max_change_rate: "10000000000000000".into(),
        }),
        update_time: Some(Timestamp { seconds: 0, nanos: 1_000_000 }),
    };
    both_ways(
        &commission,
        &json!({
            "commission_rates": {
                "rate": "0.100000000000000000",
                "max_rate": "0.200000000000000000",
                "max_change_rate": "0.010000000000000000"
            },
            "update_time": "1970-01-01T00:00:00.001Z"
        }),
    );
}

#[test]
fn what_is_not_set_is_written_out() {
    let json = codec::encode(&Validator::default()).unwrap();
    assert_eq!(json["unbonding_time"], "0001-01-01T00:00:00Z");
    assert_eq!(json["status"], "BOND_STATUS_UNSPECIFIED");
    assert_eq!(json["consensus_pubkey"], Value::Null);
    assert_eq!(json["tokens"], "0");
    assert_eq!(json["description"]["moniker"], "");
    assert_eq!(json["unbonding_ids"], json!([]));
}

#[test]
fn our_messages() {
    let create = MsgCreateDatanet {
        owner: "whence1x".into(),
        name: "sqlite".into(),
        licences: vec!["CC0-1.0".into()],
        admission: Admission::Open.into(),
        contribution_bond: Some(coin("1000")),
        acceptance_threshold: 60,
        ..Default::default()
    };
    let json = codec::encode(&create).unwrap();
    assert_eq!(json["admission"], "ADMISSION_OPEN");
    assert_eq!(json["acceptance_threshold"], 60);
    assert_eq!(codec::decode::<MsgCreateDatanet>(&json).unwrap(), create);
}

#[test]
fn input_may_vary_in_form() {
    let plain = json!({"fromAddress": "a", "to_address": "b", "amount": null});
    let send = MsgSend { from_address: "a".into(), to_address: "b".into(), amount: vec![] };
    assert_eq!(codec::decode::<MsgSend>(&plain).unwrap(), send);
    let page = json!({"next_key": "_-8", "total": 3});
    assert_eq!(codec::decode::<PageResponse>(&page).unwrap().next_key, vec![0xff, 0xef]);
    let vote = json!({"option": 3, "weight": ""});
    assert_eq!(codec::decode::<WeightedVoteOption>(&vote).unwrap().option, 3);
}

#[test]
fn bad_input_is_refused_with_its_place() {
    for (type_name, json, code, text) in [
        (
            "cosmos.bank.v1beta1.MsgSend",
            json!({"foo": 1}),
            3,
            "unknown field \"foo\" in cosmos.bank.v1beta1.MsgSend",
        ),
        (
            "cosmos.bank.v1beta1.MsgSend",
            json!({"amount": [{"denom": "u", "amount": "1.5"}]}),
            5,
            "amount[0].amount: expected an integer in a string",
        ),
        (
            "cosmos.bank.v1beta1.MsgSend",
            json!({"from_address": "a", "fromAddress": "b"}),
            4,
            "is given twice",
        ),
        ("cosmos.bank.v1beta1.MsgSend", json!([]), 5, "expected an object, found []"),
        ("cosmos.base.v1beta1.DecCoin", json!({"amount": "1e3"}), 5, "a decimal in a string"),
        (
            "cosmos.base.query.v1beta1.PageRequest",
            json!({"limit": "-1"}),
            5,
            "a 64-bit natural number",
        ),
        (
            "cosmos.base.query.v1beta1.PageRequest",
            json!({"limit": 1.5}),
            5,
            "a 64-bit natural number",
        ),
        ("cosmos.base.query.v1beta1.PageRequest", json!({"key": "?"}), 5, "base64"),
        (
            "cosmos.tx.v1beta1.TxBody",
            json!({"messages": [{}]}),
            7,
            "messages[0]: expected an \"@type\"",
        ),
        (
            "cosmos.tx.v1beta1.TxBody",
            json!({"messages": [{"@type": "/no.Such"}]}),
            1,
            "unknown type \"no.Such\"",
        ),
        (
            "cosmos.gov.v1.Params",
            json!({"voting_period": "two days"}),
            5,
            "voting_period: expected a duration",
        ),
        ("no.Such", json!({}), 1, "unknown type"),
    ] {
        let error = codec::from_json(type_name, &json).expect_err(text);
        assert_eq!(error.reason.code(), code, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn nesting_is_bounded() {
    let mut json = json!({"@type": "/cosmos.bank.v1beta1.MsgSend"});
    for _ in 0..100 {
        json = json!({"@type": "/cosmos.authz.v1beta1.MsgExec", "msgs": [json]});
    }
    let body = json!({"messages": [json]});
    let error = codec::from_json("cosmos.tx.v1beta1.TxBody", &body).unwrap_err();
    assert_eq!(error.reason.code(), 8, "{error}");
}

#[test]
fn bytes_that_are_no_message_are_refused() {
    let error = codec::to_json("cosmos.bank.v1beta1.MsgSend", &[0x0a, 0x05, 1]).unwrap_err();
    assert_eq!(error.reason.code(), 2);
    let any = Any { type_url: "/no.Such".into(), value: vec![] };
    assert_eq!(codec::encode(&any).unwrap_err().reason.code(), 1);
}

#[test]
fn every_type_has_json_for_its_defaults() {
    for desc in whence_proto::pool().all_messages() {
        let name = desc.full_name();
        if desc.is_map_entry() || name.starts_with("google.protobuf.Any") {
            continue;
        }
        let json = codec::to_json(name, &[]).unwrap_or_else(|e| panic!("{name}: {e}"));
        if name.starts_with("cosmos.") || name.starts_with("whence.") {
            codec::from_json(name, &json).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }
}

/// Made by `tests/sdk/json/main.go` with the SDK's own codec.
#[test]
fn the_sdk_prints_the_same_json() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk/json.json");
    let all: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(all.len() >= 400);
    let mut wrong = Vec::new();
    for v in &all {
        let name = v["type"].as_str().unwrap();
        let bytes = STANDARD.decode(v["bytes"].as_str().unwrap()).unwrap();
        let ours = codec::to_json(name, &bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        if ours != v["json"] {
            wrong.push(format!("{name}\n ours  {ours}\n theirs {}", v["json"]));
        }
        // An unset decimal shows as "0" and is a zero when read back, as it is in Go.
        let round =
            |json: &Value| codec::from_json(name, json).and_then(|b| codec::to_json(name, &b));
        let once = round(&v["json"]).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(round(&once).as_ref(), Ok(&once), "{name}");
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        for name in ["cosmos.tx.v1beta1.TxBody", "cosmos.gov.v1.Params", "google.protobuf.Any"] {
            if let Ok(json) = codec::to_json(name, &bytes) {
                let again = codec::from_json(name, &json).and_then(|b| codec::to_json(name, &b));
                prop_assert_eq!(again.as_ref(), Ok(&json));
            }
        }
    }

    #[test]
    fn any_send_survives(from in ".{0,20}", denom in ".{0,9}", amount in "(0|[1-9][0-9]{0,77})") {
        let coin = Coin { denom, amount };
        let send = MsgSend { from_address: from, to_address: String::new(), amount: vec![coin] };
        let json = codec::encode(&send).unwrap();
        prop_assert_eq!(codec::decode::<MsgSend>(&json).unwrap(), send);
    }
}

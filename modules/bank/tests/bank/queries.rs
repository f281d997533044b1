//! Answers, as clients rely on them.

use whence_base::query::Code;
use whence_base::testkit::MemState;
use whence_proto::cosmos::bank::v1beta1 as pb;
use whence_proto::cosmos::base::query::v1beta1::PageRequest;
use whence_proto::cosmos::base::v1beta1::Coin;

use crate::support::{ask, chain, coins, user};

fn start() -> MemState {
    chain(&[("ann", "7uwhn,1atom"), ("bob", "3uwhn"), ("vesting", "40uwhn")])
}

fn balance(address: &str, denom: &str) -> pb::QueryBalanceRequest {
    pb::QueryBalanceRequest { address: address.to_owned(), denom: denom.to_owned() }
}

fn coin(text: &str) -> Option<Coin> {
    let text = coins(text).to_proto();
    text.into_iter().next()
}

#[test]
fn a_missing_balance_is_zero() {
    let state = start();
    let ask = |name: &str, denom: &str| {
        let request = balance(&user(name).to_string(), denom);
        ask::<_, pb::QueryBalanceResponse>(&state, "Balance", &request).unwrap().balance
    };
    assert_eq!(ask("ann", "uwhn"), coin("7uwhn"));
    let zero = Some(Coin { denom: "uwhn".into(), amount: "0".into() });
    assert_eq!(ask("nobody", "uwhn"), zero);
}

#[test]
fn a_malformed_request_is_an_invalid_argument() {
    let state = start();
    let ann = user("ann").to_string();
    type Balance = pb::QueryBalanceResponse;
    for request in [balance("test", "uwhn"), balance("", "uwhn"), balance(&ann, "\0")] {
        let error = ask::<_, Balance>(&state, "Balance", &request).unwrap_err();
        assert_eq!(error.code, Code::InvalidArgument, "{error}");
    }
    // Keplr probes for this method with the address `test`.
    let request = pb::QuerySpendableBalancesRequest { address: "test".into(), pagination: None };
    type Spendable = pb::QuerySpendableBalancesResponse;
    let error = ask::<_, Spendable>(&state, "SpendableBalances", &request).unwrap_err();
    assert_eq!(error.code, Code::InvalidArgument);
}

#[test]
fn balances_come_in_pages_of_one_address_only() {
    let state = start();
    let page = |key: Vec<u8>, reverse, limit| {
        let pagination = Some(PageRequest { key, limit, reverse, ..PageRequest::default() });
        let request = pb::QueryAllBalancesRequest {
            address: user("ann").to_string(),
            pagination,
            resolve_denom: false,
        };
        let answer: pb::QueryAllBalancesResponse = ask(&state, "AllBalances", &request).unwrap();
        (answer.balances, answer.pagination.unwrap().next_key)
    };
    let (first, next) = page(Vec::new(), false, 1);
    assert_eq!(first, coins("1atom").to_proto());
    let (second, end) = page(next, false, 1);
    assert_eq!((second, end), (coins("7uwhn").to_proto(), Vec::new()));
    let (last, _) = page(Vec::new(), true, 1);
    assert_eq!(last, coins("7uwhn").to_proto());
    // A key from beyond the address shows nothing of others.
    let (all, _) = page(vec![0xff; 40], true, 100);
    assert_eq!(all.len(), 2);
    assert_eq!(page(vec![0xff; 40], false, 100).0, []);
}

#[test]
fn a_page_has_at_most_a_thousand() {
    let names: Vec<String> = (0..1_100).map(|n| format!("user{n}")).collect();
    let list: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1uwhn")).collect();
    let state = chain(&list);
    let pagination =
        Some(PageRequest { limit: 5_000, count_total: true, ..PageRequest::default() });
    let request = pb::QueryDenomOwnersRequest { denom: "uwhn".into(), pagination };
    let answer: pb::QueryDenomOwnersResponse = ask(&state, "DenomOwners", &request).unwrap();
    assert_eq!(answer.denom_owners.len(), 1_000);
    let page = answer.pagination.unwrap();
    assert_eq!(page.total, 1_100);
    assert!(!page.next_key.is_empty());
}

#[test]
fn what_is_vesting_is_not_spendable() {
    let state = start();
    let address = user("vesting").to_string();
    let request = pb::QuerySpendableBalancesRequest { address: address.clone(), pagination: None };
    let answer: pb::QuerySpendableBalancesResponse =
        ask(&state, "SpendableBalances", &request).unwrap();
    assert_eq!(answer.balances, coins("10uwhn").to_proto());
    let request = pb::QuerySpendableBalanceByDenomRequest { address, denom: "uwhn".into() };
    let answer: pb::QuerySpendableBalanceByDenomResponse =
        ask(&state, "SpendableBalanceByDenom", &request).unwrap();
    assert_eq!(answer.balance, coin("10uwhn"));
}

#[test]
fn supply_and_owners_are_told() {
    let state = start();
    let total: pb::QueryTotalSupplyResponse =
        ask(&state, "TotalSupply", &pb::QueryTotalSupplyRequest::default()).unwrap();
    assert_eq!(total.supply, coins("50uwhn,1atom").to_proto());
    let request = pb::QuerySupplyOfRequest { denom: "atom".into() };
    let of: pb::QuerySupplyOfResponse = ask(&state, "SupplyOf", &request).unwrap();
    assert_eq!(of.amount, coin("1atom"));
    let request = pb::QueryDenomOwnersByQueryRequest { denom: "atom".into(), pagination: None };
    let owners: pb::QueryDenomOwnersByQueryResponse =
        ask(&state, "DenomOwnersByQuery", &request).unwrap();
    let ann = pb::DenomOwner { address: user("ann").to_string(), balance: coin("1atom") };
    assert_eq!(owners.denom_owners, [ann]);
}

#[test]
fn metadata_is_told_or_not_found() {
    let state = start();
    for method in ["DenomMetadata", "DenomMetadataByQueryString"] {
        let request = pb::QueryDenomMetadataRequest { denom: "uwhn".into() };
        let answer: pb::QueryDenomMetadataResponse = ask(&state, method, &request).unwrap();
        assert_eq!(answer.metadata.unwrap().display, "whn");
        let request = pb::QueryDenomMetadataRequest { denom: "atom".into() };
        let error = ask::<_, pb::QueryDenomMetadataResponse>(&state, method, &request).unwrap_err();
        let text =
            "rpc error: code = NotFound desc = client metadata for denom atom: key not found";
        assert_eq!(error.to_string(), text);
    }
    let all: pb::QueryDenomsMetadataResponse =
        ask(&state, "DenomsMetadata", &pb::QueryDenomsMetadataRequest::default()).unwrap();
    assert_eq!(all.metadatas.len(), 1);
    let request = pb::QueryAllBalancesRequest {
        address: user("bob").to_string(),
        pagination: None,
        resolve_denom: true,
    };
    let shown: pb::QueryAllBalancesResponse = ask(&state, "AllBalances", &request).unwrap();
    assert_eq!(shown.balances, [Coin { denom: "whn".into(), amount: "3".into() }]);
}

#[test]
fn send_enabled_tells_entries_alone() {
    let mut genesis = crate::support::genesis(&[]);
    genesis.send_enabled = vec![pb::SendEnabled { denom: "atom".into(), enabled: false }];
    let state = crate::support::init(&genesis).unwrap();
    for (denoms, count) in [(vec![], 1), (vec!["atom", "uwhn"], 1), (vec!["uwhn"], 0)] {
        let request = pb::QuerySendEnabledRequest {
            denoms: denoms.into_iter().map(str::to_owned).collect(),
            pagination: None,
        };
        let answer: pb::QuerySendEnabledResponse = ask(&state, "SendEnabled", &request).unwrap();
        assert_eq!(answer.send_enabled.len(), count);
        assert!(answer.send_enabled.iter().all(|entry| !entry.enabled));
    }
    let params: pb::QueryParamsResponse =
        ask(&state, "Params", &pb::QueryParamsRequest {}).unwrap();
    assert!(params.params.unwrap().default_send_enabled);
}

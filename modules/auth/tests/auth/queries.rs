//! Answers, as clients rely on them.

use whence_base::module_address;
use whence_base::query::Code;
use whence_proto::cosmos::auth::v1beta1 as pb;
use whence_proto::cosmos::base::query::v1beta1::PageRequest;

use crate::support::{any, ask, base, chain, user};

#[test]
fn an_account_is_told_or_not_found() {
    let state = chain(&["ann", "bob"]);
    let request = |name: &str| pb::QueryAccountRequest { address: user(name).to_string() };
    let answer: pb::QueryAccountResponse = ask(&state, "Account", &request("bob")).unwrap();
    assert_eq!(answer.account, Some(any(&base("bob", 1))));
    let info: pb::QueryAccountInfoResponse = ask(&state, "AccountInfo", &request("bob")).unwrap();
    assert_eq!(info.info, Some(base("bob", 1)));

    for method in ["Account", "AccountInfo"] {
        let error = ask::<_, pb::QueryAccountResponse>(&state, method, &request("eve"));
        let text =
            format!("rpc error: code = NotFound desc = account {}: key not found", user("eve"));
        assert_eq!(error.unwrap_err().to_string(), text);
        for address in ["", "x", "cosmos1w3jhxapdden8gttrd9hxxctnw3jhxardw7v4x5"] {
            let request = pb::QueryAccountRequest { address: address.into() };
            let error = ask::<_, pb::QueryAccountResponse>(&state, method, &request).unwrap_err();
            assert_eq!(error.code, Code::InvalidArgument, "{error}");
        }
    }
}

#[test]
fn accounts_come_in_pages() {
    let state = chain(&["ann", "bob", "cat"]);
    let (mut key, mut seen) = (Vec::new(), 0);
    loop {
        let pagination = Some(PageRequest { key, limit: 2, ..Default::default() });
        let request = pb::QueryAccountsRequest { pagination };
        let page: pb::QueryAccountsResponse = ask(&state, "Accounts", &request).unwrap();
        seen += page.accounts.len();
        key = page.pagination.unwrap().next_key;
        if key.is_empty() {
            break;
        }
    }
    assert_eq!(seen, 6, "three of genesis and three of modules");
}

#[test]
fn an_address_is_found_by_account_number() {
    let state = chain(&["ann", "bob"]);
    type Answer = pb::QueryAccountAddressByIdResponse;
    let request =
        |account_id| pb::QueryAccountAddressByIdRequest { account_id, ..Default::default() };
    let answer: Answer = ask(&state, "AccountAddressByID", &request(1)).unwrap();
    assert_eq!(answer.account_address, user("bob").to_string());
    let error = ask::<_, Answer>(&state, "AccountAddressByID", &request(99)).unwrap_err();
    assert_eq!(error.code, Code::NotFound);
    #[allow(deprecated, reason = "the old field must be refused")]
    let old = pb::QueryAccountAddressByIdRequest { id: 1, account_id: 0 };
    let error = ask::<_, Answer>(&state, "AccountAddressByID", &old).unwrap_err();
    assert_eq!(error.code, Code::InvalidArgument);
}

#[test]
fn module_accounts_are_told_by_name() {
    let state = chain(&[]);
    let all: pb::QueryModuleAccountsResponse =
        ask(&state, "ModuleAccounts", &pb::QueryModuleAccountsRequest {}).unwrap();
    let name = |any: &whence_proto::Any| {
        assert_eq!(any.type_url, "/cosmos.auth.v1beta1.ModuleAccount");
        <pb::ModuleAccount as prost::Message>::decode(any.value.as_slice()).unwrap().name
    };
    assert_eq!(
        all.accounts.iter().map(name).collect::<Vec<_>>(),
        ["fee_collector", "gov", "reward"]
    );

    let request = |name: &str| pb::QueryModuleAccountByNameRequest { name: name.into() };
    type Answer = pb::QueryModuleAccountByNameResponse;
    let one: Answer = ask(&state, "ModuleAccountByName", &request("gov")).unwrap();
    let expected = pb::ModuleAccount {
        base_account: Some(pb::BaseAccount {
            address: module_address("gov").to_string(),
            account_number: 1,
            ..Default::default()
        }),
        name: "gov".into(),
        permissions: vec!["burner".into()],
    };
    assert_eq!(one.account, Some(any(&expected)));
    let error = ask::<_, Answer>(&state, "ModuleAccountByName", &request("x")).unwrap_err();
    assert_eq!(error.code, Code::NotFound);
    let error = ask::<_, Answer>(&state, "ModuleAccountByName", &request("")).unwrap_err();
    assert_eq!(error.code, Code::InvalidArgument);
}

#[test]
fn addresses_change_their_form() {
    let state = chain(&[]);
    let prefix: pb::Bech32PrefixResponse =
        ask(&state, "Bech32Prefix", &pb::Bech32PrefixRequest {}).unwrap();
    assert_eq!(prefix.bech32_prefix, "whence");
    let address_bytes = user("ann").as_bytes().to_vec();
    let request = pb::AddressBytesToStringRequest { address_bytes: address_bytes.clone() };
    let text: pb::AddressBytesToStringResponse =
        ask(&state, "AddressBytesToString", &request).unwrap();
    let request = pb::AddressStringToBytesRequest { address_string: text.address_string };
    let back: pb::AddressStringToBytesResponse =
        ask(&state, "AddressStringToBytes", &request).unwrap();
    assert_eq!(back.address_bytes, address_bytes);
    let params: pb::QueryParamsResponse =
        ask(&state, "Params", &pb::QueryParamsRequest {}).unwrap();
    assert_eq!(params.params, Some(whence_auth::params::default()));
}

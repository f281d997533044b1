//! Answers of `cosmos.auth.v1beta1.Query`.

use whence_base::query::{Answer, PAGE_MAX_COSMOS, QueryRouter, Status, paginate};
use whence_base::{Address, QueryCtx, address};
use whence_proto::Any;
use whence_proto::cosmos::auth::v1beta1 as pb;

use crate::ports::Ports;
use crate::{keeper, state};

pub(crate) fn register(router: &mut QueryRouter, ports: &'static dyn Ports) {
    router
        .add("/cosmos.auth.v1beta1.Query/Account", account)
        .add("/cosmos.auth.v1beta1.Query/Accounts", accounts)
        .add("/cosmos.auth.v1beta1.Query/AccountInfo", account_info)
        .add("/cosmos.auth.v1beta1.Query/AccountAddressByID", account_address_by_id)
        .add("/cosmos.auth.v1beta1.Query/Params", params)
        .add("/cosmos.auth.v1beta1.Query/Bech32Prefix", bech32_prefix)
        .add("/cosmos.auth.v1beta1.Query/AddressBytesToString", bytes_to_string)
        .add("/cosmos.auth.v1beta1.Query/AddressStringToBytes", string_to_bytes)
        .add(
            "/cosmos.auth.v1beta1.Query/ModuleAccounts",
            move |ctx: &QueryCtx<'_>, _: pb::QueryModuleAccountsRequest| {
                module_accounts(ctx, ports)
            },
        )
        .add(
            "/cosmos.auth.v1beta1.Query/ModuleAccountByName",
            move |ctx: &QueryCtx<'_>, request: pb::QueryModuleAccountByNameRequest| {
                module_account_by_name(ctx, ports, &request)
            },
        );
}

fn account(
    ctx: &QueryCtx<'_>,
    request: pb::QueryAccountRequest,
) -> Answer<pb::QueryAccountResponse> {
    let account = find(ctx, &request.address)?.to_any();
    Ok(pb::QueryAccountResponse { account: Some(account) })
}

fn accounts(
    ctx: &QueryCtx<'_>,
    request: pb::QueryAccountsRequest,
) -> Answer<pb::QueryAccountsResponse> {
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (entries, page) = paginate(ctx, &state::ACCOUNTS, &(), page)?;
    let accounts = entries.into_iter().map(|(_, any)| any).collect();
    Ok(pb::QueryAccountsResponse { accounts, pagination: Some(page) })
}

fn account_info(
    ctx: &QueryCtx<'_>,
    request: pb::QueryAccountInfoRequest,
) -> Answer<pb::QueryAccountInfoResponse> {
    let info = find(ctx, &request.address)?.base().clone();
    Ok(pb::QueryAccountInfoResponse { info: Some(info) })
}

fn account_address_by_id(
    ctx: &QueryCtx<'_>,
    request: pb::QueryAccountAddressByIdRequest,
) -> Answer<pb::QueryAccountAddressByIdResponse> {
    #[allow(deprecated, reason = "the old field is refused, as the SDK refuses it")]
    if request.id != 0 {
        return Err(Status::invalid("requesting with id is not supported, use account_id"));
    }
    let number = request.account_id;
    let address = keeper::address_of_number(ctx, number)?
        .ok_or_else(|| Status::not_found(format!("account with number {number}")))?;
    Ok(pb::QueryAccountAddressByIdResponse { account_address: address.to_string() })
}

fn params(ctx: &QueryCtx<'_>, _: pb::QueryParamsRequest) -> Answer<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(keeper::params(ctx)?) })
}

fn bech32_prefix(_: &QueryCtx<'_>, _: pb::Bech32PrefixRequest) -> Answer<pb::Bech32PrefixResponse> {
    Ok(pb::Bech32PrefixResponse { bech32_prefix: address::ACCOUNT_PREFIX.to_owned() })
}

fn bytes_to_string(
    _: &QueryCtx<'_>,
    request: pb::AddressBytesToStringRequest,
) -> Answer<pb::AddressBytesToStringResponse> {
    let address_string = Address::new(request.address_bytes)?.to_string();
    Ok(pb::AddressBytesToStringResponse { address_string })
}

fn string_to_bytes(
    _: &QueryCtx<'_>,
    request: pb::AddressStringToBytesRequest,
) -> Answer<pb::AddressStringToBytesResponse> {
    let address_bytes = Address::parse(&request.address_string)?.as_bytes().to_vec();
    Ok(pb::AddressStringToBytesResponse { address_bytes })
}

fn module_accounts(
    ctx: &QueryCtx<'_>,
    ports: &dyn Ports,
) -> Answer<pb::QueryModuleAccountsResponse> {
    let mut names: Vec<&str> = ports.module_accounts().iter().map(|a| a.name).collect();
    names.sort_unstable();
    let accounts = names.into_iter().map(|name| of_module(ctx, ports, name));
    Ok(pb::QueryModuleAccountsResponse { accounts: accounts.collect::<Answer<_>>()? })
}

fn module_account_by_name(
    ctx: &QueryCtx<'_>,
    ports: &dyn Ports,
    request: &pb::QueryModuleAccountByNameRequest,
) -> Answer<pb::QueryModuleAccountByNameResponse> {
    if request.name.is_empty() {
        return Err(Status::invalid("module name is empty"));
    }
    let account = of_module(ctx, ports, &request.name)?;
    Ok(pb::QueryModuleAccountByNameResponse { account: Some(account) })
}

fn of_module(ctx: &QueryCtx<'_>, ports: &dyn Ports, name: &str) -> Answer<Any> {
    let missing = || Status::not_found(format!("account {name}"));
    let module = ports.module_accounts().named(name).ok_or_else(missing)?;
    Ok(keeper::account(ctx, &module.address)?.ok_or_else(missing)?.to_any())
}

fn find(ctx: &QueryCtx<'_>, text: &str) -> Answer<crate::types::Account> {
    let address = Address::parse(text)?;
    keeper::account(ctx, &address)?.ok_or_else(|| Status::not_found(format!("account {address}")))
}

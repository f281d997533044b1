//! Answers of `cosmos.bank.v1beta1.Query`.

use whence_base::query::{Answer, PAGE_MAX_COSMOS, QueryRouter, Status, paginate};
use whence_base::{Address, Coin, QueryCtx, Result};
use whence_proto::cosmos::bank::v1beta1 as pb;
use whence_proto::cosmos::base::query::v1beta1::{PageRequest, PageResponse};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;

use crate::ports::Ports;
use crate::{keeper, state, types};

pub(crate) fn register(router: &mut QueryRouter, ports: &'static dyn Ports) {
    router
        .add("/cosmos.bank.v1beta1.Query/Balance", balance)
        .add("/cosmos.bank.v1beta1.Query/AllBalances", all_balances)
        .add("/cosmos.bank.v1beta1.Query/TotalSupply", total_supply)
        .add("/cosmos.bank.v1beta1.Query/SupplyOf", supply_of)
        .add("/cosmos.bank.v1beta1.Query/Params", params)
        .add("/cosmos.bank.v1beta1.Query/DenomMetadata", denom_metadata)
        .add("/cosmos.bank.v1beta1.Query/DenomMetadataByQueryString", denom_metadata_by_query)
        .add("/cosmos.bank.v1beta1.Query/DenomsMetadata", denoms_metadata)
        .add("/cosmos.bank.v1beta1.Query/DenomOwners", denom_owners)
        .add("/cosmos.bank.v1beta1.Query/DenomOwnersByQuery", denom_owners_by_query)
        .add("/cosmos.bank.v1beta1.Query/SendEnabled", send_enabled)
        .add(
            "/cosmos.bank.v1beta1.Query/SpendableBalances",
            move |ctx: &QueryCtx<'_>, request: pb::QuerySpendableBalancesRequest| {
                spendable_balances(ctx, ports, request)
            },
        )
        .add(
            "/cosmos.bank.v1beta1.Query/SpendableBalanceByDenom",
            move |ctx: &QueryCtx<'_>, request: pb::QuerySpendableBalanceByDenomRequest| {
                spendable_balance(ctx, ports, &request)
            },
        );
}

fn balance(
    ctx: &QueryCtx<'_>,
    request: pb::QueryBalanceRequest,
) -> Answer<pb::QueryBalanceResponse> {
    let address = Address::parse(&request.address)?;
    types::check_denom(&request.denom)?;
    let amount = keeper::balance(ctx, &address, &request.denom)?;
    Ok(pb::QueryBalanceResponse { balance: Some(coin(&request.denom, amount)) })
}

fn all_balances(
    ctx: &QueryCtx<'_>,
    request: pb::QueryAllBalancesRequest,
) -> Answer<pb::QueryAllBalancesResponse> {
    let address = Address::parse(&request.address)?;
    let (mut coins, page) = page_of_balances(ctx, &address, request.pagination)?;
    if request.resolve_denom {
        for coin in &mut coins {
            if let Some(metadata) = keeper::metadata(ctx, &coin.denom)? {
                coin.denom = metadata.display;
            }
        }
    }
    let balances = coins.iter().map(Coin::to_proto).collect();
    Ok(pb::QueryAllBalancesResponse { balances, pagination: Some(page) })
}

fn spendable_balances(
    ctx: &QueryCtx<'_>,
    ports: &dyn Ports,
    request: pb::QuerySpendableBalancesRequest,
) -> Answer<pb::QuerySpendableBalancesResponse> {
    let address = Address::parse(&request.address)?;
    let locked = ports.locked(ctx, ctx.block().time, &address)?;
    let (coins, page) = page_of_balances(ctx, &address, request.pagination)?;
    let free = |c: &Coin| coin(&c.denom, c.amount.saturating_sub(locked.amount_of(&c.denom)));
    let balances = coins.iter().map(free).collect();
    Ok(pb::QuerySpendableBalancesResponse { balances, pagination: Some(page) })
}

fn spendable_balance(
    ctx: &QueryCtx<'_>,
    ports: &dyn Ports,
    request: &pb::QuerySpendableBalanceByDenomRequest,
) -> Answer<pb::QuerySpendableBalanceByDenomResponse> {
    let address = Address::parse(&request.address)?;
    types::check_denom(&request.denom)?;
    let locked = ports.locked(ctx, ctx.block().time, &address)?;
    let amount = keeper::spendable(ctx, &address, &request.denom, &locked)?;
    Ok(pb::QuerySpendableBalanceByDenomResponse { balance: Some(coin(&request.denom, amount)) })
}

fn total_supply(
    ctx: &QueryCtx<'_>,
    request: pb::QueryTotalSupplyRequest,
) -> Answer<pb::QueryTotalSupplyResponse> {
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (entries, page) = paginate(ctx, &state::SUPPLY, &(), page)?;
    let supply = entries.into_iter().map(|(denom, amount)| coin(&denom, amount.into())).collect();
    Ok(pb::QueryTotalSupplyResponse { supply, pagination: Some(page) })
}

fn supply_of(
    ctx: &QueryCtx<'_>,
    request: pb::QuerySupplyOfRequest,
) -> Answer<pb::QuerySupplyOfResponse> {
    types::check_denom(&request.denom)?;
    let amount = keeper::supply(ctx, &request.denom)?;
    Ok(pb::QuerySupplyOfResponse { amount: Some(coin(&request.denom, amount)) })
}

fn params(ctx: &QueryCtx<'_>, _: pb::QueryParamsRequest) -> Answer<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(keeper::params(ctx)?) })
}

fn denom_metadata(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDenomMetadataRequest,
) -> Answer<pb::QueryDenomMetadataResponse> {
    let metadata = find_metadata(ctx, &request.denom)?;
    Ok(pb::QueryDenomMetadataResponse { metadata: Some(metadata) })
}

fn denom_metadata_by_query(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDenomMetadataByQueryStringRequest,
) -> Answer<pb::QueryDenomMetadataByQueryStringResponse> {
    let metadata = find_metadata(ctx, &request.denom)?;
    Ok(pb::QueryDenomMetadataByQueryStringResponse { metadata: Some(metadata) })
}

fn denoms_metadata(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDenomsMetadataRequest,
) -> Answer<pb::QueryDenomsMetadataResponse> {
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (entries, page) = paginate(ctx, &state::METADATA, &(), page)?;
    let metadatas = entries.into_iter().map(|(_, metadata)| metadata).collect();
    Ok(pb::QueryDenomsMetadataResponse { metadatas, pagination: Some(page) })
}

fn denom_owners(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDenomOwnersRequest,
) -> Answer<pb::QueryDenomOwnersResponse> {
    let (denom_owners, page) = page_of_owners(ctx, &request.denom, request.pagination)?;
    Ok(pb::QueryDenomOwnersResponse { denom_owners, pagination: Some(page) })
}

fn denom_owners_by_query(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDenomOwnersByQueryRequest,
) -> Answer<pb::QueryDenomOwnersByQueryResponse> {
    let (denom_owners, page) = page_of_owners(ctx, &request.denom, request.pagination)?;
    Ok(pb::QueryDenomOwnersByQueryResponse { denom_owners, pagination: Some(page) })
}

/// Entries that differ from the default: those of the named denominations, or a page of all.
fn send_enabled(
    ctx: &QueryCtx<'_>,
    request: pb::QuerySendEnabledRequest,
) -> Answer<pb::QuerySendEnabledResponse> {
    let entry = |(denom, enabled)| pb::SendEnabled { denom, enabled };
    if request.denoms.is_empty() {
        let page = (request.pagination, PAGE_MAX_COSMOS);
        let (entries, page) = paginate(ctx, &state::SEND_ENABLED, &(), page)?;
        let send_enabled = entries.into_iter().map(entry).collect();
        return Ok(pb::QuerySendEnabledResponse { send_enabled, pagination: Some(page) });
    }
    let denoms: Vec<&str> = request.denoms.iter().map(String::as_str).collect();
    types::validate_denoms(&denoms)?;
    let mut found = Vec::new();
    for denom in request.denoms {
        if let Some(enabled) = state::SEND_ENABLED.get(ctx, &denom)? {
            found.push(entry((denom, enabled)));
        }
    }
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let page = PageResponse { next_key: Vec::new(), total };
    Ok(pb::QuerySendEnabledResponse { send_enabled: found, pagination: Some(page) })
}

fn find_metadata(ctx: &QueryCtx<'_>, denom: &str) -> Answer<pb::Metadata> {
    types::check_denom(denom)?;
    keeper::metadata(ctx, denom)?
        .ok_or_else(|| Status::not_found(format!("client metadata for denom {denom}")))
}

fn page_of_balances(
    ctx: &QueryCtx<'_>,
    address: &Address,
    page: Option<PageRequest>,
) -> Answer<(Vec<Coin>, PageResponse)> {
    let (entries, page) = paginate(ctx, &state::BALANCES, address, (page, PAGE_MAX_COSMOS))?;
    let coins = entries.into_iter().map(|((_, denom), amount)| Coin::new(&denom, amount.into()));
    Ok((coins.collect(), page))
}

fn page_of_owners(
    ctx: &QueryCtx<'_>,
    denom: &str,
    page: Option<PageRequest>,
) -> Answer<(Vec<pb::DenomOwner>, PageResponse)> {
    types::check_denom(denom)?;
    let prefix = denom.to_owned();
    let (entries, page) = paginate(ctx, state::OWNERS.map(), &prefix, (page, PAGE_MAX_COSMOS))?;
    let owner = |((denom, address), ()): ((String, Address), ())| -> Result<pb::DenomOwner> {
        let amount = keeper::balance(ctx, &address, &denom)?;
        Ok(pb::DenomOwner { address: address.to_string(), balance: Some(coin(&denom, amount)) })
    };
    Ok((entries.into_iter().map(owner).collect::<Result<_>>()?, page))
}

fn coin(denom: &str, amount: u128) -> PbCoin {
    Coin::new(denom, amount).to_proto()
}

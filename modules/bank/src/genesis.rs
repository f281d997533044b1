//! Import, export and check of bank's genesis.

use std::collections::BTreeMap;

use whence_base::{Address, Coin, Coins, Ctx, Error, QueryCtx, Result, ensure};
use whence_proto::cosmos::bank::v1beta1::{Balance, GenesisState, SendEnabled};

use crate::ports::Ports;
use crate::{keeper, state, types};

/// No coins; the native denomination's metadata.
pub(crate) fn default() -> GenesisState {
    GenesisState {
        params: Some(types::default_params()),
        denom_metadata: vec![types::native_metadata()],
        ..GenesisState::default()
    }
}

pub(crate) fn validate(genesis: &GenesisState) -> Result<()> {
    types::validate_params(&genesis.params.clone().unwrap_or_else(types::default_params))?;
    types::validate_entries(&genesis.send_enabled)?;
    let bases: Vec<&str> = genesis.denom_metadata.iter().map(|m| m.base.as_str()).collect();
    types::validate_denoms(&bases)?;
    genesis.denom_metadata.iter().try_for_each(types::validate_metadata)?;
    let sum = sum(&balances(genesis)?)?;
    let stated = Coins::parse(&genesis.supply)?;
    ensure(
        stated.is_empty() || stated == sum,
        Error::invalid_request(format!(
            "genesis supply is incorrect, expected {stated}, got {sum}"
        )),
    )
}

pub(crate) fn init(ctx: &mut Ctx<'_>, genesis: &GenesisState, ports: &dyn Ports) -> Result<()> {
    validate(genesis)?;
    let params = genesis.params.clone().unwrap_or_else(types::default_params);
    keeper::set_params(ctx, params);
    for entry in &genesis.send_enabled {
        keeper::set_send_enabled(ctx, &entry.denom, entry.enabled);
    }
    for metadata in &genesis.denom_metadata {
        keeper::set_metadata(ctx, metadata);
    }
    let balances = balances(genesis)?;
    for coin in sum(&balances)?.iter() {
        keeper::set_supply(ctx, &coin.denom, coin.amount);
    }
    for balance in &genesis.balances {
        let address = Address::parse(&balance.address)?;
        let coins = Coins::parse(&balance.coins)?;
        coins.iter().for_each(|coin| keeper::set_balance(ctx, &address, &coin));
        ports.genesis_balance(ctx, &address, &coins)?;
    }
    Ok(())
}

pub(crate) fn export(ctx: &QueryCtx<'_>) -> Result<GenesisState> {
    let mut balances: BTreeMap<Address, Coins> = BTreeMap::new();
    for entry in state::BALANCES.iter(ctx) {
        let ((address, denom), amount) = entry?;
        balances.entry(address).or_default().add(&Coin::new(&denom, amount.into()))?;
    }
    let mut supply = Coins::new();
    for entry in state::SUPPLY.iter(ctx) {
        let (denom, amount) = entry?;
        supply.add(&Coin::new(&denom, amount.into()))?;
    }
    let metadata = state::METADATA.iter(ctx).map(|entry| entry.map(|(_, metadata)| metadata));
    let entries = state::SEND_ENABLED
        .iter(ctx)
        .map(|entry| entry.map(|(denom, enabled)| SendEnabled { denom, enabled }));
    Ok(GenesisState {
        params: Some(keeper::params(ctx)?),
        balances: balances
            .into_iter()
            .map(|(a, coins)| Balance { address: a.to_string(), coins: coins.to_proto() })
            .collect(),
        supply: supply.to_proto(),
        denom_metadata: metadata.collect::<Result<_>>()?,
        send_enabled: entries.collect::<Result<_>>()?,
    })
}

fn balances(genesis: &GenesisState) -> Result<BTreeMap<Address, Coins>> {
    let mut balances = BTreeMap::new();
    for balance in &genesis.balances {
        let bad = |e: Error| Error { message: format!("balances.{}: {e}", balance.address), ..e };
        let address = Address::parse(&balance.address).map_err(bad)?;
        let coins = Coins::parse(&balance.coins).map_err(bad)?;
        if balances.insert(address, coins).is_some() {
            return Err(bad(Error::invalid_request("address comes twice")));
        }
    }
    Ok(balances)
}

fn sum(balances: &BTreeMap<Address, Coins>) -> Result<Coins> {
    let mut sum = Coins::new();
    balances.values().try_for_each(|coins| sum.add_all(coins))?;
    Ok(sum)
}

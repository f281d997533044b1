//! Providers: bond, change, give notice, get the bond back after the last open window.

use whence_base::{Address, Ctx, Result, StateRead, ensure};
use whence_proto::whence::attribution::v1 as pb;

use crate::error::{Error, NAME};
use crate::ports::Ports;
use crate::types::{add, amount_of, later, native, native_coins, price};
use crate::{event, keeper, state};

/// Most bonds that go back in one block; the rest wait for the next.
const BONDS_PER_BLOCK: usize = 50;

/// What a new provider brings.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Who bonds and is paid.
    pub operator: Address,
    /// The account that may report.
    pub reporter: Address,
    /// Where it answers.
    pub endpoint: String,
    /// What it asks.
    pub price: pb::Price,
    /// What it bonds.
    pub bond: u128,
}

/// What a provider changes; `None` stays as it is.
#[derive(Clone, Debug)]
pub struct Change {
    /// The signer.
    pub operator: Address,
    /// Which provider.
    pub provider_id: u64,
    /// New report key.
    pub reporter: Option<Address>,
    /// New endpoint.
    pub endpoint: Option<String>,
    /// New price.
    pub price: Option<pb::Price>,
    /// Added to the bond; zero adds nothing.
    pub add_bond: u128,
}

/// A provider that must be there.
pub fn provider(state: &(impl StateRead + ?Sized), id: u64) -> Result<pb::Provider> {
    let found = state::PROVIDERS.get(state, &id)?;
    found.ok_or_else(|| Error::UnknownProvider(format!("id {id}")).into())
}

/// The operator of a provider that is bonded and has given no notice; `None` otherwise.
pub fn bonded_operator(state: &(impl StateRead + ?Sized), id: u64) -> Result<Option<Address>> {
    match state::PROVIDERS.get(state, &id)? {
        Some(p) if p.status() == pb::ProviderStatus::Bonded => {
            Address::parse(&p.operator).map(Some)
        }
        _ => Ok(None),
    }
}

/// Bonds a new provider.
pub fn register_provider(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    new: Registration,
) -> Result<pb::Provider> {
    let params = keeper::params(ctx)?;
    let least = amount_of(&params.min_provider_bond)?;
    let small = Error::BondTooSmall(format!("{}, expected at least {least}", new.bond));
    ensure(new.bond >= least, small)?;
    require_price(&params, &new.price)?;
    ports.send_to_module(ctx, &new.operator, NAME, &native_coins(new.bond))?;
    let provider = pb::Provider {
        id: state::PROVIDER_IDS.next(ctx)?,
        operator: new.operator.to_string(),
        reporter: new.reporter.to_string(),
        endpoint: new.endpoint,
        price: Some(new.price),
        bond: native(new.bond),
        unsettled: native(0),
        status: pb::ProviderStatus::Bonded.into(),
        registered_height: ctx.height(),
        unbonding_height: 0,
        queries: 0,
    };
    state::PROVIDERS.set(ctx, &provider.id, &provider);
    Ok(provider)
}

/// Changes a provider. One that gave notice may still change its terms and its report key (a stolen
/// key can be replaced as long as it can report), but not add to a bond that is going back.
pub fn update_provider(ctx: &mut Ctx<'_>, ports: &dyn Ports, change: &Change) -> Result<()> {
    let mut provider = operated(ctx, change.provider_id, &change.operator)?;
    if let Some(price) = &change.price {
        require_price(&keeper::params(ctx)?, price)?;
        provider.price = Some(price.clone());
    }
    if let Some(reporter) = &change.reporter {
        provider.reporter = reporter.to_string();
    }
    if let Some(endpoint) = &change.endpoint {
        provider.endpoint = endpoint.clone();
    }
    if change.add_bond > 0 {
        require_bonded(&provider)?;
        ports.send_to_module(ctx, &change.operator, NAME, &native_coins(change.add_bond))?;
        provider.bond = native(add(amount_of(&provider.bond)?, change.add_bond)?);
    }
    state::PROVIDERS.set(ctx, &provider.id, &provider);
    Ok(())
}

/// Takes a provider's notice; answers when its bond goes back at the earliest.
pub fn unbond_provider(ctx: &mut Ctx<'_>, operator: &Address, id: u64) -> Result<u64> {
    let mut provider = operated(ctx, id, operator)?;
    require_bonded(&provider)?;
    let height = later(ctx.height(), keeper::params(ctx)?.unbonding_blocks);
    provider.set_status(pb::ProviderStatus::Unbonding);
    provider.unbonding_height = height;
    state::PROVIDERS.set(ctx, &id, &provider);
    state::UNBONDING.insert(ctx, &(height, id));
    Ok(height)
}

/// A provider of this operator whose bond did not go back yet.
fn operated(ctx: &Ctx<'_>, id: u64, operator: &Address) -> Result<pb::Provider> {
    let provider = provider(ctx, id)?;
    ensure(
        provider.operator == operator.to_string(),
        Error::NotTheOperator(format!("expected {}, got {operator}", provider.operator)),
    )?;
    let gone = provider.status() == pb::ProviderStatus::Unbonded;
    ensure(!gone, Error::ProviderNotBonded(format!("id {id}")))?;
    Ok(provider)
}

fn require_bonded(provider: &pb::Provider) -> Result<()> {
    let bonded = provider.status() == pb::ProviderStatus::Bonded;
    ensure(bonded, Error::ProviderNotBonded(format!("id {}", provider.id)))
}

/// No fee that the provider asks may lie below what the split can divide.
fn require_price(params: &pb::Params, asked: &pb::Price) -> Result<()> {
    let least = amount_of(&params.min_query_fee)?;
    let min_fee = price(asked)?.min_fee;
    ensure(
        min_fee >= least,
        Error::BadPrice(format!("min_fee is {min_fee}, expected at least {least}")),
    )
}

/// Gives bonds back whose time has come; a provider with unsettled fees waits another window.
pub(crate) fn return_bonds(ctx: &mut Ctx<'_>, ports: &dyn Ports) {
    let now = ctx.height();
    let due = state::UNBONDING.first_while(ctx, BONDS_PER_BLOCK, |(height, _)| *height <= now);
    for key in due.unwrap_or_default() {
        if ctx.atomically(|ctx| return_bond(ctx, ports, key)).is_err() {
            // A payout that cannot be made now is tried a window later; the bond stays recorded.
            put_off(ctx, key);
        }
    }
}

fn return_bond(ctx: &mut Ctx<'_>, ports: &dyn Ports, key: (u64, u64)) -> Result<()> {
    let mut provider = provider(ctx, key.1)?;
    if amount_of(&provider.unsettled)? > 0 {
        return postpone(ctx, key);
    }
    let bond = amount_of(&provider.bond)?;
    let operator = Address::parse(&provider.operator)?;
    provider.bond = native(0);
    provider.set_status(pb::ProviderStatus::Unbonded);
    state::PROVIDERS.set(ctx, &provider.id, &provider);
    state::UNBONDING.remove(ctx, &key);
    ports.send_from_module(ctx, NAME, &operator, &native_coins(bond))?;
    ctx.emit_typed(&event::provider_unbonded(provider.id, bond))
}

/// Tries later; what cannot even be put off is broken, leaves the queue and stays in the books,
/// where the invariants find it, so that it never keeps others waiting.
fn put_off(ctx: &mut Ctx<'_>, key: (u64, u64)) {
    if ctx.atomically(|ctx| postpone(ctx, key)).is_err() {
        state::UNBONDING.remove(ctx, &key);
    }
}

fn postpone(ctx: &mut Ctx<'_>, key: (u64, u64)) -> Result<()> {
    let mut provider = provider(ctx, key.1)?;
    let window = keeper::params(ctx)?.settlement_window_blocks;
    provider.unbonding_height = later(ctx.height(), window);
    state::UNBONDING.remove(ctx, &key);
    state::UNBONDING.insert(ctx, &(provider.unbonding_height, provider.id));
    state::PROVIDERS.set(ctx, &provider.id, &provider);
    Ok(())
}

//! Deposits: money comes in here; the sum recorded changes with it.

use whence_base::{Address, Coins, Ctx, Dec, Error, Result, StateRead, ensure};
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::ProposalStatus;

use crate::error::GovError;
use crate::keeper::proposal;
use crate::params::Params;
use crate::ports::Ports;
use crate::state::{self, CoinList};

/// Adds to a proposal's deposit and says whether that started the voting.
pub(crate) fn add(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    (id, depositor): (u64, &Address),
    amount: &Coins,
) -> Result<bool> {
    ensure(*depositor != whence_base::authority(), GovError::OwnDeposit)?;
    let mut one = proposal::expect(ctx, id)?;
    let waits = one.status() == ProposalStatus::DepositPeriod;
    ensure(waits || proposal::is_voting(ctx, &one)?, GovError::Inactive(id))?;
    let params = Params::load(ctx)?;
    check_denoms(&params, amount)?;
    check_part(&params, params.min_deposit_ratio, amount)?;
    ports.send_to_module(ctx, depositor, crate::NAME, amount)?;

    let mut total = Coins::parse(&one.total_deposit)?;
    total.add_all(amount)?;
    one.total_deposit = total.to_proto();
    let started = waits && covers(&total, &params.min_deposit);
    if started {
        proposal::activate(ctx, &mut one)?;
    }
    state::PROPOSALS.set(ctx, &id, &one);
    record(ctx, id, depositor, amount)?;
    Ok(started)
}

/// The submission must bring its part of the least deposit.
pub(crate) fn check_initial(ctx: &Ctx<'_>, amount: &Coins) -> Result<()> {
    let params = Params::load(ctx)?;
    check_denoms(&params, amount)?;
    let ratio = params.min_initial_deposit_ratio;
    for least in params.min_deposit.iter() {
        let need = ratio.mul_int_floor(least.amount)?;
        let why = format!("{amount} is less than the initial {need}{}", least.denom);
        ensure(amount.amount_of(&least.denom) >= need, GovError::DepositTooSmall(why))?;
    }
    Ok(())
}

/// What gov holds for depositors.
pub(crate) fn held(state: &(impl StateRead + ?Sized)) -> Result<Coins> {
    Coins::parse(&state::HELD.get_or_default(state)?.coins)
}

/// Writes what gov holds; this file, `settle` and genesis call it.
pub(crate) fn set_held(ctx: &mut Ctx<'_>, coins: &Coins) {
    state::HELD.set(ctx, &CoinList { coins: coins.to_proto() });
}

fn record(ctx: &mut Ctx<'_>, id: u64, depositor: &Address, amount: &Coins) -> Result<()> {
    let key = (id, depositor.clone());
    let before = state::DEPOSITS.get(ctx, &key)?.unwrap_or_default();
    let mut sum = Coins::parse(&before.amount)?;
    sum.add_all(amount)?;
    let deposit =
        pb::Deposit { proposal_id: id, depositor: depositor.to_string(), amount: sum.to_proto() };
    state::DEPOSITS.set(ctx, &key, &deposit);
    let mut all = held(ctx)?;
    all.add_all(amount)?;
    set_held(ctx, &all);
    Ok(())
}

fn check_denoms(params: &Params, amount: &Coins) -> Result<()> {
    amount.iter().try_for_each(|coin| {
        let known = params.min_deposit.amount_of(&coin.denom) > 0;
        let why = format!("{amount}, but gov accepts only {}", params.min_deposit);
        ensure(known, GovError::DepositDenom(why))
    })
}

/// Dust deposits would cost more to pay back than they bring.
fn check_part(params: &Params, ratio: Dec, amount: &Coins) -> Result<()> {
    ensure(!amount.is_empty(), Error::invalid_coins("deposit must not be empty"))?;
    for least in params.min_deposit.iter() {
        let need = ratio.mul_int_floor(least.amount)?;
        if amount.amount_of(&least.denom) >= need.max(1) {
            return Ok(());
        }
    }
    let why = format!("received {amount}, expected at least {ratio} of {}", params.min_deposit);
    Err(GovError::DepositTooSmall(why).into())
}

fn covers(have: &Coins, least: &Coins) -> bool {
    least.iter().all(|coin| have.amount_of(&coin.denom) >= coin.amount)
}

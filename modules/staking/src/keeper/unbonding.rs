//! Unbonding delegations: coins on their way back, by time.

use whence_base::coin::parse_amount;
use whence_base::{Coin, Ctx, Error, Result, Time, ensure};
use whence_proto::cosmos::staking::v1beta1 as pb;

use crate::error::StakingError;
use crate::event;
use crate::keeper::delegation::{self, Pair};
use crate::keeper::pool::{self, Pool};
use crate::params::Params;
use crate::ports::Ports;
use crate::state;
use crate::types::{time, time_key, timestamp};

/// When coins come, and how many.
pub(crate) struct Begun {
    pub(crate) until: Time,
    pub(crate) amount: u128,
}

/// Takes back what an amount is worth in shares; the coins come after the unbonding time.
pub(crate) fn begin(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    pair: &Pair,
    amount: u128,
) -> Result<Begun> {
    let shares = delegation::shares_for(ctx, pair, amount)?;
    let (tokens, held) = delegation::unbond(ctx, pair, shares)?;
    ensure(tokens > 0, Error::invalid_request(format!("{amount} is worth less than one unit")))?;
    pool::shift(ctx, ports, (held, Pool::NotBonded), tokens)?;

    let params = Params::load(ctx)?;
    let until = ctx.time().plus_seconds(params.unbonding_time_s);
    let mut record = load(ctx, pair)?;
    add_entry(ctx, &mut record, until, tokens)?;
    let most = usize::try_from(params.entries_max).unwrap_or(usize::MAX);
    ensure(record.entries.len() <= most, StakingError::TooManyEntries)?;
    save(ctx, pair, &record);
    enqueue(ctx, pair, until);
    Ok(Begun { until, amount: tokens })
}

fn add_entry(
    ctx: &mut Ctx<'_>,
    record: &mut pb::UnbondingDelegation,
    until: Time,
    tokens: u128,
) -> Result<()> {
    let height = i64::try_from(ctx.height()).unwrap_or(i64::MAX);
    let until = timestamp(until);
    let same = |e: &&mut pb::UnbondingDelegationEntry| {
        e.creation_height == height && e.completion_time.as_ref() == Some(&until)
    };
    if let Some(entry) = record.entries.iter_mut().find(same) {
        let sum = |text: &str| {
            let sum = parse_amount(text)?.checked_add(tokens);
            sum.ok_or_else(|| Error::overflow("unbonding"))
        };
        entry.initial_balance = sum(&entry.initial_balance)?.to_string();
        entry.balance = sum(&entry.balance)?.to_string();
        return Ok(());
    }
    record.entries.push(pb::UnbondingDelegationEntry {
        creation_height: height,
        completion_time: Some(until),
        initial_balance: tokens.to_string(),
        balance: tokens.to_string(),
        unbonding_id: state::UNBONDING_ID.next(ctx)?,
        unbonding_on_hold_ref_count: 0,
    });
    Ok(())
}

/// Pays the matured entries of a pair; a payment that fails changes nothing.
pub(crate) fn complete(ctx: &mut Ctx<'_>, ports: &dyn Ports, pair: &Pair) -> Result<()> {
    let mut record = load(ctx, pair)?;
    let (mut paid, mut rest) = (0_u128, Vec::new());
    for entry in std::mem::take(&mut record.entries) {
        if time(entry.completion_time.as_ref())? <= ctx.time() {
            let sum = paid.checked_add(parse_amount(&entry.balance)?);
            paid = sum.ok_or_else(|| Error::overflow("unbonding"))?;
        } else {
            rest.push(entry);
        }
    }
    if paid == 0 {
        return Ok(());
    }
    record.entries = rest;
    save(ctx, pair, &record);
    pool::pay(ctx, ports, &pair.0, paid)?;
    let coin = Coin::new(&Params::load(ctx)?.bond_denom, paid);
    ctx.emit(event::unbonding_completed((&pair.0, &pair.1), &coin));
    Ok(())
}

/// Puts a pair into the queue.
pub(crate) fn enqueue(ctx: &mut Ctx<'_>, pair: &Pair, until: Time) {
    let key = (time_key(until), pair.0.clone(), pair.1.clone());
    state::UNBONDING_QUEUE.insert(ctx, &key);
}

/// Writes a record, or forgets it when no entry is left.
pub(crate) fn save(ctx: &mut Ctx<'_>, pair: &Pair, record: &pb::UnbondingDelegation) {
    let by_validator = (pair.1.clone(), pair.0.clone());
    if record.entries.is_empty() {
        state::UNBONDINGS.remove(ctx, pair);
        state::UNBONDINGS_BY_VALIDATOR.remove(ctx, &by_validator);
    } else {
        state::UNBONDINGS.set(ctx, pair, record);
        state::UNBONDINGS_BY_VALIDATOR.insert(ctx, &by_validator);
    }
}

fn load(ctx: &Ctx<'_>, pair: &Pair) -> Result<pb::UnbondingDelegation> {
    let found = state::UNBONDINGS.get(ctx, pair)?;
    Ok(found.unwrap_or_else(|| pb::UnbondingDelegation {
        delegator_address: pair.0.to_string(),
        validator_address: pair.1.to_validator_string(),
        entries: Vec::new(),
    }))
}

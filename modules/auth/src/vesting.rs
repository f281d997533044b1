//! What a vesting account still holds locked at a block's time.
//!
//! Coins vest as the Cosmos SDK has it; amounts that have vested are rounded down. What the account
//! had delegated out of its vesting coins before genesis is no longer locked here.

use whence_base::ctx::Time;
use whence_base::{Coin, Coins, Dec, Error, Result, ensure};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::cosmos::vesting::v1beta1::{BaseVestingAccount, PeriodicVestingAccount};

use crate::types::{Account, Kind};

/// Most periods of a periodic vesting account.
pub const PERIODS_MAX: usize = 1_000;

/// Coins of the account that cannot be sent yet.
pub fn locked(account: &Account, time: Time) -> Result<Coins> {
    let now = time.seconds;
    let (vesting, vested) = match account.kind() {
        Kind::Base | Kind::Module(_) => return Ok(Coins::new()),
        Kind::BaseVesting(v) => (v, original(v)?),
        Kind::Locked(v) => (schedule(v.base_vesting_account.as_ref())?, Coins::new()),
        Kind::Delayed(v) => {
            let base = schedule(v.base_vesting_account.as_ref())?;
            (base, if now >= base.end_time { original(base)? } else { Coins::new() })
        }
        Kind::Continuous(v) => {
            let base = schedule(v.base_vesting_account.as_ref())?;
            (base, evenly(base, v.start_time, now)?)
        }
        Kind::Periodic(v) => {
            let base = schedule(v.base_vesting_account.as_ref())?;
            (base, by_periods(base, v, now)?)
        }
    };
    remaining(vesting, &vested)
}

/// Refuses a schedule that cannot be followed to its end.
pub fn validate(account: &Account) -> Result<()> {
    let (base, start) = match account.kind() {
        Kind::Base | Kind::Module(_) => return Ok(()),
        Kind::BaseVesting(v) => (v, 0),
        Kind::Locked(v) => (schedule(v.base_vesting_account.as_ref())?, 0),
        Kind::Delayed(v) => (schedule(v.base_vesting_account.as_ref())?, 0),
        Kind::Continuous(v) => (schedule(v.base_vesting_account.as_ref())?, v.start_time),
        Kind::Periodic(v) => {
            let base = schedule(v.base_vesting_account.as_ref())?;
            validate_periods(base, v)?;
            (base, v.start_time)
        }
    };
    let bad = |e: Error| Error { message: format!("vesting coins: {e}"), ..e };
    original(base).map_err(bad)?;
    parse_any_order(&base.delegated_vesting).map_err(bad)?;
    span(start, base.end_time).map(|_| ())
}

/// The periods end when the account does, and give what it has.
fn validate_periods(base: &BaseVestingAccount, account: &PeriodicVestingAccount) -> Result<()> {
    let count = account.vesting_periods.len();
    ensure(
        count <= PERIODS_MAX,
        Error::invalid_request(format!("{count} vesting periods, expected at most {PERIODS_MAX}")),
    )?;
    let (mut end, mut sum) = (account.start_time, Coins::new());
    for period in &account.vesting_periods {
        let length = period.length;
        ensure(
            length >= 0,
            Error::invalid_request(format!("a vesting period lasts {length} seconds")),
        )?;
        end = end.checked_add(length).ok_or_else(|| Error::overflow("vesting end time"))?;
        sum.add_all(&parse_any_order(&period.amount)?)?;
    }
    ensure(
        end == base.end_time,
        Error::invalid_request(format!("vesting periods end at {end}, not {}", base.end_time)),
    )?;
    let whole = original(base)?;
    ensure(sum == whole, Error::invalid_request(format!("vesting periods give {sum}, not {whole}")))
}

fn schedule(vesting: Option<&BaseVestingAccount>) -> Result<&BaseVestingAccount> {
    vesting.ok_or_else(|| Error::invalid_request("vesting account has no base vesting account"))
}

fn original(vesting: &BaseVestingAccount) -> Result<Coins> {
    Coins::parse(&vesting.original_vesting)
}

fn evenly(vesting: &BaseVestingAccount, start: i64, now: i64) -> Result<Coins> {
    let original = original(vesting)?;
    if now <= start {
        return Ok(Coins::new());
    }
    if now >= vesting.end_time {
        return Ok(original);
    }
    let part = Dec::ratio(span(start, now)?, span(start, vesting.end_time)?)?;
    let mut vested = Coins::new();
    for coin in original.iter() {
        vested.add(&Coin::new(&coin.denom, part.mul_int_floor(coin.amount)?))?;
    }
    Ok(vested)
}

fn by_periods(
    vesting: &BaseVestingAccount,
    account: &PeriodicVestingAccount,
    now: i64,
) -> Result<Coins> {
    if now >= vesting.end_time {
        return original(vesting);
    }
    let (mut vested, mut end) = (Coins::new(), account.start_time);
    for period in account.vesting_periods.iter().take(PERIODS_MAX) {
        end = end.saturating_add(period.length);
        if now < end {
            break;
        }
        vested.add_all(&parse_any_order(&period.amount)?)?;
    }
    Ok(vested)
}

/// original - vested - delegated, never below zero.
fn remaining(vesting: &BaseVestingAccount, vested: &Coins) -> Result<Coins> {
    let delegated = parse_any_order(&vesting.delegated_vesting)?;
    let mut locked = Coins::new();
    for coin in original(vesting)?.iter() {
        let free = vested.amount_of(&coin.denom);
        let left = coin.amount.saturating_sub(free);
        let left = left.saturating_sub(delegated.amount_of(&coin.denom));
        locked.add(&Coin::new(&coin.denom, left))?;
    }
    Ok(locked)
}

fn parse_any_order(list: &[PbCoin]) -> Result<Coins> {
    let mut coins = Coins::new();
    for pb in list {
        coins.add(&Coin::parse(pb)?)?;
    }
    Ok(coins)
}

fn span(from: i64, to: i64) -> Result<u128> {
    to.checked_sub(from)
        .and_then(|seconds| u128::try_from(seconds).ok())
        .ok_or_else(|| Error::invalid_request("vesting ends before it starts"))
}

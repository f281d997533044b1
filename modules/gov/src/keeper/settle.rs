//! Deposits go back, or are lost, a bounded number per block.

use whence_base::state::{Key, prefix_end};
use whence_base::{Address, Coin, Coins, Ctx, Dec, Error, Result};
use whence_proto::cosmos::gov::v1 as pb;

use crate::event;
use crate::keeper::deposit;
use crate::ports::Ports;
use crate::state::{self, Settlement};

/// How the deposits of a proposal end.
pub(crate) enum Fate {
    /// All goes back.
    Refunded,
    /// All is burned.
    Burned,
    /// A part goes to somebody (none: is burned), the rest goes back.
    Cancelled(Dec, Option<Address>),
}

/// Queues the deposits of a proposal for settlement.
pub(crate) fn begin(ctx: &mut Ctx<'_>, id: u64, fate: &Fate) {
    let (lost, dest) = match fate {
        Fate::Refunded => (Dec::zero(), None),
        Fate::Burned => (Dec::one(), None),
        Fate::Cancelled(part, dest) => (*part, dest.as_ref()),
    };
    let dest = dest.map(ToString::to_string).unwrap_or_default();
    let settlement = Settlement { lost: lost.to_string(), dest, after: Vec::new() };
    state::SETTLEMENTS.set(ctx, &id, &settlement);
}

/// Settles at most `limit` deposits of the oldest proposals. One that cannot be paid back stays
/// recorded (and held), and the next is taken.
pub(crate) fn run(ctx: &mut Ctx<'_>, ports: &dyn Ports, limit: usize) -> Result<()> {
    for _ in 0..limit {
        let first = state::SETTLEMENTS.iter(ctx).next().transpose()?;
        let Some((id, mut settlement)) = first else { return Ok(()) };
        let Some((depositor, deposit)) = next(ctx, id, &settlement.after)? else {
            state::SETTLEMENTS.remove(ctx, &id);
            continue;
        };
        let paid = ctx.atomically(|ctx| pay(ctx, ports, &settlement, (&depositor, &deposit)));
        if let Err(error) = paid {
            ctx.emit(event::failure("settle_deposit", &error));
        }
        settlement.after = depositor.as_bytes().to_vec();
        state::SETTLEMENTS.set(ctx, &id, &settlement);
    }
    Ok(())
}

fn next(ctx: &Ctx<'_>, id: u64, after: &[u8]) -> Result<Option<(Address, pb::Deposit)>> {
    let mut raw = Vec::new();
    id.encode(&mut raw);
    let mut from = raw.clone();
    if !after.is_empty() {
        Address::new(after)?.encode(&mut from);
        let Some(behind) = prefix_end(&from) else { return Ok(None) };
        from = behind;
    }
    let found = state::DEPOSITS.scan(ctx, &raw, Some(&from), false).next().transpose()?;
    Ok(found.map(|((_, depositor), deposit)| (depositor, deposit)))
}

fn pay(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    settlement: &Settlement,
    (depositor, deposit): (&Address, &pb::Deposit),
) -> Result<()> {
    let all = Coins::parse(&deposit.amount)?;
    let lost_part = Dec::parse(&settlement.lost)?;
    let (mut lost, mut back) = (Coins::new(), all.clone());
    for coin in all.iter() {
        lost.add(&Coin::new(&coin.denom, lost_part.mul_int_floor(coin.amount)?))?;
    }
    back.sub_all(&lost)?;
    state::DEPOSITS.remove(ctx, &(deposit.proposal_id, depositor.clone()));
    let mut held = deposit::held(ctx)?;
    held.sub_all(&all).map_err(|_| Error::broken("the sum held is no less than a deposit"))?;
    deposit::set_held(ctx, &held);
    if !lost.is_empty() {
        lose(ctx, ports, &settlement.dest, &lost)?;
    }
    if !back.is_empty() {
        ports.send_from_module(ctx, crate::NAME, depositor, &back)?;
    }
    Ok(())
}

/// To the destination; burned when there is none or it cannot take coins.
fn lose(ctx: &mut Ctx<'_>, ports: &dyn Ports, dest: &str, lost: &Coins) -> Result<()> {
    if !dest.is_empty() {
        let to = Address::parse(dest)?;
        let sent = ctx.atomically(|ctx| ports.send_from_module(ctx, crate::NAME, &to, lost));
        if sent.is_ok() {
            return Ok(());
        }
    }
    ports.burn(ctx, crate::NAME, lost)
}

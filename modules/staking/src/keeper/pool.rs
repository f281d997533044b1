//! The two pools: money moves and its record change together, nowhere else.

use whence_base::coin::parse_amount;
use whence_base::{Address, Coin, Coins, Ctx, Error, Result, StateRead};
use whence_proto::cosmos::staking::v1beta1 as pb;

use crate::error::StakingError;
use crate::params::Params;
use crate::ports::Ports;
use crate::types::Status;
use crate::{BONDED_POOL, NOT_BONDED_POOL, POWER_REDUCTION, TOTAL_POWER_MAX, state};

/// What is recorded of the pools, in the bond denomination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pools {
    pub(crate) bonded: u128,
    pub(crate) not_bonded: u128,
}

/// One of the pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pool {
    Bonded,
    NotBonded,
}

impl Pool {
    /// The pool that holds the tokens of a validator with this status.
    pub(crate) fn of(status: Status) -> Self {
        match status {
            Status::Bonded => Self::Bonded,
            Status::Unbonding | Status::Unbonded => Self::NotBonded,
        }
    }

    fn account(self) -> &'static str {
        match self {
            Self::Bonded => BONDED_POOL,
            Self::NotBonded => NOT_BONDED_POOL,
        }
    }
}

impl Pools {
    fn slot(&mut self, pool: Pool) -> &mut u128 {
        match pool {
            Pool::Bonded => &mut self.bonded,
            Pool::NotBonded => &mut self.not_bonded,
        }
    }

    fn add(&mut self, pool: Pool, amount: u128) -> Result<()> {
        let slot = self.slot(pool);
        *slot = slot.checked_add(amount).ok_or_else(|| Error::overflow("pool"))?;
        Ok(())
    }

    fn sub(&mut self, pool: Pool, amount: u128) -> Result<()> {
        let slot = self.slot(pool);
        let rest = slot.checked_sub(amount);
        *slot = rest.ok_or_else(|| Error::broken("a pool never owes less than it pays"))?;
        Ok(())
    }
}

/// What is recorded.
pub(crate) fn load(state: &(impl StateRead + ?Sized)) -> Result<Pools> {
    let Some(pb) = state::POOLS.get(state)? else { return Ok(Pools::default()) };
    Ok(Pools {
        bonded: parse_amount(&pb.bonded_tokens)?,
        not_bonded: parse_amount(&pb.not_bonded_tokens)?,
    })
}

/// Writes the record; genesis and this file alone call it.
pub(crate) fn save(ctx: &mut Ctx<'_>, pools: Pools) {
    let pb = pb::Pool {
        bonded_tokens: pools.bonded.to_string(),
        not_bonded_tokens: pools.not_bonded.to_string(),
    };
    state::POOLS.set(ctx, &pb);
}

/// From an account into a pool; refused when all stake would exceed CometBFT's total power.
pub(crate) fn deposit(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    pool: Pool,
    from: &Address,
    amount: u128,
) -> Result<()> {
    let mut pools = load(ctx)?;
    pools.add(pool, amount)?;
    ensure_total(pools)?;
    ports.send_to_module(ctx, from, pool.account(), &coins(ctx, amount)?)?;
    save(ctx, pools);
    Ok(())
}

/// Out of the pool of the not bonded.
pub(crate) fn pay(ctx: &mut Ctx<'_>, ports: &dyn Ports, to: &Address, amount: u128) -> Result<()> {
    let mut pools = load(ctx)?;
    pools.sub(Pool::NotBonded, amount)?;
    ports.send_from_module(ctx, NOT_BONDED_POOL, to, &coins(ctx, amount)?)?;
    save(ctx, pools);
    Ok(())
}

/// From one pool to the other.
pub(crate) fn shift(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    (from, to): (Pool, Pool),
    amount: u128,
) -> Result<()> {
    if amount == 0 || from == to {
        return Ok(());
    }
    let mut pools = load(ctx)?;
    pools.sub(from, amount)?;
    pools.add(to, amount)?;
    ports.send_between_modules(ctx, from.account(), to.account(), &coins(ctx, amount)?)?;
    save(ctx, pools);
    Ok(())
}

/// All stake together fits the largest total power.
pub(crate) fn ensure_total(pools: Pools) -> Result<()> {
    let total = pools.bonded.checked_add(pools.not_bonded);
    let most = u128::from(TOTAL_POWER_MAX).checked_mul(POWER_REDUCTION);
    match (total, most) {
        (Some(total), Some(most)) if total <= most => Ok(()),
        _ => Err(StakingError::TotalPower(TOTAL_POWER_MAX).into()),
    }
}

fn coins(ctx: &Ctx<'_>, amount: u128) -> Result<Coins> {
    Ok(Coins::of(&Coin::new(&Params::load(ctx)?.bond_denom, amount)))
}

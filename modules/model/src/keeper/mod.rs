//! The rules: what may be recorded, who reviews, when bonds go back.

mod adapter;
mod deploy;
mod feedback;
mod review;

pub(crate) use adapter::{FLAGS_MAX, flag, register, retire};
pub use adapter::{adapter, adapter_of, require, trained_on};
pub(crate) use deploy::{deploy, evaluate, note_newest, undeploy};
pub use deploy::{deployed, is_deployed};
pub(crate) use feedback::{GIVERS_MAX, commit, due_after, expire, require_feedback, reveal};
pub use feedback::{accepted_feedback, feedback_weights};
pub(crate) use review::{commit_review, decide, reveal_review};

use whence_base::{Address, Coin, Coins, Ctx, Result, StateRead};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::model::v1::Params;

use crate::error::NAME;
use crate::ports::Ports;
use crate::{params, state};

/// The tunables.
pub fn params(s: &(impl StateRead + ?Sized)) -> Result<Params> {
    Ok(state::PARAMS.get(s)?.unwrap_or_else(params::default))
}

/// Sets the tunables after checking them.
pub fn set_params(ctx: &mut Ctx<'_>, new: &Params) -> Result<()> {
    params::validate(new)?;
    state::PARAMS.set(ctx, new);
    Ok(())
}

/// Takes a bond from somebody; gives it as it is recorded.
fn take(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    (from, coin): (&Address, Option<&PbCoin>),
) -> Result<Option<PbCoin>> {
    let bond = params::native("bond", coin)?;
    ports.send_to_module(ctx, from, NAME, &Coins::of(&bond))?;
    Ok(Some(bond.to_proto()))
}

/// Gives a recorded bond back, and records that nothing is held.
fn give_back(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    (to, bond): (&str, &mut Option<PbCoin>),
) -> Result<()> {
    let coins = empty(bond)?;
    if coins.is_empty() {
        return Ok(());
    }
    ports.send_from_module(ctx, NAME, &Address::parse(to)?, &coins)
}

/// Burns a recorded bond, and records that nothing is held.
fn burn(ctx: &mut Ctx<'_>, ports: &dyn Ports, bond: &mut Option<PbCoin>) -> Result<()> {
    let coins = empty(bond)?;
    if coins.is_empty() {
        return Ok(());
    }
    ports.burn(ctx, NAME, &coins)
}

fn empty(bond: &mut Option<PbCoin>) -> Result<Coins> {
    let Some(held) = bond.as_ref() else { return Ok(Coins::new()) };
    let held = Coin::parse(held)?;
    *bond = Some(Coin::new(&held.denom, 0).to_proto());
    Ok(Coins::of(&held))
}

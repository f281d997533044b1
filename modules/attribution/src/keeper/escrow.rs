//! Escrows: what one caller set aside for one provider, and how it comes back.

use whence_base::{Address, Ctx, Result, StateRead, ensure};
use whence_proto::whence::attribution::v1 as pb;

use crate::error::{Error, NAME};
use crate::ports::Ports;
use crate::types::{add, amount_of, later, native, native_coins};
use crate::{keeper, state};

/// What a caller puts in.
#[derive(Clone, Debug)]
pub struct Funding {
    /// Who pays.
    pub caller: Address,
    /// Whom the escrow pays.
    pub provider_id: u64,
    /// The escrow that is added to; `None` opens one with this session key.
    pub target: Target,
    /// How much.
    pub amount: u128,
}

/// Where the money goes.
#[derive(Clone, Debug)]
pub enum Target {
    /// A new escrow, whose vouchers this key signs.
    New(Vec<u8>),
    /// An escrow that is there.
    Existing(u64),
}

/// An escrow that must be there.
pub fn escrow(state: &(impl StateRead + ?Sized), id: u64) -> Result<pb::Escrow> {
    let found = state::ESCROWS.get(state, &id)?;
    found.ok_or_else(|| Error::UnknownEscrow(format!("id {id}")).into())
}

/// Opens an escrow or adds to one; the provider must be bonded.
pub fn fund_escrow(ctx: &mut Ctx<'_>, ports: &dyn Ports, funding: &Funding) -> Result<pb::Escrow> {
    let bonded = keeper::provider(ctx, funding.provider_id)?.status() == pb::ProviderStatus::Bonded;
    ensure(bonded, Error::ProviderNotBonded(format!("id {}", funding.provider_id)))?;
    let mut escrow = match &funding.target {
        Target::New(key) => open(ctx, funding, key)?,
        Target::Existing(id) => called(ctx, *id, &funding.caller)?,
    };
    ensure(
        escrow.provider_id == funding.provider_id,
        Error::WrongProvider(format!(
            "escrow {} is for provider {}, got {}",
            escrow.id, escrow.provider_id, funding.provider_id
        )),
    )?;
    ports.send_to_module(ctx, &funding.caller, NAME, &native_coins(funding.amount))?;
    escrow.balance = native(add(amount_of(&escrow.balance)?, funding.amount)?);
    state::ESCROWS.set(ctx, &escrow.id, &escrow);
    Ok(escrow)
}

fn open(ctx: &mut Ctx<'_>, funding: &Funding, key: &[u8]) -> Result<pb::Escrow> {
    let id = state::ESCROW_IDS.next(ctx)?;
    state::BY_CALLER.insert(ctx, &(funding.caller.clone(), id));
    Ok(pb::Escrow {
        id,
        caller: funding.caller.to_string(),
        provider_id: funding.provider_id,
        session_key: key.to_vec(),
        balance: native(0),
        reported: native(0),
        authorised: native(0),
        withdrawing: native(0),
        opened_height: ctx.height(),
        ..pb::Escrow::default()
    })
}

/// Changes the session key. The old one stays good as long as a withdrawal takes, so that a caller
/// cannot take back what was signed; until then it cannot be changed again.
pub fn rotate_session_key(ctx: &mut Ctx<'_>, caller: &Address, id: u64, key: &[u8]) -> Result<()> {
    let mut escrow = called(ctx, id, caller)?;
    let until = escrow.previous_key_until_height;
    let pending = !escrow.previous_session_key.is_empty() && ctx.height() < until;
    ensure(!pending, Error::RotationPending(format!("until height {until}")))?;
    let delay = keeper::params(ctx)?.withdrawal_delay_blocks;
    escrow.previous_session_key = std::mem::replace(&mut escrow.session_key, key.to_vec());
    escrow.previous_key_until_height = later(ctx.height(), delay);
    state::ESCROWS.set(ctx, &id, &escrow);
    Ok(())
}

/// Starts a withdrawal; a new request replaces the one before and waits anew.
pub fn request_withdrawal(
    ctx: &mut Ctx<'_>,
    caller: &Address,
    id: u64,
    amount: u128,
) -> Result<u64> {
    let mut escrow = called(ctx, id, caller)?;
    let balance = amount_of(&escrow.balance)?;
    ensure(
        amount <= balance,
        Error::WithdrawalTooLarge(format!("{amount}, expected at most {balance}")),
    )?;
    let height = later(ctx.height(), keeper::params(ctx)?.withdrawal_delay_blocks);
    escrow.withdrawing = native(amount);
    escrow.withdrawal_height = height;
    state::ESCROWS.set(ctx, &id, &escrow);
    Ok(height)
}

/// Pays a withdrawal whose delay has passed: what was asked for, or what reports left of it.
pub fn complete_withdrawal(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    caller: &Address,
    id: u64,
) -> Result<u128> {
    let mut escrow = called(ctx, id, caller)?;
    let due = escrow.withdrawal_height;
    ensure(due > 0, Error::NoWithdrawal(format!("escrow {id}")))?;
    let early = Error::WithdrawalTooEarly(format!("height {}, expected {due}", ctx.height()));
    ensure(ctx.height() >= due, early)?;
    let balance = amount_of(&escrow.balance)?;
    let paid = balance.min(amount_of(&escrow.withdrawing)?);
    escrow.balance = native(balance.saturating_sub(paid));
    escrow.withdrawing = native(0);
    escrow.withdrawal_height = 0;
    state::ESCROWS.set(ctx, &id, &escrow);
    if paid > 0 {
        ports.send_from_module(ctx, NAME, caller, &native_coins(paid))?;
    }
    Ok(paid)
}

/// An escrow of this caller.
fn called(ctx: &Ctx<'_>, id: u64, caller: &Address) -> Result<pb::Escrow> {
    let escrow = escrow(ctx, id)?;
    ensure(
        escrow.caller == caller.to_string(),
        Error::NotTheCaller(format!("expected {}, got {caller}", escrow.caller)),
    )?;
    Ok(escrow)
}

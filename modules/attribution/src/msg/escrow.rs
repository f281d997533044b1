//! A caller funds an escrow, changes its session key, takes money out.

use whence_base::{Address, Ctx, Message, Result, ensure};
use whence_proto::whence::attribution::v1 as pb;

use super::{GAS_BASE, GAS_CREATE};
use crate::error::Error;
use crate::event;
use crate::keeper::{self, Funding, Target};
use crate::ports::Ports;
use crate::types::{check_session_key, native, positive_amount_of};

/// Opens an escrow for one provider, or adds to it.
pub struct FundEscrow(Funding);

impl Message for FundEscrow {
    type Proto = pb::MsgFundEscrow;
    type Response = pb::MsgFundEscrowResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let target = if m.escrow_id == 0 {
            check_session_key(&m.session_key)?;
            Target::New(m.session_key)
        } else {
            let none = m.session_key.is_empty();
            let message = "must be empty when an escrow is added to; rotate it instead";
            ensure(none, Error::BadSessionKey(message.into()))?;
            Target::Existing(m.escrow_id)
        };
        Ok(Self(Funding {
            caller: Address::parse(&m.caller)?,
            provider_id: m.provider_id,
            target,
            amount: positive_amount_of(&m.amount, "amount")?,
        }))
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.0.caller.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_CREATE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let escrow = keeper::fund_escrow(ctx, ports, &self.0)?;
        ctx.emit_typed(&event::escrow_funded(&escrow, self.0.amount))?;
        Ok(pb::MsgFundEscrowResponse { escrow_id: escrow.id })
    }
}

/// Changes the key that signs vouchers.
pub struct RotateSessionKey {
    caller: Address,
    escrow_id: u64,
    key: Vec<u8>,
}

impl Message for RotateSessionKey {
    type Proto = pb::MsgRotateSessionKey;
    type Response = pb::MsgRotateSessionKeyResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        check_session_key(&m.session_key)?;
        let caller = Address::parse(&m.caller)?;
        Ok(Self { caller, escrow_id: m.escrow_id, key: m.session_key })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.caller.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        keeper::rotate_session_key(ctx, &self.caller, self.escrow_id, &self.key)?;
        ctx.emit_typed(&event::session_key_rotated(self.escrow_id))?;
        Ok(pb::MsgRotateSessionKeyResponse {})
    }
}

/// Starts taking money out of an escrow.
pub struct RequestWithdrawal {
    caller: Address,
    escrow_id: u64,
    amount: u128,
}

impl Message for RequestWithdrawal {
    type Proto = pb::MsgRequestWithdrawal;
    type Response = pb::MsgRequestWithdrawalResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let amount = positive_amount_of(&m.amount, "amount")?;
        Ok(Self { caller: Address::parse(&m.caller)?, escrow_id: m.escrow_id, amount })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.caller.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let (id, amount) = (self.escrow_id, self.amount);
        let withdrawal_height = keeper::request_withdrawal(ctx, &self.caller, id, amount)?;
        ctx.emit_typed(&event::withdrawal_requested(id, amount, withdrawal_height))?;
        Ok(pb::MsgRequestWithdrawalResponse { withdrawal_height })
    }
}

/// Takes out what was requested and is still there.
pub struct CompleteWithdrawal {
    caller: Address,
    escrow_id: u64,
}

impl Message for CompleteWithdrawal {
    type Proto = pb::MsgCompleteWithdrawal;
    type Response = pb::MsgCompleteWithdrawalResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { caller: Address::parse(&m.caller)?, escrow_id: m.escrow_id })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.caller.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let paid = keeper::complete_withdrawal(ctx, ports, &self.caller, self.escrow_id)?;
        ctx.emit_typed(&event::withdrawal_completed(self.escrow_id, paid))?;
        Ok(pb::MsgCompleteWithdrawalResponse { paid: native(paid) })
    }
}

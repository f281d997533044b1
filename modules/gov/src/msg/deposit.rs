//! Somebody adds to a proposal's deposit.

use whence_base::{Address, Coins, Ctx, Error, Message, Result, ensure};
use whence_proto::cosmos::gov::v1 as pb;

use crate::event;
use crate::keeper::deposit;
use crate::ports::Ports;

/// Five keys, a transfer, and one when it goes back.
const GAS: u64 = 100_000;

pub(crate) struct Deposit {
    id: u64,
    depositor: Address,
    amount: Coins,
}

impl Message for Deposit {
    type Proto = pb::MsgDeposit;
    type Response = pb::MsgDepositResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        let (id, amount) = (pb.proposal_id, Coins::parse(&pb.amount)?);
        Ok(Self { id, depositor: Address::parse(&pb.depositor)?, amount })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.depositor.clone()]
    }

    fn validate(&self) -> Result<()> {
        ensure(!self.amount.is_empty(), Error::invalid_coins("deposit must not be empty"))
    }

    fn gas(&self) -> u64 {
        GAS
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let started = deposit::add(ctx, ports, (self.id, &self.depositor), &self.amount)?;
        ctx.emit(event::deposited(self.id, &self.depositor, &self.amount));
        if started {
            ctx.emit(event::voting_started("proposal_deposit", self.id));
        }
        Ok(pb::MsgDepositResponse {})
    }
}

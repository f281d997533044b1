//! A user sends coins to another.

use whence_base::{Address, Coins, Ctx, Error, Message, Result};
use whence_proto::cosmos::bank::v1beta1 as pb;

use crate::keeper::{self, Bank};
use crate::ports::Ports;
use crate::types::parse_coins;

/// Coins from one address to another.
pub struct Send {
    from: Address,
    to: Address,
    coins: Coins,
}

impl Message for Send {
    type Proto = pb::MsgSend;
    type Response = pb::MsgSendResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        Ok(Self {
            from: address("from", &pb.from_address)?,
            to: address("to", &pb.to_address)?,
            coins: parse_coins(&pb.amount)?,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.from.clone()]
    }

    fn gas(&self) -> u64 {
        super::gas(1, self.coins.iter().count())
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let bank = Bank(ports);
        keeper::require_send_enabled(ctx, &self.coins)?;
        bank.refuse_blocked(&self.to)?;
        bank.send(ctx, &self.from, &self.to, &self.coins)?;
        Ok(pb::MsgSendResponse {})
    }
}

fn address(which: &str, text: &str) -> Result<Address> {
    Address::parse(text)
        .map_err(|e| Error { message: format!("invalid {which} address: {e}"), ..e })
}

//! A user sends coins to several others.

use whence_base::{Address, Coins, Ctx, Error, Message, Result, ensure};
use whence_proto::cosmos::bank::v1beta1 as pb;

use crate::error::BankError;
use crate::keeper::{self, Bank, Output};
use crate::ports::Ports;
use crate::types::parse_coins;

/// Most outputs of a multi-send: what one message may cost a block.
pub const OUTPUTS_MAX: usize = 1_000;

/// Coins from one address to several; what it takes is what it gives.
pub struct MultiSend {
    from: Address,
    coins: Coins,
    outputs: Vec<Output>,
}

impl Message for MultiSend {
    type Proto = pb::MsgMultiSend;
    type Response = pb::MsgMultiSendResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        let input = match pb.inputs.as_slice() {
            [] => return Err(BankError::NoInputs.into()),
            [input] => input,
            several => return Err(BankError::MultipleSenders(several.len()).into()),
        };
        let count = pb.outputs.len();
        ensure(count > 0, BankError::NoOutputs)?;
        ensure(
            count <= OUTPUTS_MAX,
            Error::invalid_request(format!("{count} outputs, expected at most {OUTPUTS_MAX}")),
        )?;
        let output = |o: &pb::Output| -> Result<Output> {
            Ok(Output { to: Address::parse(&o.address)?, coins: parse_coins(&o.coins)? })
        };
        Ok(Self {
            from: Address::parse(&input.address)?,
            coins: parse_coins(&input.coins)?,
            outputs: pb.outputs.iter().map(output).collect::<Result<_>>()?,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.from.clone()]
    }

    fn validate(&self) -> Result<()> {
        let mut given = Coins::new();
        self.outputs.iter().try_for_each(|output| given.add_all(&output.coins))?;
        let (taken, same) = (self.coins.to_string(), given == self.coins);
        ensure(same, BankError::Mismatch { taken, given: given.to_string() })
    }

    fn gas(&self) -> u64 {
        let coins = self.outputs.iter().map(|o| o.coins.iter().count()).sum();
        super::gas(self.outputs.len(), coins)
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let bank = Bank(ports);
        keeper::require_send_enabled(ctx, &self.coins)?;
        self.outputs.iter().try_for_each(|output| bank.refuse_blocked(&output.to))?;
        bank.multi_send(ctx, &self.from, &self.outputs)?;
        Ok(pb::MsgMultiSendResponse {})
    }
}

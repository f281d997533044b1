//! Governance spends from the community pool and sets the tunables.

use whence_base::{Address, Coins, Ctx, Message, Result, authority, ensure};
use whence_proto::whence::reward::v1 as pb;

use super::GAS_BASE;
use crate::error::Error;
use crate::ports::Ports;
use crate::{event, keeper, params};

/// Pays from the community pool.
pub struct CommunityPoolSpend {
    authority: Address,
    recipient: Address,
    amount: Coins,
}

impl Message for CommunityPoolSpend {
    type Proto = pb::MsgCommunityPoolSpend;
    type Response = pb::MsgCommunityPoolSpendResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self {
            authority: Address::parse(&m.authority)?,
            recipient: Address::parse(&m.recipient)?,
            amount: Coins::parse(&m.amount)?,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.authority.clone()]
    }

    fn validate(&self) -> Result<()> {
        let none = whence_base::Error::invalid_coins("amount is missing");
        ensure(!self.amount.is_empty(), none)
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        require_authority(&self.authority)?;
        keeper::spend_community_pool(ctx, ports, &self.recipient, &self.amount)?;
        ctx.emit_typed(&event::community_pool_spent(&self.recipient, &self.amount))?;
        Ok(pb::MsgCommunityPoolSpendResponse {})
    }
}

/// Sets all parameters.
pub struct UpdateParams {
    authority: Address,
    params: pb::Params,
}

impl Message for UpdateParams {
    type Proto = pb::MsgUpdateParams;
    type Response = pb::MsgUpdateParamsResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let params = m.params.ok_or_else(|| Error::BadSplit("params are missing".into()))?;
        Ok(Self { authority: Address::parse(&m.authority)?, params })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.authority.clone()]
    }

    fn validate(&self) -> Result<()> {
        params::validate(&self.params)
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        require_authority(&self.authority)?;
        keeper::set_params(ctx, &self.params)?;
        ctx.emit_typed(&event::params_updated(&self.authority))?;
        Ok(pb::MsgUpdateParamsResponse {})
    }
}

fn require_authority(got: &Address) -> Result<()> {
    let expected = authority();
    let error = Error::NotAuthority(format!("expected {expected}, got {got}"));
    ensure(*got == expected, error)
}

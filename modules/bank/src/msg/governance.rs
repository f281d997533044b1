//! Governance sets the parameters, and which denominations can be sent.

use whence_base::{Address, Ctx, Error, Message, Result, authority, ensure};
use whence_proto::cosmos::bank::v1beta1 as pb;

use super::{ITEM_GAS, MOVE_GAS, wide};
use crate::keeper;
use crate::ports::Ports;
use crate::types;

/// New parameters.
pub struct UpdateParams {
    authority: Address,
    params: pb::Params,
}

impl Message for UpdateParams {
    type Proto = pb::MsgUpdateParams;
    type Response = pb::MsgUpdateParamsResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        let params = pb.params.ok_or_else(|| Error::invalid_request("params are missing"))?;
        types::validate_params(&params)?;
        Ok(Self { authority: Address::parse(&pb.authority)?, params })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.authority.clone()]
    }

    fn gas(&self) -> u64 {
        let entries = wide(types::split_params(self.params.clone()).0.len());
        MOVE_GAS.saturating_add(entries.saturating_mul(ITEM_GAS))
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        require_authority(&self.authority)?;
        keeper::set_params(ctx, self.params.clone());
        Ok(pb::MsgUpdateParamsResponse {})
    }
}

/// Entries of denominations that can, or cannot, be sent; others go back to the default.
pub struct SetSendEnabled {
    authority: Address,
    entries: Vec<pb::SendEnabled>,
    use_default_for: Vec<String>,
}

impl Message for SetSendEnabled {
    type Proto = pb::MsgSetSendEnabled;
    type Response = pb::MsgSetSendEnabledResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        types::validate_entries(&pb.send_enabled)?;
        let defaults: Vec<&str> = pb.use_default_for.iter().map(String::as_str).collect();
        types::validate_denoms(&defaults)?;
        Ok(Self {
            authority: Address::parse(&pb.authority)?,
            entries: pb.send_enabled,
            use_default_for: pb.use_default_for,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.authority.clone()]
    }

    fn gas(&self) -> u64 {
        let count = self.entries.len().saturating_add(self.use_default_for.len());
        MOVE_GAS.saturating_add(wide(count).saturating_mul(ITEM_GAS))
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        require_authority(&self.authority)?;
        for entry in &self.entries {
            keeper::set_send_enabled(ctx, &entry.denom, entry.enabled);
        }
        for denom in &self.use_default_for {
            keeper::clear_send_enabled(ctx, denom);
        }
        Ok(pb::MsgSetSendEnabledResponse {})
    }
}

fn require_authority(got: &Address) -> Result<()> {
    let expected = authority();
    ensure(
        *got == expected,
        Error::unauthorized(format!("invalid authority; expected {expected}, got {got}")),
    )
}

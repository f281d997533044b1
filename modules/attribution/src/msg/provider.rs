//! A provider bonds, changes its terms, gives notice.

use whence_base::{Address, Ctx, Message, Result, ensure};
use whence_proto::whence::attribution::v1 as pb;

use super::{GAS_BASE, GAS_CREATE};
use crate::error::Error;
use crate::event;
use crate::keeper::{self, Change, Registration};
use crate::ports::Ports;
use crate::types::{amount_of, check_endpoint, positive_amount_of, price};

/// Bonds a provider.
pub struct RegisterProvider(Registration);

impl Message for RegisterProvider {
    type Proto = pb::MsgRegisterProvider;
    type Response = pb::MsgRegisterProviderResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        check_endpoint(&m.endpoint)?;
        Ok(Self(Registration {
            operator: Address::parse(&m.operator)?,
            reporter: Address::parse(&m.reporter)?,
            endpoint: m.endpoint,
            price: parse_price(m.price)?,
            bond: positive_amount_of(&m.bond, "bond")?,
        }))
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.0.operator.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_CREATE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let provider = keeper::register_provider(ctx, ports, self.0.clone())?;
        ctx.emit_typed(&event::provider_registered(&provider, self.0.bond))?;
        Ok(pb::MsgRegisterProviderResponse { provider_id: provider.id })
    }
}

/// Changes endpoint, price or report key, or adds to the bond.
pub struct UpdateProvider(Change);

impl Message for UpdateProvider {
    type Proto = pb::MsgUpdateProvider;
    type Response = pb::MsgUpdateProviderResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let endpoint = (!m.endpoint.is_empty()).then_some(m.endpoint);
        endpoint.as_deref().map_or(Ok(()), check_endpoint)?;
        let reporter = (!m.reporter.is_empty()).then(|| Address::parse(&m.reporter));
        Ok(Self(Change {
            operator: Address::parse(&m.operator)?,
            provider_id: m.provider_id,
            reporter: reporter.transpose()?,
            endpoint,
            price: m.price.map(|p| parse_price(Some(p))).transpose()?,
            add_bond: if m.add_bond.is_some() { amount_of(&m.add_bond)? } else { 0 },
        }))
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.0.operator.clone()]
    }

    fn validate(&self) -> Result<()> {
        let c = &self.0;
        let changes = c.reporter.is_some() || c.endpoint.is_some() || c.price.is_some();
        let nothing = whence_base::Error::invalid_request("message changes nothing");
        ensure(changes || c.add_bond > 0, nothing)
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        keeper::update_provider(ctx, ports, &self.0)?;
        ctx.emit_typed(&event::provider_updated(self.0.provider_id))?;
        Ok(pb::MsgUpdateProviderResponse {})
    }
}

/// Gives notice.
pub struct UnbondProvider {
    operator: Address,
    provider_id: u64,
}

impl Message for UnbondProvider {
    type Proto = pb::MsgUnbondProvider;
    type Response = pb::MsgUnbondProviderResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { operator: Address::parse(&m.operator)?, provider_id: m.provider_id })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.operator.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let unbonding_height = keeper::unbond_provider(ctx, &self.operator, self.provider_id)?;
        ctx.emit_typed(&event::provider_unbonding(self.provider_id, unbonding_height))?;
        Ok(pb::MsgUnbondProviderResponse { unbonding_height })
    }
}

fn parse_price(asked: Option<pb::Price>) -> Result<pb::Price> {
    let asked = asked.ok_or_else(|| Error::BadPrice("it is missing".into()))?;
    price(&asked)?;
    Ok(asked)
}

//! Founding a datanet, its roles, its ownership.

use std::collections::BTreeSet;

use whence_base::{Address, Ctx, Message, Result, ensure};
use whence_proto::whence::datanet::v1 as pb;

use super::{GAS_BASE, GAS_ITEM, gas};
use crate::error::Error;
use crate::params::{CURATORS_MAX, ROLES_MAX};
use crate::ports::Ports;
use crate::types::{addresses, amount_of, check_licence, check_text};
use crate::{event, keeper, state};

/// Founds a community's dataset.
pub struct CreateDatanet {
    owner: Address,
    datanet: pb::Datanet,
}

impl Message for CreateDatanet {
    type Proto = pb::MsgCreateDatanet;
    type Response = pb::MsgCreateDatanetResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let admission = m.admission();
        let owner = Address::parse(&m.owner)?;
        let curators = addresses(&m.curators)?;
        let mut licences = m.licences;
        licences.sort();
        let datanet = pb::Datanet {
            owner: owner.to_string(),
            name: m.name,
            domain: m.domain,
            modality: m.modality,
            row_schema: m.row_schema,
            licences,
            admission: admission.into(),
            contribution_bond: m.contribution_bond,
            acceptance_threshold: m.acceptance_threshold,
            // Sorted as texts: what roles are checked against.
            curators: BTreeSet::from_iter(curators.iter().map(ToString::to_string))
                .into_iter()
                .collect(),
            ..pb::Datanet::default()
        };
        Ok(Self { owner, datanet })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.owner.clone()]
    }

    fn validate(&self) -> Result<()> {
        let d = &self.datanet;
        check_text("name", &d.name, 1, 128)?;
        check_text("domain", &d.domain, 1, 128)?;
        check_text("modality", &d.modality, 1, 64)?;
        check_text("row_schema", &d.row_schema, 1, 64)?;
        ensure(!d.licences.is_empty(), Error::BadLicence("expected at least one".into()))?;
        d.licences.iter().try_for_each(|l| check_licence(l))?;
        let twice = d.licences.windows(2).any(|pair| matches!(pair, [a, b] if a == b));
        ensure(!twice, Error::BadLicence("one is repeated".into()))?;
        let known = d.admission() != pb::Admission::Unspecified;
        ensure(known, Error::BadField("admission is missing".into()))?;
        amount_of(&d.contribution_bond)?;
        let threshold = d.acceptance_threshold;
        let why = format!("acceptance_threshold is {threshold}, expected 0 to 100");
        ensure(threshold <= 100, Error::BadField(why))?;
        let count = d.curators.len();
        let most = usize::try_from(CURATORS_MAX).unwrap_or(usize::MAX);
        let why = format!("{count}, expected 1 to {most}");
        ensure((1..=most).contains(&count), Error::BadCurators(why))
    }

    fn gas(&self) -> u64 {
        gas(self.datanet.curators.len(), GAS_ITEM)
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let d = self.datanet.clone();
        let datanet_id = keeper::datanet::create(ctx, ports, &self.owner, d)?;
        ctx.emit_typed(&event::created(datanet_id, &self.datanet))?;
        Ok(pb::MsgCreateDatanetResponse { datanet_id })
    }
}

/// Gives and takes roles.
pub struct UpdateRoles {
    owner: Address,
    datanet_id: u64,
    role: pb::Role,
    add: BTreeSet<Address>,
    remove: BTreeSet<Address>,
}

impl Message for UpdateRoles {
    type Proto = pb::MsgUpdateRoles;
    type Response = pb::MsgUpdateRolesResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self {
            owner: Address::parse(&m.owner)?,
            datanet_id: m.datanet_id,
            role: m.role(),
            add: addresses(&m.add)?,
            remove: addresses(&m.remove)?,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.owner.clone()]
    }

    fn validate(&self) -> Result<()> {
        let known = self.role != pb::Role::Unspecified;
        ensure(known, Error::BadField("role is missing".into()))?;
        let count = self.add.len().saturating_add(self.remove.len());
        let why = format!("{count} accounts, expected 1 to {ROLES_MAX}");
        ensure((1..=ROLES_MAX).contains(&count), Error::BadField(why))?;
        let both = self.add.intersection(&self.remove).next().is_some();
        ensure(!both, Error::BadField("an account is both added and removed".into()))
    }

    fn gas(&self) -> u64 {
        gas(self.add.len().saturating_add(self.remove.len()), GAS_ITEM)
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let d = keeper::datanet::owned(ctx, self.datanet_id, &self.owner)?;
        let change = (&self.add, &self.remove);
        if self.role == pb::Role::Curator {
            keeper::datanet::set_curators(ctx, d, change)?;
        } else {
            keeper::datanet::set_contributors(ctx, self.datanet_id, change);
        }
        let counts = (self.add.len(), self.remove.len());
        ctx.emit_typed(&event::roles_updated(self.datanet_id, self.role, counts))?;
        Ok(pb::MsgUpdateRolesResponse {})
    }
}

/// Names the next owner, who must accept; nobody calls a waiting transfer off.
pub struct TransferOwnership {
    owner: Address,
    datanet_id: u64,
    new_owner: Option<Address>,
}

impl Message for TransferOwnership {
    type Proto = pb::MsgTransferOwnership;
    type Response = pb::MsgTransferOwnershipResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let named = (!m.new_owner.is_empty()).then(|| Address::parse(&m.new_owner));
        let new_owner = named.transpose()?;
        Ok(Self { owner: Address::parse(&m.owner)?, datanet_id: m.datanet_id, new_owner })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.owner.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let mut d = keeper::datanet::owned(ctx, self.datanet_id, &self.owner)?;
        d.pending_owner = self.new_owner.as_ref().map(ToString::to_string).unwrap_or_default();
        state::DATANETS.set(ctx, &d.id, &d);
        ctx.emit_typed(&event::ownership_offered(d.id, &d.pending_owner))?;
        Ok(pb::MsgTransferOwnershipResponse {})
    }
}

/// Ends a transfer.
pub struct AcceptOwnership {
    new_owner: Address,
    datanet_id: u64,
}

impl Message for AcceptOwnership {
    type Proto = pb::MsgAcceptOwnership;
    type Response = pb::MsgAcceptOwnershipResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { new_owner: Address::parse(&m.new_owner)?, datanet_id: m.datanet_id })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.new_owner.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        keeper::datanet::accept(ctx, self.datanet_id, &self.new_owner)?;
        ctx.emit_typed(&event::ownership_accepted(self.datanet_id, &self.new_owner))?;
        Ok(pb::MsgAcceptOwnershipResponse {})
    }
}

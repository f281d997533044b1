//! Datanets: founding, roles, ownership in two steps.

use std::collections::BTreeSet;

use whence_base::{Address, Ctx, Result, StateRead, ensure};
use whence_proto::whence::datanet::v1 as pb;

use crate::error::Error;
use crate::keeper::{money, params};
use crate::ports::Ports;
use crate::state;
use crate::types::amount_of;

/// A datanet that must be there.
pub(crate) fn get(state: &(impl StateRead + ?Sized), id: u64) -> Result<pb::Datanet> {
    let found = state::DATANETS.get(state, &id)?;
    found.ok_or_else(|| Error::UnknownDatanet(format!("{id}")).into())
}

/// A datanet that must be the signer's.
pub(crate) fn owned(ctx: &Ctx<'_>, id: u64, signer: &Address) -> Result<pb::Datanet> {
    let d = get(ctx, id)?;
    let why = Error::NotTheOwner(format!("datanet {id} is owned by {}", d.owner));
    ensure(d.owner == signer.to_string(), why)?;
    Ok(d)
}

/// Founds a datanet; the fee is burned.
pub(crate) fn create(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    owner: &Address,
    mut d: pb::Datanet,
) -> Result<u64> {
    let p = params(ctx)?;
    let (bond, least) = (amount_of(&d.contribution_bond)?, amount_of(&p.min_contribution_bond)?);
    ensure(bond >= least, Error::BondTooSmall(format!("{bond}, expected at least {least}")))?;
    require_curators(d.curators.len(), &p)?;
    let mut fee = money::take(ctx, ports, owner, amount_of(&p.creation_fee)?)?;
    money::burn(ctx, ports, &mut fee)?;
    d.id = state::DATANET_IDS.next(ctx)?;
    d.created_height = ctx.height();
    state::DATANETS.set(ctx, &d.id, &d);
    Ok(d.id)
}

fn require_curators(count: usize, p: &pb::Params) -> Result<()> {
    let most = usize::try_from(p.max_curators).unwrap_or(usize::MAX);
    let why = format!("{count}, expected 1 to {most}");
    ensure((1..=most).contains(&count), Error::BadCurators(why))
}

/// Gives and takes the curator's role.
pub(crate) fn set_curators(
    ctx: &mut Ctx<'_>,
    mut d: pb::Datanet,
    change: (&BTreeSet<Address>, &BTreeSet<Address>),
) -> Result<()> {
    let mut set: BTreeSet<String> = d.curators.into_iter().collect();
    for gone in change.1 {
        let was = set.remove(&gone.to_string());
        ensure(was, Error::BadCurators(format!("{gone} is no curator")))?;
    }
    set.extend(change.0.iter().map(ToString::to_string));
    d.curators = set.into_iter().collect();
    require_curators(d.curators.len(), &params(ctx)?)?;
    state::DATANETS.set(ctx, &d.id, &d);
    Ok(())
}

/// Gives and takes the contributor's role.
pub(crate) fn set_contributors(
    ctx: &mut Ctx<'_>,
    datanet_id: u64,
    change: (&BTreeSet<Address>, &BTreeSet<Address>),
) {
    for gone in change.1 {
        state::CONTRIBUTORS.remove(ctx, &(datanet_id, gone.clone()));
    }
    for new in change.0 {
        state::CONTRIBUTORS.insert(ctx, &(datanet_id, new.clone()));
    }
}

/// Refuses an author whom a permissioned datanet does not admit.
pub(crate) fn require_admitted(ctx: &Ctx<'_>, d: &pb::Datanet, author: &Address) -> Result<()> {
    let open = d.admission() == pb::Admission::Open;
    let admitted = open || state::CONTRIBUTORS.has(ctx, &(d.id, author.clone()));
    ensure(admitted, Error::NotAContributor(format!("{author} in datanet {}", d.id)))
}

/// Refuses an account that is not a curator.
pub(crate) fn require_curator(d: &pb::Datanet, account: &Address) -> Result<()> {
    let curator = d.curators.contains(&account.to_string());
    ensure(curator, Error::NotACurator(format!("{account} in datanet {}", d.id)))
}

/// Ends a transfer.
pub(crate) fn accept(ctx: &mut Ctx<'_>, id: u64, signer: &Address) -> Result<()> {
    let mut d = get(ctx, id)?;
    let offered = !d.pending_owner.is_empty() && d.pending_owner == signer.to_string();
    ensure(offered, Error::NoTransfer(format!("datanet {id}")))?;
    d.owner = std::mem::take(&mut d.pending_owner);
    state::DATANETS.set(ctx, &id, &d);
    Ok(())
}

//! The rules, by noun; here is what other trades may ask.

pub(crate) mod contribution;
pub(crate) mod datanet;
pub(crate) mod dispute;
pub(crate) mod duplicate;
pub(crate) mod money;
pub(crate) mod review;
pub(crate) mod rows;
pub(crate) mod version;

use whence_base::{Address, Error as BaseError, Result, StateRead, StateWrite};
use whence_proto::whence::datanet::v1 as pb;

use crate::{params, state};

/// Whether a row earns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is accepted and alive.
    Earning {
        /// Who is paid for it.
        payee: Address,
        /// Who gave it.
        author: Address,
        /// The datanet that it is in.
        datanet_id: u64,
        /// The first version that holds its contribution; 0 when none does.
        first_version: u64,
    },
    /// A duplicate of an earlier row.
    Revoked,
    /// Taken out by its author or by a ruling.
    Withdrawn,
    /// No such row, or never accepted.
    Unknown,
}

/// Accepted rows of a datanet, as evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Alive accepted rows.
    pub rows: u64,
    /// Who gave them, at most as many as asked for, in the order of addresses.
    pub givers: Vec<Address>,
}

/// The tunables.
pub fn params(state: &(impl StateRead + ?Sized)) -> Result<pb::Params> {
    state::PARAMS.get(state)?.ok_or_else(|| BaseError::broken("datanet params are set at genesis"))
}

pub(crate) fn set_params(s: &mut (impl StateWrite + ?Sized), new: &pb::Params) -> Result<()> {
    params::validate(new)?;
    state::PARAMS.set(s, new);
    Ok(())
}

/// A datanet, if there is one.
pub fn datanet(state: &(impl StateRead + ?Sized), id: u64) -> Result<Option<pb::Datanet>> {
    state::DATANETS.get(state, &id)
}

/// The owner of a datanet; `None` when there is no such datanet.
pub fn owner(state: &(impl StateRead + ?Sized), datanet_id: u64) -> Result<Option<Address>> {
    datanet(state, datanet_id)?.map(|d| Address::parse(&d.owner)).transpose()
}

/// Whether an account is a curator of a datanet.
pub fn is_curator(
    state: &(impl StateRead + ?Sized),
    datanet_id: u64,
    account: &Address,
) -> Result<bool> {
    let found = datanet(state, datanet_id)?;
    Ok(found.is_some_and(|d| d.curators.contains(&account.to_string())))
}

/// A published version: its manifest root, its entries, the licences that occur in it.
pub fn version(
    state: &(impl StateRead + ?Sized),
    datanet_id: u64,
    number: u64,
) -> Result<Option<pb::Version>> {
    state::VERSIONS.get(state, &(datanet_id, number))
}

/// Alive accepted rows of a datanet, and up to `limit` who gave them.
pub fn accepted(
    state: &(impl StateRead + ?Sized),
    datanet_id: u64,
    limit: usize,
) -> Result<Accepted> {
    let rows = datanet(state, datanet_id)?.map_or(0, |d| d.accepted_rows);
    let givers = state::GIVERS.iter_prefix(state, &datanet_id).take(limit);
    let givers = givers.map(|entry| entry.map(|((_, giver), _)| giver)).collect::<Result<_>>()?;
    Ok(Accepted { rows, givers })
}

/// A contribution, if there is one.
pub fn contribution(
    state: &(impl StateRead + ?Sized),
    id: u64,
) -> Result<Option<pb::Contribution>> {
    state::CONTRIBUTIONS.get(state, &id)
}

/// Who is paid for a contribution: its payout address, or its author.
pub fn payee(c: &pb::Contribution) -> Result<Address> {
    let payout = c.manifest.as_ref().map_or("", |m| m.payout_address.as_str());
    Address::parse(if payout.is_empty() { &c.author } else { payout })
}

/// Whether a row earns, and for whom.
pub fn standing(
    state: &(impl StateRead + ?Sized),
    contribution_id: u64,
    row: u64,
) -> Result<Standing> {
    let Some(c) = contribution(state, contribution_id)? else { return Ok(Standing::Unknown) };
    if row >= rows::count(&c) {
        return Ok(Standing::Unknown);
    }
    if let Some(dead) = state::DEAD_ROWS.get(state, &(contribution_id, row))? {
        let revoked = dead.state() == pb::RowState::Revoked;
        return Ok(if revoked { Standing::Revoked } else { Standing::Withdrawn });
    }
    Ok(match c.status() {
        pb::ContributionStatus::Accepted => Standing::Earning {
            payee: payee(&c)?,
            author: Address::parse(&c.author)?,
            datanet_id: c.datanet_id,
            first_version: c.first_version,
        },
        pb::ContributionStatus::Withdrawn => Standing::Withdrawn,
        _ => Standing::Unknown,
    })
}

/// Numbers of the published versions that hold a contribution, the first `limit` ones.
pub fn versions_of(
    state: &(impl StateRead + ?Sized),
    c: &pb::Contribution,
    limit: usize,
) -> Result<Vec<u64>> {
    let mut found = Vec::new();
    let latest = datanet(state, c.datanet_id)?.map_or(0, |d| d.latest_version);
    let first = c.first_version.max(1);
    if c.first_version == 0 {
        return Ok(found);
    }
    for number in (first..=latest).take(limit) {
        let entries = version(state, c.datanet_id, number)?.unwrap_or_default().entries;
        if entries.iter().any(|e| e.contribution_id == c.id) {
            found.push(number);
        }
    }
    Ok(found)
}

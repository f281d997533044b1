//! Rows that are alive, and how they die: revoked, withdrawn, ruled out.

use whence_base::{Address, Ctx, Result, ensure};
use whence_proto::whence::datanet::v1 as pb;

use crate::error::Error;
use crate::keeper::{contribution, datanet};
use crate::state;
use crate::types::rows_of;

/// Rows of a contribution, dead ones included.
pub(crate) fn count(c: &pb::Contribution) -> u64 {
    c.manifest.as_ref().map_or(0, |m| m.row_count)
}

/// Rows that no longer earn.
pub(crate) fn dead(c: &pb::Contribution) -> u64 {
    c.revoked_rows.saturating_add(c.withdrawn_rows)
}

/// Rows that are neither revoked nor withdrawn.
pub(crate) fn alive(c: &pb::Contribution) -> u64 {
    count(c).saturating_sub(dead(c))
}

/// Adds alive accepted rows to the datanet's and the giver's counts.
pub(crate) fn add_accepted(ctx: &mut Ctx<'_>, c: &pb::Contribution, rows: u64) -> Result<()> {
    let overflow = || whence_base::Error::overflow("accepted rows");
    let mut d = datanet::get(ctx, c.datanet_id)?;
    d.accepted_rows = d.accepted_rows.checked_add(rows).ok_or_else(overflow)?;
    state::DATANETS.set(ctx, &d.id, &d);
    let key = (c.datanet_id, Address::parse(&c.author)?);
    let given = state::GIVERS.get(ctx, &key)?.unwrap_or(0);
    set_given(ctx, &key, given.checked_add(rows).ok_or_else(overflow)?);
    Ok(())
}

fn sub_accepted(ctx: &mut Ctx<'_>, c: &pb::Contribution, rows: u64) -> Result<()> {
    let broken = || whence_base::Error::broken("dead rows were counted as accepted");
    let mut d = datanet::get(ctx, c.datanet_id)?;
    d.accepted_rows = d.accepted_rows.checked_sub(rows).ok_or_else(broken)?;
    state::DATANETS.set(ctx, &d.id, &d);
    let key = (c.datanet_id, Address::parse(&c.author)?);
    let given = state::GIVERS.get(ctx, &key)?.unwrap_or(0);
    set_given(ctx, &key, given.checked_sub(rows).ok_or_else(broken)?);
    Ok(())
}

fn set_given(ctx: &mut Ctx<'_>, key: &(u64, Address), rows: u64) {
    if rows == 0 {
        state::GIVERS.remove(ctx, key);
    } else {
        state::GIVERS.set(ctx, key, &rows);
    }
}

/// Refuses a row that is not there or is dead.
pub(crate) fn require_alive(ctx: &Ctx<'_>, c: &pb::Contribution, row: u64) -> Result<()> {
    let place = || format!("row {row} of contribution {}", c.id);
    ensure(row < count(c), Error::UnknownRow(format!("{}, it has {}", place(), count(c))))?;
    let dead = state::DEAD_ROWS.has(ctx, &(c.id, row));
    let whole = c.status() == pb::ContributionStatus::Withdrawn;
    ensure(!dead && !whole, Error::RowDead(place()))
}

/// Lets one row die that is alive; the caller stores the contribution.
pub(crate) fn kill(
    ctx: &mut Ctx<'_>,
    c: &mut pb::Contribution,
    mut death: pb::DeadRow,
) -> Result<()> {
    require_alive(ctx, c, death.row)?;
    death.contribution_id = c.id;
    death.height = ctx.height();
    state::DEAD_ROWS.set(ctx, &(c.id, death.row), &death);
    if death.state() == pb::RowState::Revoked {
        c.revoked_rows = c.revoked_rows.saturating_add(1);
    } else {
        c.withdrawn_rows = c.withdrawn_rows.saturating_add(1);
    }
    if c.status() == pb::ContributionStatus::Accepted {
        sub_accepted(ctx, c, 1)?;
    }
    Ok(())
}

/// Takes rows out of an accepted contribution, or all of it when no range is named.
pub(crate) fn take_out(
    ctx: &mut Ctx<'_>,
    id: u64,
    ranges: &[pb::RowRange],
    why: pb::RowState,
) -> Result<u64> {
    let mut c = contribution::accepted(ctx, id)?;
    if ranges.is_empty() {
        let rows = alive(&c);
        sub_accepted(ctx, &c, rows)?;
        c.withdrawn_rows = c.withdrawn_rows.saturating_add(rows);
        c.set_status(pb::ContributionStatus::Withdrawn);
        state::ACCEPTED.remove(ctx, &(c.datanet_id, c.id));
        state::CONTRIBUTIONS.set(ctx, &id, &c);
        return Ok(rows);
    }
    let before = c.withdrawn_rows;
    for row in rows_of(ranges) {
        let death = pb::DeadRow { row, state: why.into(), ..pb::DeadRow::default() };
        kill(ctx, &mut c, death)?;
    }
    state::CONTRIBUTIONS.set(ctx, &id, &c);
    Ok(c.withdrawn_rows.saturating_sub(before))
}

/// Takes out what is alive among the rows that a ruling names.
pub(crate) fn rule_out(ctx: &mut Ctx<'_>, dispute: &pb::Dispute) -> Result<()> {
    let mut c = contribution::get(ctx, dispute.contribution_id)?;
    if c.status() != pb::ContributionStatus::Accepted {
        return Ok(());
    }
    if dispute.rows.is_empty() {
        return take_out(ctx, c.id, &[], pb::RowState::RuledOut).map(|_| ());
    }
    for row in rows_of(&dispute.rows) {
        if require_alive(ctx, &c, row).is_ok() {
            let state = pb::RowState::RuledOut.into();
            kill(ctx, &mut c, pb::DeadRow { row, state, ..pb::DeadRow::default() })?;
        }
    }
    state::CONTRIBUTIONS.set(ctx, &c.id, &c);
    Ok(())
}

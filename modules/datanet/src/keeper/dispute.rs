//! Disputes: bonded, with evidence that counts once, ruled by most curators or by governance.

use whence_base::{Address, Ctx, Result, authority, ensure};
use whence_proto::whence::datanet::v1 as pb;

use crate::error::Error;
use crate::keeper::{contribution, datanet, money, params, rows};
use crate::ports::Ports;
use crate::state;
use crate::types::{amount_of, hash};

/// Opens a dispute about an accepted contribution.
pub(crate) fn open(ctx: &mut Ctx<'_>, ports: &dyn Ports, mut d: pb::Dispute) -> Result<u64> {
    let c = contribution::accepted(ctx, d.contribution_id)?;
    let end = d.rows.last().map_or(0, |r| r.first.saturating_add(r.count));
    let why = format!("row {} of contribution {}", end.saturating_sub(1), c.id);
    ensure(end <= rows::count(&c), Error::UnknownRow(why))?;
    let evidence = hash("evidence_hash", &d.evidence_hash)?;
    let fresh = !state::EVIDENCE.has(ctx, &evidence);
    ensure(fresh, Error::EvidenceUsed("each hash counts once".into()))?;
    let p = params(ctx)?;
    let opener = Address::parse(&d.opener)?;
    d.bond = money::take(ctx, ports, &opener, amount_of(&p.dispute_bond)?)?;
    d.id = state::DISPUTE_IDS.next(ctx)?;
    d.opened_height = ctx.height();
    d.deadline_height = ctx.height().saturating_add(p.dispute_window_blocks);
    state::EVIDENCE.insert(ctx, &evidence);
    state::DISPUTES.set(ctx, &d.id, &d);
    state::DISPUTES_DUE.insert(ctx, &(d.deadline_height, d.id));
    state::OPEN_DISPUTES.insert(ctx, &(c.id, d.id));
    contribution::queue_bond(ctx, &c)?;
    Ok(d.id)
}

/// A dispute that must be open.
fn open_dispute(ctx: &Ctx<'_>, id: u64) -> Result<pb::Dispute> {
    let found = state::DISPUTES.get(ctx, &id)?;
    let d = found.ok_or_else(|| Error::UnknownDispute(format!("{id}")))?;
    let undecided = d.ruling() == pb::Ruling::Unspecified;
    ensure(undecided, Error::DisputeClosed(format!("{id}: {}", d.ruling().as_str_name())))?;
    Ok(d)
}

/// A curator's vote, or governance's ruling; answers how the dispute stands then.
pub(crate) fn rule(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    ruler: &Address,
    (id, ruling): (u64, pb::Ruling),
) -> Result<pb::Ruling> {
    let mut d = open_dispute(ctx, id)?;
    let name = ruler.to_string();
    let by_authority = *ruler == authority();
    let c = contribution::get(ctx, d.contribution_id)?;
    let net = datanet::get(ctx, c.datanet_id)?;
    if !by_authority {
        datanet::require_curator(&net, ruler)?;
        ensure(c.author != name, Error::OwnContribution(format!("contribution {}", c.id)))?;
        let voted = d.votes.iter().any(|v| v.curator == name);
        ensure(!voted, Error::AlreadyJudged(format!("{name} on dispute {id}")))?;
        let why = format!("height {} was the last to vote", d.deadline_height);
        ensure(ctx.height() <= d.deadline_height, Error::DeadlinePassed(why))?;
    }
    d.votes.push(pb::DisputeVote { curator: name, ruling: ruling.into() });
    // Votes of those who are no curators any more do not count.
    let may = |name: &String| net.curators.contains(name) && *name != c.author;
    let all = net.curators.iter().filter(|name| may(name)).count();
    let agree = d.votes.iter().filter(|v| v.ruling() == ruling && may(&v.curator)).count();
    if by_authority || agree.saturating_mul(2) > all {
        close(ctx, ports, d, ruling)?;
        return Ok(ruling);
    }
    state::DISPUTES.set(ctx, &id, &d);
    Ok(pb::Ruling::Unspecified)
}

/// Ends a dispute. Upheld: the rows go, the opener's bond goes back, and when the whole
/// contribution goes, its bond is burned. Rejected: the opener's bond is burned. Expired: the
/// opener's bond goes back.
pub(crate) fn close(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    mut d: pb::Dispute,
    ruling: pb::Ruling,
) -> Result<()> {
    let opener = d.opener.clone();
    if ruling == pb::Ruling::Rejected {
        money::burn(ctx, ports, &mut d.bond)?;
    } else {
        money::give(ctx, ports, &opener, &mut d.bond)?;
    }
    if ruling == pb::Ruling::Upheld {
        rows::rule_out(ctx, &d)?;
    }
    d.set_ruling(ruling);
    state::DISPUTES.set(ctx, &d.id, &d);
    state::DISPUTES_DUE.remove(ctx, &(d.deadline_height, d.id));
    state::OPEN_DISPUTES.remove(ctx, &(d.contribution_id, d.id));
    let mut c = contribution::get(ctx, d.contribution_id)?;
    if ruling == pb::Ruling::Upheld && d.rows.is_empty() {
        money::burn(ctx, ports, &mut c.bond)?;
        state::CONTRIBUTIONS.set(ctx, &c.id, &c);
    }
    contribution::queue_bond(ctx, &c)?;
    ctx.emit_typed(&crate::event::dispute_ruled(&d))
}

/// Ends a dispute that nobody decided in time.
pub(crate) fn expire(ctx: &mut Ctx<'_>, ports: &dyn Ports, id: u64) -> Result<()> {
    let d = open_dispute(ctx, id)?;
    close(ctx, ports, d, pb::Ruling::Expired)
}

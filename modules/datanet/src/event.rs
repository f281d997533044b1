//! One event per message, and one per thing that a deadline decides.

use whence_base::{Address, Event};
use whence_proto::whence::datanet::v1 as pb;

use crate::types::native_coins;

fn event(name: &str) -> Event {
    Event::new(format!("whence.datanet.v1.Event{name}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn coin(amount: u128) -> String {
    if amount == 0 { "0uwhn".to_owned() } else { native_coins(amount).to_string() }
}

pub(crate) fn created(id: u64, d: &pb::Datanet) -> Event {
    event("DatanetCreated").attr("datanet_id", id).attr("owner", &d.owner).attr("name", &d.name)
}

pub(crate) fn roles_updated(id: u64, role: pb::Role, change: (usize, usize)) -> Event {
    event("RolesUpdated")
        .attr("datanet_id", id)
        .attr("role", role.as_str_name())
        .attr("added", change.0)
        .attr("removed", change.1)
}

pub(crate) fn ownership_offered(id: u64, new_owner: &str) -> Event {
    event("OwnershipOffered").attr("datanet_id", id).attr("new_owner", new_owner)
}

pub(crate) fn ownership_accepted(id: u64, owner: &Address) -> Event {
    event("OwnershipAccepted").attr("datanet_id", id).attr("owner", owner)
}

pub(crate) fn committed(c: &pb::Commit) -> Event {
    event("ContributionCommitted")
        .attr("commit_id", c.id)
        .attr("datanet_id", c.datanet_id)
        .attr("author", &c.author)
        .attr("commit_hash", hex(&c.commit_hash))
        .attr("reveal_deadline_height", c.reveal_deadline_height)
}

pub(crate) fn commit_expired(id: u64, lost: u128) -> Event {
    event("CommitExpired").attr("commit_id", id).attr("deposit", coin(lost))
}

pub(crate) fn revealed(c: &pb::Contribution) -> Event {
    let m = c.manifest.clone().unwrap_or_default();
    event("ContributionRevealed")
        .attr("contribution_id", c.id)
        .attr("commit_id", c.commit_id)
        .attr("datanet_id", c.datanet_id)
        .attr("author", &c.author)
        .attr("row_root", hex(&m.row_root))
        .attr("row_count", m.row_count)
}

pub(crate) fn review_committed(id: u64, curator: &Address) -> Event {
    event("ReviewCommitted").attr("contribution_id", id).attr("curator", curator)
}

pub(crate) fn review_revealed(r: &pb::MsgRevealReview) -> Event {
    event("ReviewRevealed")
        .attr("contribution_id", r.contribution_id)
        .attr("curator", &r.curator)
        .attr("quality", r.quality)
        .attr("verdict", r.verdict().as_str_name())
}

pub(crate) fn decided(c: &pb::Contribution) -> Event {
    event("ContributionDecided")
        .attr("contribution_id", c.id)
        .attr("status", c.status().as_str_name())
        .attr("quality", c.quality)
        .attr("reason", &c.reason)
}

pub(crate) fn duplicate_committed(id: u64, finder: &Address) -> Event {
    event("DuplicateCommitted").attr("commit_id", id).attr("finder", finder)
}

pub(crate) fn duplicate_proven(
    finder: &Address,
    rows: (&pb::RowProof, &pb::RowProof),
    (slashed, reward): (u128, u128),
) -> Event {
    event("DuplicateProven")
        .attr("finder", finder)
        .attr("original_contribution_id", rows.0.contribution_id)
        .attr("original_row", rows.0.row)
        .attr("duplicate_contribution_id", rows.1.contribution_id)
        .attr("duplicate_row", rows.1.row)
        .attr("slashed", coin(slashed))
        .attr("reward", coin(reward))
}

pub(crate) fn published(v: &pb::Version) -> Event {
    event("VersionPublished")
        .attr("datanet_id", v.datanet_id)
        .attr("version", v.number)
        .attr("manifest_root", hex(&v.manifest_root))
        .attr("row_count", v.row_count)
}

pub(crate) fn withdrawn(id: u64, rows: u64, reason: &str) -> Event {
    event("RowsWithdrawn").attr("contribution_id", id).attr("rows", rows).attr("reason", reason)
}

pub(crate) fn dispute_opened(id: u64, d: &pb::Dispute) -> Event {
    event("DisputeOpened")
        .attr("dispute_id", id)
        .attr("contribution_id", d.contribution_id)
        .attr("opener", &d.opener)
        .attr("tag", d.tag().as_str_name())
}

pub(crate) fn dispute_voted(id: u64, ruler: &Address, ruling: pb::Ruling) -> Event {
    let event = event("DisputeVoted").attr("dispute_id", id).attr("ruler", ruler);
    event.attr("ruling", ruling.as_str_name())
}

pub(crate) fn dispute_ruled(d: &pb::Dispute) -> Event {
    event("DisputeRuled").attr("dispute_id", d.id).attr("ruling", d.ruling().as_str_name())
}

pub(crate) fn params_updated(authority: &Address) -> Event {
    event("ParamsUpdated").attr("authority", authority)
}

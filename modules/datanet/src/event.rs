//! One event per message, and one per thing that a deadline decides; amounts are coin texts, hashes
//! lower-case hex.

use whence_base::{Address, Coin, NATIVE_DENOM};
use whence_proto::whence::datanet::v1 as pb;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn coin(amount: u128) -> String {
    Coin::new(NATIVE_DENOM, amount).to_string()
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

pub(crate) fn created(datanet_id: u64, d: &pb::Datanet) -> pb::EventDatanetCreated {
    pb::EventDatanetCreated { datanet_id, owner: d.owner.clone(), name: d.name.clone() }
}

pub(crate) fn roles_updated(
    datanet_id: u64,
    role: pb::Role,
    (added, removed): (usize, usize),
) -> pb::EventRolesUpdated {
    let (added, removed) = (count(added), count(removed));
    pb::EventRolesUpdated { datanet_id, role: role.into(), added, removed }
}

pub(crate) fn ownership_offered(datanet_id: u64, new_owner: &str) -> pb::EventOwnershipOffered {
    pb::EventOwnershipOffered { datanet_id, new_owner: new_owner.to_owned() }
}

pub(crate) fn ownership_accepted(datanet_id: u64, owner: &Address) -> pb::EventOwnershipAccepted {
    pb::EventOwnershipAccepted { datanet_id, owner: owner.to_string() }
}

pub(crate) fn committed(c: &pb::Commit) -> pb::EventContributionCommitted {
    pb::EventContributionCommitted {
        commit_id: c.id,
        datanet_id: c.datanet_id,
        author: c.author.clone(),
        commit_hash: hex(&c.commit_hash),
        reveal_deadline_height: c.reveal_deadline_height,
    }
}

pub(crate) fn commit_expired(commit_id: u64, lost: u128) -> pb::EventCommitExpired {
    pb::EventCommitExpired { commit_id, deposit: coin(lost) }
}

pub(crate) fn revealed(c: &pb::Contribution) -> pb::EventContributionRevealed {
    let m = c.manifest.clone().unwrap_or_default();
    pb::EventContributionRevealed {
        contribution_id: c.id,
        commit_id: c.commit_id,
        datanet_id: c.datanet_id,
        author: c.author.clone(),
        row_root: hex(&m.row_root),
        row_count: m.row_count,
    }
}

pub(crate) fn review_committed(
    contribution_id: u64,
    curator: &Address,
) -> pb::EventReviewCommitted {
    pb::EventReviewCommitted { contribution_id, curator: curator.to_string() }
}

pub(crate) fn review_revealed(r: &pb::MsgRevealReview) -> pb::EventReviewRevealed {
    pb::EventReviewRevealed {
        contribution_id: r.contribution_id,
        curator: r.curator.clone(),
        quality: r.quality,
        verdict: r.verdict,
    }
}

pub(crate) fn decided(c: &pb::Contribution) -> pb::EventContributionDecided {
    pb::EventContributionDecided {
        contribution_id: c.id,
        status: c.status,
        quality: c.quality,
        reason: c.reason.clone(),
    }
}

pub(crate) fn duplicate_committed(commit_id: u64, finder: &Address) -> pb::EventDuplicateCommitted {
    pb::EventDuplicateCommitted { commit_id, finder: finder.to_string() }
}

pub(crate) fn duplicate_proven(
    finder: &Address,
    (original, duplicate): (&pb::RowProof, &pb::RowProof),
    (slashed, reward): (u128, u128),
) -> pb::EventDuplicateProven {
    pb::EventDuplicateProven {
        finder: finder.to_string(),
        original_contribution_id: original.contribution_id,
        original_row: original.row,
        duplicate_contribution_id: duplicate.contribution_id,
        duplicate_row: duplicate.row,
        slashed: coin(slashed),
        reward: coin(reward),
    }
}

pub(crate) fn published(v: &pb::Version) -> pb::EventVersionPublished {
    pb::EventVersionPublished {
        datanet_id: v.datanet_id,
        version: v.number,
        manifest_root: hex(&v.manifest_root),
        row_count: v.row_count,
    }
}

pub(crate) fn withdrawn(contribution_id: u64, rows: u64, reason: &str) -> pb::EventRowsWithdrawn {
    pb::EventRowsWithdrawn { contribution_id, rows, reason: reason.to_owned() }
}

pub(crate) fn dispute_opened(dispute_id: u64, d: &pb::Dispute) -> pb::EventDisputeOpened {
    pb::EventDisputeOpened {
        dispute_id,
        contribution_id: d.contribution_id,
        opener: d.opener.clone(),
        tag: d.tag,
    }
}

pub(crate) fn dispute_voted(
    dispute_id: u64,
    ruler: &Address,
    ruling: pb::Ruling,
) -> pb::EventDisputeVoted {
    pb::EventDisputeVoted { dispute_id, ruler: ruler.to_string(), ruling: ruling.into() }
}

pub(crate) fn dispute_ruled(d: &pb::Dispute) -> pb::EventDisputeRuled {
    pb::EventDisputeRuled { dispute_id: d.id, ruling: d.ruling }
}

pub(crate) fn params_updated(authority: &Address) -> pb::EventParamsUpdated {
    pb::EventParamsUpdated { authority: authority.to_string() }
}

//! Import, export, check: importing what was exported gives the same state, queues included.

use std::collections::{BTreeMap, BTreeSet};

use whence_base::{Address, Ctx, QueryCtx, Result, ensure};
use whence_proto::whence::datanet::v1 as pb;

use crate::error::Error;
use crate::keeper::{contribution, rows};
use crate::types::{amount_of, check_manifest, check_ranges, hash};
use crate::{keeper, params, state};

/// Genesis of a new chain.
pub(crate) fn default() -> pb::GenesisState {
    pb::GenesisState {
        params: Some(params::default()),
        next_datanet_id: 1,
        next_commit_id: 1,
        next_contribution_id: 1,
        next_duplicate_commit_id: 1,
        next_dispute_id: 1,
        ..pb::GenesisState::default()
    }
}

/// Checks a genesis without writing.
pub(crate) fn validate(g: &pb::GenesisState) -> Result<()> {
    params::validate(g.params.as_ref().ok_or_else(|| bad("params are missing"))?)?;
    let datanets = check_datanets(g)?;
    let mut commits = BTreeMap::new();
    for c in &g.commits {
        require_next(&commits, c.id, g.next_commit_id, "commit")?;
        commits.insert(c.id, ());
        require(datanets.contains_key(&c.datanet_id), "a commit's datanet")?;
        Address::parse(&c.author)?;
        hash("commit_hash", &c.commit_hash)?;
        amount_of(&c.deposit)?;
        require(c.status() != pb::CommitStatus::Unspecified, "a commit's status")?;
    }
    let counts = check_contributions(g, &datanets, &commits)?;
    check_judgements(g, &counts)?;
    let mut seen = BTreeSet::new();
    for v in &g.versions {
        let last = datanets.get(&v.datanet_id).copied().unwrap_or(0);
        let in_order = seen.insert((v.datanet_id, v.number)) && (1..=last).contains(&v.number);
        ensure(in_order, bad(&format!("version {} of {}", v.number, v.datanet_id)))?;
        hash("manifest_root", &v.manifest_root)?;
    }
    let versions: u64 = datanets.values().fold(0, |sum, last| sum.saturating_add(*last));
    require(u64::try_from(seen.len()).ok() == Some(versions), "a version of a datanet")
}

/// Last version by datanet.
fn check_datanets(g: &pb::GenesisState) -> Result<BTreeMap<u64, u64>> {
    let mut ids = BTreeMap::new();
    for d in &g.datanets {
        require_next(&ids, d.id, g.next_datanet_id, "datanet")?;
        ids.insert(d.id, d.latest_version);
        Address::parse(&d.owner)?;
        if !d.pending_owner.is_empty() {
            Address::parse(&d.pending_owner)?;
        }
        d.curators.iter().try_for_each(|c| Address::parse(c).map(|_| ()))?;
        require(d.admission() != pb::Admission::Unspecified, "a datanet's admission")?;
        amount_of(&d.contribution_bond)?;
    }
    for c in &g.contributors {
        require(ids.contains_key(&c.datanet_id), "a contributor's datanet")?;
        Address::parse(&c.address)?;
    }
    Ok(ids)
}

/// Row count by contribution.
fn check_contributions(
    g: &pb::GenesisState,
    datanets: &BTreeMap<u64, u64>,
    commits: &BTreeMap<u64, ()>,
) -> Result<BTreeMap<u64, u64>> {
    let mut counts = BTreeMap::new();
    for c in &g.contributions {
        require_next(&counts, c.id, g.next_contribution_id, "contribution")?;
        require(datanets.contains_key(&c.datanet_id), "a contribution's datanet")?;
        require(commits.contains_key(&c.commit_id), "a contribution's commit")?;
        Address::parse(&c.author)?;
        check_manifest(c.manifest.as_ref().ok_or_else(|| bad("a manifest is missing"))?)?;
        amount_of(&c.bond)?;
        let known = c.status() != pb::ContributionStatus::Unspecified;
        require(known && rows::dead(c) <= rows::count(c), "a contribution's status or rows")?;
        counts.insert(c.id, rows::count(c));
    }
    Ok(counts)
}

fn check_judgements(g: &pb::GenesisState, counts: &BTreeMap<u64, u64>) -> Result<()> {
    for r in &g.reviews {
        require(counts.contains_key(&r.contribution_id), "a review's contribution")?;
        Address::parse(&r.curator)?;
        amount_of(&r.bond)?;
    }
    let mut finds = BTreeMap::new();
    for c in &g.duplicate_commits {
        require_next(&finds, c.id, g.next_duplicate_commit_id, "duplicate commit")?;
        finds.insert(c.id, ());
        Address::parse(&c.finder)?;
        amount_of(&c.bond)?;
    }
    for r in &g.dead_rows {
        let count = counts.get(&r.contribution_id).copied().unwrap_or(0);
        require(r.row < count, "a dead row's contribution")?;
    }
    let mut disputes = BTreeMap::new();
    for d in &g.disputes {
        require_next(&disputes, d.id, g.next_dispute_id, "dispute")?;
        disputes.insert(d.id, ());
        require(counts.contains_key(&d.contribution_id), "a dispute's contribution")?;
        Address::parse(&d.opener)?;
        hash("evidence_hash", &d.evidence_hash)?;
        amount_of(&d.bond)?;
        check_ranges(&d.rows)?;
    }
    Ok(())
}

fn require(holds: bool, what: &str) -> Result<()> {
    ensure(holds, bad(&format!("{what} is missing or malformed")))
}

fn require_next<T>(ids: &BTreeMap<u64, T>, id: u64, next: u64, what: &str) -> Result<()> {
    let fits = id > 0 && id < next && ids.last_key_value().is_none_or(|(last, _)| *last < id);
    ensure(fits, bad(&format!("{what} id {id} is out of order or not below {next}")))
}

/// Writes a genesis that was checked.
pub(crate) fn init(ctx: &mut Ctx<'_>, g: &pb::GenesisState) -> Result<()> {
    validate(g)?;
    if let Some(params) = &g.params {
        keeper::set_params(ctx, params)?;
    }
    state::DATANET_IDS.set(ctx, g.next_datanet_id.saturating_sub(1));
    state::COMMIT_IDS.set(ctx, g.next_commit_id.saturating_sub(1));
    state::CONTRIBUTION_IDS.set(ctx, g.next_contribution_id.saturating_sub(1));
    state::DUPLICATE_IDS.set(ctx, g.next_duplicate_commit_id.saturating_sub(1));
    state::DISPUTE_IDS.set(ctx, g.next_dispute_id.saturating_sub(1));
    g.datanets.iter().for_each(|d| state::DATANETS.set(ctx, &d.id, d));
    for c in &g.contributors {
        state::CONTRIBUTORS.insert(ctx, &(c.datanet_id, Address::parse(&c.address)?));
    }
    for c in &g.commits {
        state::COMMITS.set(ctx, &c.id, c);
        if c.status() == pb::CommitStatus::Open {
            state::COMMITS_DUE.insert(ctx, &(c.reveal_deadline_height, c.id));
        }
    }
    for r in &g.reviews {
        state::REVIEWS.set(ctx, &(r.contribution_id, Address::parse(&r.curator)?), r);
    }
    for c in &g.duplicate_commits {
        state::DUPLICATES.set(ctx, &c.id, c);
        if c.status() == pb::CommitStatus::Open {
            state::DUPLICATES_DUE.insert(ctx, &(c.deadline_height, c.id));
        }
    }
    g.dead_rows.iter().for_each(|r| state::DEAD_ROWS.set(ctx, &(r.contribution_id, r.row), r));
    g.versions.iter().for_each(|v| state::VERSIONS.set(ctx, &(v.datanet_id, v.number), v));
    init_disputes(ctx, g)?;
    g.contributions.iter().try_for_each(|c| init_contribution(ctx, c))
}

fn init_disputes(ctx: &mut Ctx<'_>, g: &pb::GenesisState) -> Result<()> {
    for d in &g.disputes {
        state::DISPUTES.set(ctx, &d.id, d);
        state::EVIDENCE.insert(ctx, &hash("evidence_hash", &d.evidence_hash)?);
        if d.ruling() == pb::Ruling::Unspecified {
            state::DISPUTES_DUE.insert(ctx, &(d.deadline_height, d.id));
            state::OPEN_DISPUTES.insert(ctx, &(d.contribution_id, d.id));
        }
    }
    Ok(())
}

/// A contribution and what is kept to find it; disputes must be there already.
fn init_contribution(ctx: &mut Ctx<'_>, c: &pb::Contribution) -> Result<()> {
    state::CONTRIBUTIONS.set(ctx, &c.id, c);
    state::BY_DATANET.insert(ctx, &(c.datanet_id, c.id));
    let author = Address::parse(&c.author)?;
    state::BY_AUTHOR.insert(ctx, &(author.clone(), c.id));
    match c.status() {
        pb::ContributionStatus::UnderReview => {
            state::REVIEWS_DUE.insert(ctx, &(c.review_reveal_deadline_height, c.id));
        }
        pb::ContributionStatus::Accepted => {
            state::ACCEPTED.insert(ctx, &(c.datanet_id, c.id));
            let key = (c.datanet_id, author);
            let given = state::GIVERS.get(ctx, &key)?.unwrap_or(0);
            let given = given.saturating_add(rows::alive(c));
            if given > 0 {
                state::GIVERS.set(ctx, &key, &given);
            }
        }
        _ => {}
    }
    contribution::queue_bond(ctx, c)
}

/// The state as a genesis.
pub(crate) fn export(ctx: &QueryCtx<'_>) -> Result<pb::GenesisState> {
    let next = |last: u64| last.saturating_add(1);
    let contributor = |key: Result<(u64, Address)>| {
        key.map(|(datanet_id, who)| pb::Contributor { datanet_id, address: who.to_string() })
    };
    Ok(pb::GenesisState {
        params: Some(keeper::params(ctx)?),
        next_datanet_id: next(state::DATANET_IDS.last(ctx)?),
        next_commit_id: next(state::COMMIT_IDS.last(ctx)?),
        next_contribution_id: next(state::CONTRIBUTION_IDS.last(ctx)?),
        next_duplicate_commit_id: next(state::DUPLICATE_IDS.last(ctx)?),
        next_dispute_id: next(state::DISPUTE_IDS.last(ctx)?),
        datanets: values(state::DATANETS.iter(ctx))?,
        contributors: state::CONTRIBUTORS
            .iter_prefix(ctx, &())
            .map(contributor)
            .collect::<Result<_>>()?,
        commits: values(state::COMMITS.iter(ctx))?,
        contributions: values(state::CONTRIBUTIONS.iter(ctx))?,
        reviews: values(state::REVIEWS.iter(ctx))?,
        duplicate_commits: values(state::DUPLICATES.iter(ctx))?,
        dead_rows: values(state::DEAD_ROWS.iter(ctx))?,
        versions: values(state::VERSIONS.iter(ctx))?,
        disputes: values(state::DISPUTES.iter(ctx))?,
    })
}

fn values<K, V>(entries: impl Iterator<Item = Result<(K, V)>>) -> Result<Vec<V>> {
    entries.map(|entry| entry.map(|(_, value)| value)).collect()
}

fn bad(what: &str) -> whence_base::Error {
    Error::BadGenesis(what.to_owned()).into()
}

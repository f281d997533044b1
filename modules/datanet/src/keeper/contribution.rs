//! Contributions: committed first, shown later, bonded until they are decided and a dispute window
//! has passed.

use whence_base::{Address, Ctx, Result, StateRead, ensure};
use whence_canon::commit::Opening;
use whence_proto::whence::datanet::v1 as pb;

use crate::error::Error;
use crate::keeper::{datanet, money, params};
use crate::ports::Ports;
use crate::state;
use crate::types::{amount_of, canonical_batch};

/// A contribution that must be there.
pub(crate) fn get(state: &(impl StateRead + ?Sized), id: u64) -> Result<pb::Contribution> {
    let found = state::CONTRIBUTIONS.get(state, &id)?;
    found.ok_or_else(|| Error::UnknownContribution(format!("{id}")).into())
}

/// A contribution that must be accepted.
pub(crate) fn accepted(ctx: &Ctx<'_>, id: u64) -> Result<pb::Contribution> {
    let c = get(ctx, id)?;
    let status = c.status();
    let good = status == pb::ContributionStatus::Accepted;
    ensure(good, Error::NotAccepted(format!("{id} is {}", status.as_str_name())))?;
    Ok(c)
}

/// Takes a priority for a batch that stays hidden.
pub(crate) fn commit(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    author: &Address,
    (datanet_id, commit_hash): (u64, [u8; 32]),
) -> Result<pb::Commit> {
    let d = datanet::get(ctx, datanet_id)?;
    datanet::require_admitted(ctx, &d, author)?;
    let p = params(ctx)?;
    let commit = pb::Commit {
        id: state::COMMIT_IDS.next(ctx)?,
        datanet_id,
        author: author.to_string(),
        commit_hash: commit_hash.to_vec(),
        deposit: money::take(ctx, ports, author, amount_of(&p.commit_deposit)?)?,
        height: ctx.height(),
        reveal_deadline_height: ctx.height().saturating_add(p.reveal_window_blocks),
        status: pb::CommitStatus::Open.into(),
    };
    state::COMMITS.set(ctx, &commit.id, &commit);
    state::COMMITS_DUE.insert(ctx, &(commit.reveal_deadline_height, commit.id));
    Ok(commit)
}

/// An open commit of the signer's, before its deadline.
fn open_commit(ctx: &Ctx<'_>, id: u64, author: &Address) -> Result<pb::Commit> {
    let found = state::COMMITS.get(ctx, &id)?;
    let c = found.ok_or_else(|| Error::UnknownCommit(format!("{id}")))?;
    let owned = c.author == author.to_string();
    ensure(owned, Error::NotTheAuthor(format!("commit {id} is {}'s", c.author)))?;
    let fresh = c.status() != pb::CommitStatus::Revealed;
    ensure(fresh, Error::AlreadyRevealed(format!("commit {id}")))?;
    let in_time = c.status() == pb::CommitStatus::Open && ctx.height() <= c.reveal_deadline_height;
    let last = c.reveal_deadline_height;
    ensure(in_time, Error::DeadlinePassed(format!("height {last} was the last to reveal")))?;
    Ok(c)
}

/// Shows the batch that was committed to.
pub(crate) fn reveal(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    author: &Address,
    (commit_id, m, salt): (u64, &pb::BatchManifest, &[u8; 32]),
) -> Result<pb::Contribution> {
    let mut commit = open_commit(ctx, commit_id, author)?;
    let opening = Opening { chain_id: ctx.chain_id(), author: &commit.author, salt };
    let shown = opening.commit(&canonical_batch(commit.datanet_id, m));
    let why = || Error::CommitMismatch(format!("commit {commit_id}"));
    ensure(shown.as_slice() == commit.commit_hash, why())?;
    let (p, d) = (params(ctx)?, datanet::get(ctx, commit.datanet_id)?);
    datanet::require_admitted(ctx, &d, author)?;
    let why = format!("{}, datanet {} takes {}", m.licence, d.id, d.licences.join(", "));
    ensure(d.licences.contains(&m.licence), Error::BadLicence(why))?;
    let why = format!("{}, expected at most {}", m.row_count, p.max_rows_per_batch);
    ensure(m.row_count <= p.max_rows_per_batch, Error::TooManyRows(why))?;

    money::give(ctx, ports, &commit.author, &mut commit.deposit)?;
    commit.set_status(pb::CommitStatus::Revealed);
    state::COMMITS.set(ctx, &commit_id, &commit);
    state::COMMITS_DUE.remove(ctx, &(commit.reveal_deadline_height, commit_id));
    let bond = money::take(ctx, ports, author, amount_of(&d.contribution_bond)?)?;
    let review_commit = ctx.height().saturating_add(p.review_commit_window_blocks);
    let review_reveal = review_commit.saturating_add(p.review_reveal_window_blocks);
    let c = pb::Contribution {
        id: state::CONTRIBUTION_IDS.next(ctx)?,
        datanet_id: d.id,
        commit_id,
        author: commit.author.clone(),
        manifest: Some(m.clone()),
        bond,
        commit_height: commit.height,
        revealed_height: ctx.height(),
        review_commit_deadline_height: review_commit,
        review_reveal_deadline_height: review_reveal,
        status: pb::ContributionStatus::UnderReview.into(),
        ..pb::Contribution::default()
    };
    state::CONTRIBUTIONS.set(ctx, &c.id, &c);
    state::BY_DATANET.insert(ctx, &(d.id, c.id));
    state::BY_AUTHOR.insert(ctx, &(author.clone(), c.id));
    state::REVIEWS_DUE.insert(ctx, &(review_reveal, c.id));
    Ok(c)
}

/// Ends a commit that nobody revealed: the deposit is burned.
pub(crate) fn expire(ctx: &mut Ctx<'_>, ports: &dyn Ports, id: u64) -> Result<(pb::Commit, u128)> {
    let found = state::COMMITS.get(ctx, &id)?;
    let mut commit = found.ok_or_else(|| Error::UnknownCommit(format!("{id}")))?;
    let lost = money::burn(ctx, ports, &mut commit.deposit)?;
    commit.set_status(pb::CommitStatus::Expired);
    state::COMMITS.set(ctx, &id, &commit);
    Ok((commit, lost))
}

/// Gives the bond back whose dispute window has passed.
pub(crate) fn release_bond(ctx: &mut Ctx<'_>, ports: &dyn Ports, id: u64) -> Result<()> {
    let mut c = get(ctx, id)?;
    let author = c.author.clone();
    money::give(ctx, ports, &author, &mut c.bond)?;
    state::CONTRIBUTIONS.set(ctx, &id, &c);
    Ok(())
}

/// Whether the bond is waiting for nothing but time; keeps its queue in step.
pub(crate) fn queue_bond(ctx: &mut Ctx<'_>, c: &pb::Contribution) -> Result<()> {
    let key = (c.decided_height, c.id);
    let open = state::OPEN_DISPUTES.iter_prefix(ctx, &c.id).next().is_some();
    let decided = c.decided_height > 0;
    if decided && !open && amount_of(&c.bond)? > 0 {
        state::BONDS_DUE.insert(ctx, &key);
    } else {
        state::BONDS_DUE.remove(ctx, &key);
    }
    Ok(())
}

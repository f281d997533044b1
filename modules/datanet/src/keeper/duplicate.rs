//! Duplicates: found in secret, shown by two paths to the same row, the later row revoked.

use whence_base::{Address, Ctx, Result, ensure};
use whence_canon::commit::{Duplicate, Opening};
use whence_canon::merkle;
use whence_proto::whence::datanet::v1 as pb;

use crate::error::Error;
use crate::keeper::{contribution, money, params, rows};
use crate::ports::Ports;
use crate::state;
use crate::types::{amount_of, hash, native};

const WHOLE_PPB: u128 = 1_000_000_000;

/// What a finder shows.
pub(crate) struct Proof {
    pub(crate) commit_id: u64,
    pub(crate) row_hash: [u8; 32],
    pub(crate) original: pb::RowProof,
    pub(crate) duplicate: pb::RowProof,
    pub(crate) salt: [u8; 32],
}

/// What a proof did: what was slashed, and what of it the finder got.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) slashed: u128,
    pub(crate) reward: u128,
}

/// Takes the priority of a find.
pub(crate) fn commit(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    finder: &Address,
    commit_hash: [u8; 32],
) -> Result<u64> {
    let p = params(ctx)?;
    let commit = pb::DuplicateCommit {
        id: state::DUPLICATE_IDS.next(ctx)?,
        finder: finder.to_string(),
        commit_hash: commit_hash.to_vec(),
        bond: money::take(ctx, ports, finder, amount_of(&p.duplicate_bond)?)?,
        height: ctx.height(),
        deadline_height: ctx.height().saturating_add(p.duplicate_window_blocks),
        status: pb::CommitStatus::Open.into(),
    };
    state::DUPLICATES.set(ctx, &commit.id, &commit);
    state::DUPLICATES_DUE.insert(ctx, &(commit.deadline_height, commit.id));
    Ok(commit.id)
}

fn open_commit(ctx: &Ctx<'_>, id: u64, finder: &Address) -> Result<pb::DuplicateCommit> {
    let found = state::DUPLICATES.get(ctx, &id)?;
    let c = found.ok_or_else(|| Error::UnknownCommit(format!("{id}")))?;
    let owned = c.finder == finder.to_string();
    ensure(owned, Error::NotTheAuthor(format!("commit {id} is {}'s", c.finder)))?;
    let fresh = c.status() != pb::CommitStatus::Revealed;
    ensure(fresh, Error::AlreadyRevealed(format!("commit {id}")))?;
    let in_time = c.status() == pb::CommitStatus::Open && ctx.height() <= c.deadline_height;
    let why = format!("height {} was the last to prove", c.deadline_height);
    ensure(in_time, Error::DeadlinePassed(why))?;
    let why = format!("a find is shown after height {}, that of its commit", c.height);
    ensure(ctx.height() > c.height, Error::TooEarly(why))?;
    Ok(c)
}

/// Shows the find and revokes the later row.
pub(crate) fn prove(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    finder: &Address,
    proof: &Proof,
) -> Result<Outcome> {
    let mut commit = open_commit(ctx, proof.commit_id, finder)?;
    let (first, second) = (&proof.original, &proof.duplicate);
    let shown = Duplicate {
        original: (first.contribution_id, first.row),
        duplicate: (second.contribution_id, second.row),
        row_hash: &proof.row_hash,
    };
    let opening = Opening { chain_id: ctx.chain_id(), author: &commit.finder, salt: &proof.salt };
    let same = opening.commit(&shown).as_slice() == commit.commit_hash;
    ensure(same, Error::CommitMismatch(format!("commit {}", proof.commit_id)))?;

    let original = contribution::get(ctx, first.contribution_id)?;
    let mut duplicate = contribution::get(ctx, second.contribution_id)?;
    require_path(&original, first, &proof.row_hash)?;
    require_path(&duplicate, second, &proof.row_hash)?;
    let (a, b) = ((original.commit_id, first.row), (duplicate.commit_id, second.row));
    let why = format!("original is at (commit, row) {a:?}, duplicate at {b:?}");
    ensure(a < b, Error::WrongOrder(why))?;

    let death = pb::DeadRow {
        row: second.row,
        state: pb::RowState::Revoked.into(),
        original_contribution_id: first.contribution_id,
        original_row: first.row,
        ..pb::DeadRow::default()
    };
    rows::kill(ctx, &mut duplicate, death)?;
    money::give(ctx, ports, &finder.to_string(), &mut commit.bond)?;
    commit.set_status(pb::CommitStatus::Revealed);
    state::DUPLICATES.set(ctx, &commit.id, &commit);
    state::DUPLICATES_DUE.remove(ctx, &(commit.deadline_height, commit.id));
    let outcome = slash(ctx, ports, finder, &mut duplicate)?;
    state::CONTRIBUTIONS.set(ctx, &duplicate.id, &duplicate);
    contribution::queue_bond(ctx, &duplicate)?;
    Ok(outcome)
}

fn require_path(c: &pb::Contribution, at: &pb::RowProof, row_hash: &[u8; 32]) -> Result<()> {
    let why = || Error::BadProof(format!("row {} of contribution {}", at.row, c.id));
    let root = c.manifest.as_ref().map_or(&[][..], |m| &m.row_root);
    let root = hash("row_root", root)?;
    let path = at.path.iter().map(|h| hash("path element", h)).collect::<Result<Vec<_>>>()?;
    ensure(merkle::verify(&root, (at.row, rows::count(c)), row_hash, &path), why())
}

/// Slashes the bond when the share of duplicates is above the ratio. Nobody is paid for finding
/// their own duplicates: then all of it is burned.
fn slash(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    finder: &Address,
    c: &mut pb::Contribution,
) -> Result<Outcome> {
    let p = params(ctx)?;
    let revoked = u128::from(c.revoked_rows).saturating_mul(WHOLE_PPB);
    let allowed =
        u128::from(p.duplicate_slash_ratio_ppb).saturating_mul(u128::from(rows::count(c)));
    let bond = amount_of(&c.bond)?;
    if bond == 0 || revoked <= allowed {
        return Ok(Outcome::default());
    }
    let own = [Address::parse(&c.author)?, super::payee(c)?].contains(finder);
    let share = if own { 0 } else { u128::from(p.duplicate_prover_share_ppb) };
    let reward = bond.checked_mul(share).map_or(0, |x| x / WHOLE_PPB);
    let mut to_finder = native(reward);
    money::give(ctx, ports, &finder.to_string(), &mut to_finder)?;
    c.bond = native(bond.saturating_sub(reward));
    money::burn(ctx, ports, &mut c.bond)?;
    c.slashed = true;
    Ok(Outcome { slashed: bond, reward })
}

/// Ends a find that was never shown: its bond is burned.
pub(crate) fn expire(ctx: &mut Ctx<'_>, ports: &dyn Ports, id: u64) -> Result<()> {
    let found = state::DUPLICATES.get(ctx, &id)?;
    let mut commit = found.ok_or_else(|| Error::UnknownCommit(format!("{id}")))?;
    money::burn(ctx, ports, &mut commit.bond)?;
    commit.set_status(pb::CommitStatus::Expired);
    state::DUPLICATES.set(ctx, &id, &commit);
    Ok(())
}

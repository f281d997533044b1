//! Reviews: committed, then shown, then weighed; the contribution is decided as soon as every
//! curator has spoken, or at the deadline.

use whence_base::{Address, Ctx, Result, ensure};
use whence_canon::commit::{Opening, Review as Shown};
use whence_proto::whence::datanet::v1 as pb;

use crate::error::Error;
use crate::keeper::{contribution, datanet, money, params, rows};
use crate::params::CURATORS_MAX;
use crate::ports::Ports;
use crate::state;
use crate::types::amount_of;

/// A contribution under review and its datanet.
fn under_review(ctx: &Ctx<'_>, id: u64) -> Result<(pb::Contribution, pb::Datanet)> {
    let c = contribution::get(ctx, id)?;
    let status = c.status();
    let open = status == pb::ContributionStatus::UnderReview;
    ensure(open, Error::NotUnderReview(format!("{id} is {}", status.as_str_name())))?;
    let d = datanet::get(ctx, c.datanet_id)?;
    Ok((c, d))
}

/// Takes part in a review without showing the score.
pub(crate) fn commit(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    curator: &Address,
    (id, commit_hash): (u64, [u8; 32]),
) -> Result<()> {
    let (c, d) = under_review(ctx, id)?;
    datanet::require_curator(&d, curator)?;
    let name = curator.to_string();
    ensure(c.author != name, Error::OwnContribution(format!("contribution {id}")))?;
    let last = c.review_commit_deadline_height;
    let why = format!("height {last} was the last to commit a review");
    ensure(ctx.height() <= last, Error::DeadlinePassed(why))?;
    let key = (id, curator.clone());
    ensure(!state::REVIEWS.has(ctx, &key), Error::AlreadyJudged(format!("{name} on {id}")))?;
    let count = all(ctx, id)?.len();
    let most = usize::try_from(CURATORS_MAX).unwrap_or(usize::MAX);
    ensure(count < most, Error::BadCurators(format!("{count} have reviewed, most is {most}")))?;
    let amount = amount_of(&params(ctx)?.review_bond)?;
    let review = pb::Review {
        contribution_id: id,
        curator: name,
        commit_hash: commit_hash.to_vec(),
        bond: money::take(ctx, ports, curator, amount)?,
        commit_height: ctx.height(),
        ..pb::Review::default()
    };
    state::REVIEWS.set(ctx, &key, &review);
    Ok(())
}

fn all(ctx: &Ctx<'_>, id: u64) -> Result<Vec<pb::Review>> {
    state::REVIEWS.iter_prefix(ctx, &id).map(|entry| entry.map(|(_, r)| r)).collect()
}

/// Whether nobody can commit a review any more: the window is over, or everybody has.
fn committing_is_over(ctx: &Ctx<'_>, c: &pb::Contribution, d: &pb::Datanet) -> bool {
    let mut may = d.curators.iter().filter(|name| **name != c.author);
    let has =
        |name: &String| Address::parse(name).is_ok_and(|a| state::REVIEWS.has(ctx, &(c.id, a)));
    ctx.height() > c.review_commit_deadline_height || may.all(has)
}

/// Shows a score; decides when it was the last one that can come.
pub(crate) fn reveal(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    curator: &Address,
    shown: (&Shown<'_>, &[u8; 32]),
) -> Result<()> {
    let (what, salt) = shown;
    let id = what.subject_id;
    let (c, d) = under_review(ctx, id)?;
    let key = (id, curator.clone());
    let found = state::REVIEWS.get(ctx, &key)?;
    let mut review = found.ok_or_else(|| Error::UnknownReview(format!("{curator} on {id}")))?;
    ensure(!review.revealed, Error::AlreadyRevealed(format!("review of {id}")))?;
    let last = c.review_reveal_deadline_height;
    let why = format!("height {last} was the last to show a review");
    ensure(ctx.height() <= last, Error::DeadlinePassed(why))?;
    let over = committing_is_over(ctx, &c, &d);
    let from = c.review_commit_deadline_height;
    let why = format!("reviews are shown after height {from}, or when every curator has committed");
    ensure(over, Error::TooEarly(why))?;
    let opening = Opening { chain_id: ctx.chain_id(), author: &review.curator, salt };
    let same = opening.commit(what).as_slice() == review.commit_hash;
    ensure(same, Error::CommitMismatch(format!("review of {id}")))?;

    review.revealed = true;
    review.quality = what.quality;
    review.verdict = i32::try_from(what.verdict).unwrap_or(0);
    review.reason = what.reason.to_owned();
    state::REVIEWS.set(ctx, &key, &review);
    if all(ctx, id)?.iter().all(|r| r.revealed) {
        state::REVIEWS_DUE.remove(ctx, &(c.review_reveal_deadline_height, id));
        decide(ctx, ports, id)?;
    }
    Ok(())
}

/// The smallest quality at or below which half of the weight lies; zero of none.
fn weighted_median(mut scores: Vec<(u32, u128)>) -> u32 {
    scores.sort_unstable();
    let total = scores.iter().fold(0_u128, |sum, (_, w)| sum.saturating_add(*w));
    let mut below = 0_u128;
    for (quality, weight) in scores {
        below = below.saturating_add(weight);
        if below.saturating_mul(2) >= total {
            return quality;
        }
    }
    0
}

/// How shown reviews, weighed by their bonds, decide.
fn outcome(shown: &[pb::Review], threshold: u32) -> Result<(pb::ContributionStatus, u32, String)> {
    let (mut scores, mut total, mut spam, mut refuse) = (Vec::new(), 0_u128, 0_u128, 0_u128);
    for r in shown {
        let weight = amount_of(&r.bond)?;
        scores.push((r.quality, weight));
        total = total.saturating_add(weight);
        match r.verdict() {
            pb::Verdict::Spam => spam = spam.saturating_add(weight),
            pb::Verdict::Refuse => refuse = refuse.saturating_add(weight),
            _ => {}
        }
    }
    let quality = weighted_median(scores);
    let most = |part: u128| part.saturating_mul(2) > total;
    let given = |v: pb::Verdict| {
        let by = shown.iter().find(|r| r.verdict() == v && !r.reason.is_empty());
        by.map(|r| r.reason.clone())
    };
    Ok(if most(spam) {
        let reason = given(pb::Verdict::Spam).unwrap_or_else(|| "most curators found spam".into());
        (pb::ContributionStatus::Spam, quality, reason)
    } else if most(spam.saturating_add(refuse)) {
        let reason = given(pb::Verdict::Refuse).unwrap_or_else(|| "most curators refused".into());
        (pb::ContributionStatus::Refused, quality, reason)
    } else if quality < threshold {
        let reason = format!("median quality {quality} is below the threshold {threshold}");
        (pb::ContributionStatus::Refused, quality, reason)
    } else {
        (pb::ContributionStatus::Accepted, quality, String::new())
    })
}

/// Decides a contribution by the reviews that were shown; those not shown lose their bond.
pub(crate) fn decide(ctx: &mut Ctx<'_>, ports: &dyn Ports, id: u64) -> Result<()> {
    let (mut c, d) = under_review(ctx, id)?;
    let reviews = all(ctx, id)?;
    let shown: Vec<pb::Review> = reviews.iter().filter(|r| r.revealed).cloned().collect();
    let quorum = usize::try_from(params(ctx)?.review_quorum).unwrap_or(usize::MAX);
    let (status, quality, reason) = if shown.len() < quorum {
        let why = format!("{} of {quorum} reviews were shown in time", shown.len());
        (pb::ContributionStatus::Unreviewed, 0, why)
    } else {
        outcome(&shown, d.acceptance_threshold)?
    };
    settle_reviews(ctx, ports, reviews)?;
    c.set_status(status);
    (c.quality, c.reason, c.decided_height) = (quality, reason, ctx.height());
    let author = c.author.clone();
    match status {
        pb::ContributionStatus::Accepted => {
            let alive = rows::alive(&c);
            rows::add_accepted(ctx, &c, alive)?;
            state::ACCEPTED.insert(ctx, &(c.datanet_id, id));
        }
        pb::ContributionStatus::Spam => drop(money::burn(ctx, ports, &mut c.bond)?),
        _ => drop(money::give(ctx, ports, &author, &mut c.bond)?),
    }
    state::CONTRIBUTIONS.set(ctx, &id, &c);
    contribution::queue_bond(ctx, &c)?;
    ctx.emit_typed(&crate::event::decided(&c))
}

fn settle_reviews(ctx: &mut Ctx<'_>, ports: &dyn Ports, reviews: Vec<pb::Review>) -> Result<()> {
    for mut r in reviews {
        let curator = r.curator.clone();
        if r.revealed {
            money::give(ctx, ports, &curator, &mut r.bond)?;
        } else {
            money::burn(ctx, ports, &mut r.bond)?;
        }
        state::REVIEWS.set(ctx, &(r.contribution_id, Address::parse(&curator)?), &r);
    }
    Ok(())
}

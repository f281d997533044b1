//! The rules: who may propose, what moves a model on, when it ends, where the stake goes.

use whence_base::{Address, Coin, Coins, Ctx, Result, StateRead, ensure};
use whence_proto::whence::proposal::v1::{ModelProposal, ModelSpec, Params, Stage, StageEvidence};

use crate::error::{Error, NAME};
use crate::ports::Ports;
use crate::{event, params, state};

/// The tunables.
pub fn params(s: &(impl StateRead + ?Sized)) -> Result<Params> {
    Ok(state::PARAMS.get(s)?.unwrap_or_else(params::default))
}

/// Sets the tunables after checking them.
pub fn set_params(ctx: &mut Ctx<'_>, new: &Params) -> Result<()> {
    params::validate(new)?;
    state::PARAMS.set(ctx, new);
    Ok(())
}

/// A proposal; `None` when there is no such model.
pub fn proposal(s: &(impl StateRead + ?Sized), id: u64) -> Result<Option<ModelProposal>> {
    state::PROPOSALS.get(s, &id)
}

/// A proposal that must be there.
pub fn require(s: &(impl StateRead + ?Sized), id: u64) -> Result<ModelProposal> {
    proposal(s, id)?.ok_or_else(|| Error::UnknownModel(id).into())
}

/// A stage's name for people.
pub fn stage_name(stage: i32) -> &'static str {
    Stage::try_from(stage).unwrap_or_default().as_str_name()
}

/// Takes a proposal with its stake; it is in `Voting` then.
pub(crate) fn propose(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    proposer: &Address,
    (spec, stake): (&ModelSpec, &Coin),
) -> Result<ModelProposal> {
    let params = params(ctx)?;
    let most = params.max_datanets;
    let count = spec.datanet_ids.len();
    if u32::try_from(count).unwrap_or(u32::MAX) > most {
        return Err(Error::BadSpec(format!("{count} datanets, at most {most}")).into());
    }
    for id in &spec.datanet_ids {
        let known = ports.datanet_exists(&*ctx, *id)?;
        ensure(known, Error::BadSpec(format!("datanet {id} does not exist")))?;
    }
    if let Some(split) = &spec.split {
        ports.check_split(&*ctx, split)?;
    }
    let expected = Coin::parse_positive(params.proposal_stake.as_ref(), "proposal_stake")?;
    if stake.denom != expected.denom || stake.amount < expected.amount {
        let (got, expected) = (stake.to_string(), format!("at least {expected}"));
        return Err(Error::BadStake { got, expected }.into());
    }
    ports.send_to_module(ctx, proposer, NAME, &Coins::of(stake))?;
    let id = state::LAST_ID.next(ctx)?;
    let mut proposal = ModelProposal {
        id,
        proposer: proposer.to_string(),
        spec: Some(spec.clone()),
        stake: Some(stake.to_proto()),
        submitted_height: ctx.height(),
        ..ModelProposal::default()
    };
    enter(ctx, &mut proposal, Stage::Voting, "proposed")?;
    Ok(proposal)
}

/// Takes a proposal back before its vote ends.
pub(crate) fn withdraw(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    (id, who): (u64, &Address),
) -> Result<()> {
    let mut proposal = in_stage(ctx, id, Stage::Voting)?;
    let owner = proposal.proposer == who.to_string();
    ensure(owner, Error::NotProposer { id, got: who.to_string() })?;
    return_stake(ctx, ports, &mut proposal)?;
    end(ctx, &mut proposal, Stage::Withdrawn, "taken back by its proposer")
}

/// Governance says yes.
pub(crate) fn approve(ctx: &mut Ctx<'_>, ports: &dyn Ports, id: u64) -> Result<()> {
    let mut proposal = decided(ctx, ports, id)?;
    return_stake(ctx, ports, &mut proposal)?;
    enter(ctx, &mut proposal, Stage::DataGathering, "approved by governance")
}

/// Governance says no; a veto burns the stake.
pub(crate) fn reject(ctx: &mut Ctx<'_>, ports: &dyn Ports, id: u64, no: &Refusal) -> Result<()> {
    let mut proposal = decided(ctx, ports, id)?;
    match no {
        Refusal::Clean(_) => return_stake(ctx, ports, &mut proposal)?,
        Refusal::Veto(_) => {
            let stake = take_stake(&mut proposal)?;
            ports.burn(ctx, NAME, &stake)?;
            ctx.emit_typed(&event::stake_burned(id, &stake))?;
        }
    }
    let (Refusal::Clean(reason) | Refusal::Veto(reason)) = no;
    end(ctx, &mut proposal, Stage::Rejected, reason)
}

/// A model that governance decides on now, with the governance proposal that says so.
fn decided(ctx: &Ctx<'_>, ports: &dyn Ports, id: u64) -> Result<ModelProposal> {
    let mut proposal = in_stage(ctx, id, Stage::Voting)?;
    proposal.gov_proposal_id = ports.gov_proposal(ctx)?.unwrap_or_default();
    Ok(proposal)
}

/// How governance refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The stake goes back.
    Clean(String),
    /// The stake is burned.
    Veto(String),
}

/// Governance ends a deployed model.
pub(crate) fn retire(ctx: &mut Ctx<'_>, id: u64, reason: &str) -> Result<()> {
    let mut proposal = in_stage(ctx, id, Stage::Deployed)?;
    end(ctx, &mut proposal, Stage::Retired, reason)
}

/// Moves a model one stage on when its evidence is there.
pub(crate) fn advance(ctx: &mut Ctx<'_>, ports: &dyn Ports, id: u64) -> Result<Stage> {
    let mut proposal = require(ctx, id)?;
    in_time(ctx, &proposal)?;
    let next = match Stage::try_from(proposal.stage).unwrap_or_default() {
        Stage::DataGathering => Stage::Tuning,
        Stage::Tuning => Stage::Feedback,
        Stage::Feedback => Stage::Deployed,
        stage => {
            let expected = "a stage whose evidence anyone may show";
            return Err(Error::WrongStage { id, stage: stage.as_str_name(), expected }.into());
        }
    };
    let found = evidence(ctx, ports, &proposal, next)?;
    let found = found.map_err(|missing| Error::NoEvidence { id, missing })?;
    enter(ctx, &mut proposal, next, &found)?;
    Ok(next)
}

/// The evidence for entering a stage, or what is missing.
fn evidence(
    ctx: &Ctx<'_>,
    ports: &dyn Ports,
    proposal: &ModelProposal,
    next: Stage,
) -> Result<std::result::Result<String, String>> {
    let params = params(ctx)?;
    let datanets = proposal.spec.as_ref().map(|spec| spec.datanet_ids.as_slice());
    match next {
        Stage::Tuning => {
            let got = ports.accepted(ctx, datanets.unwrap_or_default())?;
            let shown = format!("rows={} contributors={}", got.rows, got.contributors);
            let (rows, people) = (params.min_accepted_rows, params.min_contributors);
            let enough = got.rows >= rows && got.contributors >= people;
            let missing = format!("{shown}, expected rows={rows} contributors={people}");
            Ok(if enough { Ok(shown) } else { Err(missing) })
        }
        Stage::Feedback => Ok(match ports.adapter_of(ctx, proposal.id)? {
            Some(adapter) => Ok(format!("adapter={adapter}")),
            None => Err("no adapter is registered for it".to_owned()),
        }),
        _ => {
            let (got, least) =
                (ports.accepted_feedback(ctx, proposal.id)?, params.min_accepted_feedback);
            if got < least {
                return Ok(Err(format!("feedback={got}, expected {least} accepted rows")));
            }
            Ok(match ports.deployed(ctx, proposal.id)? {
                Some((adapter, provider)) => {
                    Ok(format!("feedback={got} adapter={adapter} provider={provider}"))
                }
                None => Err("no bonded provider serves an adapter of it".to_owned()),
            })
        }
    }
}

/// Ends a model whose stage was not left in time.
pub(crate) fn expire(ctx: &mut Ctx<'_>, ports: &dyn Ports, id: u64) -> Result<()> {
    let mut proposal = require(ctx, id)?;
    if proposal.stage == i32::from(Stage::Voting) {
        return_stake(ctx, ports, &mut proposal)?;
    }
    let reason = format!("{} was not left in time", stage_name(proposal.stage));
    end(ctx, &mut proposal, Stage::Expired, &reason)
}

fn in_stage(ctx: &Ctx<'_>, id: u64, expected: Stage) -> Result<ModelProposal> {
    let proposal = require(ctx, id)?;
    let (stage, expected_name) = (stage_name(proposal.stage), expected.as_str_name());
    let there = proposal.stage == i32::from(expected);
    ensure(there, Error::WrongStage { id, stage, expected: expected_name })?;
    in_time(ctx, &proposal)?;
    Ok(proposal)
}

/// After its stage's deadline a model can only expire, also while it waits in the queue for that.
fn in_time(ctx: &Ctx<'_>, proposal: &ModelProposal) -> Result<()> {
    let (id, deadline) = (proposal.id, proposal.stage_deadline_height);
    let late = deadline != 0 && ctx.height() > deadline;
    ensure(!late, Error::DeadlinePassed { id, deadline })
}

fn take_stake(proposal: &mut ModelProposal) -> Result<Coins> {
    let stake = Coin::parse_positive(proposal.stake.as_ref(), "stake")?;
    proposal.stake = Some(Coin::new(&stake.denom, 0).to_proto());
    Ok(Coins::of(&stake))
}

fn return_stake(ctx: &mut Ctx<'_>, ports: &dyn Ports, p: &mut ModelProposal) -> Result<()> {
    let stake = take_stake(p)?;
    ports.send_from_module(ctx, NAME, &Address::parse(&p.proposer)?, &stake)?;
    ctx.emit_typed(&event::stake_returned(p.id, &stake))
}

fn end(ctx: &mut Ctx<'_>, proposal: &mut ModelProposal, stage: Stage, why: &str) -> Result<()> {
    proposal.reason = why.to_owned();
    enter(ctx, proposal, stage, why)
}

/// Enters a stage: indexes, deadline, history, event.
fn enter(ctx: &mut Ctx<'_>, p: &mut ModelProposal, stage: Stage, why: &str) -> Result<()> {
    leave(ctx, p);
    let (from, height) = (p.stage, ctx.height());
    p.stage = stage.into();
    p.stage_height = height;
    p.stage_deadline_height = match deadline_blocks(&params(ctx)?, stage) {
        0 => 0,
        blocks => height.saturating_add(blocks),
    };
    p.history.push(StageEvidence { stage: p.stage, height, evidence: why.to_owned() });
    write(ctx, p);
    ctx.emit_typed(&event::entered(p.id, (from, stage), why))
}

fn leave(ctx: &mut Ctx<'_>, p: &ModelProposal) {
    state::BY_STAGE.remove(ctx, &(stage_key(p.stage), p.id));
    if p.stage_deadline_height != 0 {
        state::DEADLINES.remove(ctx, &(p.stage_deadline_height, p.id));
    }
}

/// Writes a proposal and its index entries.
pub(crate) fn write(ctx: &mut Ctx<'_>, p: &ModelProposal) {
    state::BY_STAGE.insert(ctx, &(stage_key(p.stage), p.id));
    if p.stage_deadline_height != 0 {
        state::DEADLINES.insert(ctx, &(p.stage_deadline_height, p.id));
    }
    state::PROPOSALS.set(ctx, &p.id, p);
}

/// A stage as a key; stages are never negative.
pub(crate) fn stage_key(stage: i32) -> u32 {
    u32::try_from(stage).unwrap_or(0)
}

pub(crate) fn deadline_blocks(params: &Params, stage: Stage) -> u64 {
    match stage {
        Stage::Voting => params.voting_deadline_blocks,
        Stage::DataGathering => params.data_gathering_deadline_blocks,
        Stage::Tuning => params.tuning_deadline_blocks,
        Stage::Feedback => params.feedback_deadline_blocks,
        _ => 0,
    }
}

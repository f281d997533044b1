//! Genesis of gov: export∘import is the identity.
//!
//! A count that runs while the state is exported starts anew after the import, on the stake as it
//! was exported. Deposits that were on their way back or being burned are paid back after an
//! import.

use std::collections::{BTreeMap, BTreeSet};

use whence_base::{Address, Coins, Ctx, Error, QueryCtx, Result, ensure};
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::ProposalStatus;

use crate::error::GovError;
use crate::keeper::deposit;
use crate::keeper::settle::{self, Fate};
use crate::params::{Params, default_proto};
use crate::state;
use crate::types::{parse_options, time_key};

pub(crate) fn default_state() -> pb::GenesisState {
    pb::GenesisState {
        starting_proposal_id: 1,
        params: Some(default_proto()),
        ..Default::default()
    }
}

/// Checks all that import relies on; errors name the record.
pub(crate) fn validate(genesis: &pb::GenesisState) -> Result<()> {
    params(genesis)?;
    let start = genesis.starting_proposal_id;
    ensure(start > 0, GovError::InvalidGenesis("starting_proposal_id is 0".to_owned()))?;
    let mut live = BTreeMap::new();
    for one in &genesis.proposals {
        let why = format!("proposal {} is not below {start} or listed twice", one.id);
        let fresh = (1..start).contains(&one.id) && live.insert(one.id, one.status()).is_none();
        ensure(fresh, GovError::InvalidGenesis(why))?;
        let why = format!("proposal {} has status {}", one.id, one.status);
        let known = one.status() != ProposalStatus::Unspecified;
        ensure(known, GovError::InvalidGenesis(why))?;
        Coins::parse(&one.total_deposit)?;
    }
    let mut seen = BTreeSet::new();
    for one in &genesis.deposits {
        let why = format!("deposit {} of {} is listed twice", one.proposal_id, one.depositor);
        let key = (one.proposal_id, Address::parse(&one.depositor)?);
        ensure(seen.insert(key), GovError::InvalidGenesis(why))?;
        Coins::parse(&one.amount)?;
    }
    let mut seen = BTreeSet::new();
    for one in &genesis.votes {
        let why = format!("vote {} of {} is not expected", one.proposal_id, one.voter);
        let voting = live.get(&one.proposal_id) == Some(&ProposalStatus::VotingPeriod);
        let fresh = seen.insert((one.proposal_id, Address::parse(&one.voter)?));
        ensure(voting && fresh, GovError::InvalidGenesis(why))?;
        parse_options(&one.options)?;
    }
    Ok(())
}

/// Writes a genesis.
pub(crate) fn import(ctx: &mut Ctx<'_>, genesis: &pb::GenesisState) -> Result<()> {
    validate(genesis)?;
    state::PARAMS.set(ctx, &params(genesis)?.to_proto());
    state::CONSTITUTION.set(ctx, &genesis.constitution);
    state::PROPOSAL_ID.set(ctx, genesis.starting_proposal_id.saturating_sub(1));
    let mut live = BTreeSet::new();
    for one in &genesis.proposals {
        state::PROPOSALS.set(ctx, &one.id, one);
        let deposit_end = (time_key(one.deposit_end_time.as_ref()), one.id);
        let voting_end = (time_key(one.voting_end_time.as_ref()), one.id);
        match one.status() {
            ProposalStatus::DepositPeriod => state::DEPOSIT_QUEUE.insert(ctx, &deposit_end),
            ProposalStatus::VotingPeriod => state::VOTING_QUEUE.insert(ctx, &voting_end),
            _ => continue,
        }
        live.insert(one.id);
    }
    let mut held = Coins::new();
    for one in &genesis.deposits {
        let depositor = Address::parse(&one.depositor)?;
        held.add_all(&Coins::parse(&one.amount)?)?;
        state::DEPOSITS.set(ctx, &(one.proposal_id, depositor), one);
        if !live.contains(&one.proposal_id) {
            settle::begin(ctx, one.proposal_id, &Fate::Refunded);
        }
    }
    deposit::set_held(ctx, &held);
    for one in &genesis.votes {
        let voter = Address::parse(&one.voter)?;
        state::VOTES.set(ctx, &(one.proposal_id, voter), one);
    }
    Ok(())
}

/// The state as a genesis; votes of proposals that ended are left out.
pub(crate) fn export(ctx: &QueryCtx<'_>) -> Result<pb::GenesisState> {
    let last = state::PROPOSAL_ID.last(ctx)?;
    let mut votes = Vec::new();
    for entry in state::VOTES.iter(ctx) {
        let ((id, _), vote) = entry?;
        if !state::VOTES_TO_CLEAR.has(ctx, &id) {
            votes.push(vote);
        }
    }
    Ok(pb::GenesisState {
        starting_proposal_id: last.checked_add(1).ok_or_else(|| Error::overflow("id"))?,
        deposits: state::DEPOSITS.iter(ctx).map(|e| Ok(e?.1)).collect::<Result<_>>()?,
        votes,
        proposals: state::PROPOSALS.iter(ctx).map(|e| Ok(e?.1)).collect::<Result<_>>()?,
        params: Some(Params::load(ctx)?.to_proto()),
        constitution: state::CONSTITUTION.get_or_default(ctx)?,
        ..Default::default()
    })
}

fn params(genesis: &pb::GenesisState) -> Result<Params> {
    let missing = || GovError::InvalidGenesis("params are missing".to_owned());
    Params::parse(genesis.params.as_ref().ok_or_else(missing)?)
}

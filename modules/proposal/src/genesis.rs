//! Import, export, check: importing what was exported gives the same state.

use whence_base::{Address, Coin, Ctx, QueryCtx, Result, ensure};
use whence_proto::whence::proposal::v1 as pb;

use crate::error::Error;
use crate::{keeper, params, spec, state};

/// Genesis of a new chain.
pub(crate) fn default() -> pb::GenesisState {
    pb::GenesisState { params: Some(params::default()), next_proposal_id: 1, proposals: Vec::new() }
}

/// Checks a genesis without writing.
pub(crate) fn validate(g: &pb::GenesisState) -> Result<()> {
    params::validate(g.params.as_ref().ok_or_else(|| bad("params are missing".into()))?)?;
    let mut last = 0;
    for p in &g.proposals {
        ensure(p.id > last, bad(format!("proposal {} is out of order", p.id)))?;
        last = p.id;
        Address::parse(&p.proposer)?;
        spec::validate(p.spec.as_ref().ok_or_else(|| bad(format!("{} has no spec", p.id)))?)?;
        let known = pb::Stage::try_from(p.stage).unwrap_or_default();
        ensure(known != pb::Stage::Unspecified, bad(format!("{} has no stage", p.id)))?;
        let stake = p.stake.as_ref().ok_or_else(|| bad(format!("{} has no stake", p.id)))?;
        let held = Coin::parse(stake)?.amount > 0;
        let voting = known == pb::Stage::Voting;
        ensure(held == voting, bad(format!("{}: a stake is held in Voting alone", p.id)))?;
        let limited = keeper::deadline_blocks(&params::default(), known) != 0;
        let text = format!("{}: a deadline is set up to Feedback, and not after", p.id);
        ensure(limited == (p.stage_deadline_height != 0), bad(text))?;
    }
    let text = format!("next_proposal_id is {}, expected above {last}", g.next_proposal_id);
    ensure(g.next_proposal_id > last, bad(text))
}

/// Writes a genesis after checking it.
pub(crate) fn init(ctx: &mut Ctx<'_>, g: &pb::GenesisState) -> Result<()> {
    validate(g)?;
    if let Some(params) = &g.params {
        keeper::set_params(ctx, params)?;
    }
    state::LAST_ID.set(ctx, g.next_proposal_id.saturating_sub(1));
    g.proposals.iter().for_each(|p| keeper::write(ctx, p));
    Ok(())
}

/// The state as a genesis.
pub(crate) fn export(ctx: &QueryCtx<'_>) -> Result<pb::GenesisState> {
    let proposals: Result<Vec<_>> = state::PROPOSALS.iter(ctx).map(|e| e.map(|(_, p)| p)).collect();
    Ok(pb::GenesisState {
        params: Some(keeper::params(ctx)?),
        next_proposal_id: state::LAST_ID.last(ctx)?.saturating_add(1),
        proposals: proposals?,
    })
}

fn bad(what: String) -> Error {
    Error::BadGenesis(what)
}

//! A proposal's way: submitted, open for votes, gone.

use whence_base::{Address, Ctx, Error, Result, StateRead, ensure};
use whence_proto::Any;
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::ProposalStatus;

use crate::error::GovError;
use crate::params::Params;
use crate::ports::Ports;
use crate::state;
use crate::types::{no_votes, time_key, timestamp};

/// What a proposer says.
pub(crate) struct Draft {
    pub(crate) proposer: Address,
    pub(crate) messages: Vec<Any>,
    pub(crate) metadata: String,
    pub(crate) title: String,
    pub(crate) summary: String,
}

/// Every message must be one that a trade takes and that gov alone signs.
pub(crate) fn check_messages(ports: &dyn Ports, messages: &[Any]) -> Result<()> {
    messages.iter().try_for_each(|message| {
        let url = &message.type_url;
        let signers = ports.check(message).map_err(|e| {
            let why = format!("{url}: {e}");
            let unknown = (e.codespace, e.code) == (whence_base::error::SDK, 6);
            Error::from(if unknown {
                GovError::Unroutable(why)
            } else {
                GovError::InvalidMessage(why)
            })
        })?;
        let only = signers == [whence_base::authority()];
        ensure(only, GovError::InvalidSigner(format!("{url} is signed by {signers:?}")))
    })
}

/// Opens the deposit period of a proposal and gives its id.
pub(crate) fn open(ctx: &mut Ctx<'_>, draft: Draft) -> Result<u64> {
    let params = Params::load(ctx)?;
    let id = state::PROPOSAL_ID.next(ctx)?;
    let end = timestamp(ctx.time().plus_seconds(params.deposit_period_s));
    state::DEPOSIT_QUEUE.insert(ctx, &(time_key(Some(&end)), id));
    let proposal = pb::Proposal {
        id,
        messages: draft.messages,
        status: ProposalStatus::DepositPeriod.into(),
        final_tally_result: Some(no_votes()),
        submit_time: Some(timestamp(ctx.time())),
        deposit_end_time: Some(end),
        metadata: draft.metadata,
        title: draft.title,
        summary: draft.summary,
        proposer: draft.proposer.to_string(),
        ..Default::default()
    };
    state::PROPOSALS.set(ctx, &id, &proposal);
    Ok(id)
}

/// Starts the voting.
pub(crate) fn activate(ctx: &mut Ctx<'_>, proposal: &mut pb::Proposal) -> Result<()> {
    let period = Params::load(ctx)?.voting_period_s;
    let end = timestamp(ctx.time().plus_seconds(period));
    dequeue(ctx, proposal);
    state::VOTING_QUEUE.insert(ctx, &(time_key(Some(&end)), proposal.id));
    proposal.status = ProposalStatus::VotingPeriod.into();
    proposal.voting_start_time = Some(timestamp(ctx.time()));
    proposal.voting_end_time = Some(end);
    Ok(())
}

/// Takes a proposal out of the queue of its status.
pub(crate) fn dequeue(ctx: &mut Ctx<'_>, proposal: &pb::Proposal) {
    let deposit_end = time_key(proposal.deposit_end_time.as_ref());
    let voting_end = time_key(proposal.voting_end_time.as_ref());
    state::DEPOSIT_QUEUE.remove(ctx, &(deposit_end, proposal.id));
    state::VOTING_QUEUE.remove(ctx, &(voting_end, proposal.id));
}

/// The proposal, or the refusal that names it.
pub(crate) fn expect(state: &(impl StateRead + ?Sized), id: u64) -> Result<pb::Proposal> {
    super::proposal(state, id)?.ok_or_else(|| GovError::UnknownProposal(id).into())
}

/// Whether votes are taken: in its voting period, its end not frozen yet. The block in which the
/// voting ends still takes votes, as in the SDK; its end freezes the stake.
pub(crate) fn is_voting(
    state: &(impl StateRead + ?Sized),
    proposal: &pb::Proposal,
) -> Result<bool> {
    if proposal.status() != ProposalStatus::VotingPeriod {
        return Ok(false);
    }
    let newest = state::FREEZES.scan(state, &[], None, true).next().transpose()?;
    let end = time_key(proposal.voting_end_time.as_ref());
    Ok(newest.is_none_or(|(frozen, _)| frozen < end))
}

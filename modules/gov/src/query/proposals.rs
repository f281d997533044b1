//! Questions about proposals, votes, deposits and parameters.

use whence_base::query::{Answer, PAGE_MAX_COSMOS, paginate, paginate_where};
use whence_base::{Address, QueryCtx, Status};
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::ProposalStatus;

use crate::params::Params;
use crate::state;

pub(super) fn constitution(
    ctx: &QueryCtx<'_>,
    _: pb::QueryConstitutionRequest,
) -> Answer<pb::QueryConstitutionResponse> {
    let constitution = state::CONSTITUTION.get_or_default(ctx)?;
    Ok(pb::QueryConstitutionResponse { constitution })
}

pub(super) fn proposal(
    ctx: &QueryCtx<'_>,
    request: pb::QueryProposalRequest,
) -> Answer<pb::QueryProposalResponse> {
    Ok(pb::QueryProposalResponse { proposal: Some(find(ctx, request.proposal_id)?) })
}

pub(super) fn proposals(
    ctx: &QueryCtx<'_>,
    request: pb::QueryProposalsRequest,
) -> Answer<pb::QueryProposalsResponse> {
    let status = request.proposal_status();
    let voter = optional(&request.voter)?;
    let depositor = optional(&request.depositor)?;
    let keep = |id: &u64, one: &pb::Proposal| {
        let voted = |who: &Address| state::VOTES.has(ctx, &(*id, who.clone()));
        let gave = |who: &Address| state::DEPOSITS.has(ctx, &(*id, who.clone()));
        (status == ProposalStatus::Unspecified || one.status() == status)
            && voter.as_ref().is_none_or(voted)
            && depositor.as_ref().is_none_or(gave)
    };
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (found, pagination) = paginate_where(ctx, &state::PROPOSALS, &(), page, keep)?;
    let proposals = found.into_iter().map(|(_, one)| one).collect();
    Ok(pb::QueryProposalsResponse { proposals, pagination: Some(pagination) })
}

pub(super) fn vote(
    ctx: &QueryCtx<'_>,
    request: pb::QueryVoteRequest,
) -> Answer<pb::QueryVoteResponse> {
    let (id, voter) = (positive(request.proposal_id)?, Address::parse(&request.voter)?);
    let found = state::VOTES.get(ctx, &(id, voter))?;
    let (who, missing) = (&request.voter, found.is_none());
    if missing {
        return Err(Status::not_found(format!("voter {who} for proposal {id}")));
    }
    Ok(pb::QueryVoteResponse { vote: found })
}

pub(super) fn votes(
    ctx: &QueryCtx<'_>,
    request: pb::QueryVotesRequest,
) -> Answer<pb::QueryVotesResponse> {
    let id = positive(request.proposal_id)?;
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (found, pagination) = paginate(ctx, &state::VOTES, &id, page)?;
    let votes = found.into_iter().map(|(_, vote)| vote).collect();
    Ok(pb::QueryVotesResponse { votes, pagination: Some(pagination) })
}

/// The three old parts are filled for the type asked for, as the SDK does.
#[allow(deprecated, reason = "clients of the first gov v1 still read the old parts")]
pub(super) fn params(
    ctx: &QueryCtx<'_>,
    request: pb::QueryParamsRequest,
) -> Answer<pb::QueryParamsResponse> {
    let params = Params::load(ctx)?.to_proto();
    let mut answer = pb::QueryParamsResponse::default();
    match request.params_type.as_str() {
        "deposit" => {
            answer.deposit_params = Some(pb::DepositParams {
                min_deposit: params.min_deposit.clone(),
                max_deposit_period: params.max_deposit_period,
            });
        }
        "voting" => {
            let voting_period = params.voting_period;
            answer.voting_params = Some(pb::VotingParams { voting_period });
        }
        "tallying" => {
            answer.tally_params = Some(pb::TallyParams {
                quorum: params.quorum.clone(),
                threshold: params.threshold.clone(),
                veto_threshold: params.veto_threshold.clone(),
            });
        }
        "" => {}
        other => {
            let why = format!("unknown params type {other:?}, expected deposit, voting, tallying");
            return Err(Status::invalid(why));
        }
    }
    answer.params = Some(params);
    Ok(answer)
}

pub(super) fn deposit(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDepositRequest,
) -> Answer<pb::QueryDepositResponse> {
    let id = positive(request.proposal_id)?;
    let depositor = Address::parse(&request.depositor)?;
    let found = state::DEPOSITS.get(ctx, &(id, depositor))?;
    if found.is_none() {
        let who = &request.depositor;
        return Err(Status::not_found(format!("depositor {who} for proposal {id}")));
    }
    Ok(pb::QueryDepositResponse { deposit: found })
}

pub(super) fn deposits(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDepositsRequest,
) -> Answer<pb::QueryDepositsResponse> {
    let id = positive(request.proposal_id)?;
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (found, pagination) = paginate(ctx, &state::DEPOSITS, &id, page)?;
    let deposits = found.into_iter().map(|(_, one)| one).collect();
    Ok(pb::QueryDepositsResponse { deposits, pagination: Some(pagination) })
}

/// The proposal, or a not-found that clients understand.
pub(super) fn find(ctx: &QueryCtx<'_>, id: u64) -> Answer<pb::Proposal> {
    let found = state::PROPOSALS.get(ctx, &positive(id)?)?;
    found.ok_or_else(|| Status::not_found(format!("proposal {id} doesn't exist")))
}

fn positive(id: u64) -> Answer<u64> {
    if id == 0 { Err(Status::invalid("proposal id can not be 0")) } else { Ok(id) }
}

fn optional(text: &str) -> Answer<Option<Address>> {
    if text.is_empty() { Ok(None) } else { Ok(Some(Address::parse(text)?)) }
}

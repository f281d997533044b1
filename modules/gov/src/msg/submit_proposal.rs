//! Somebody proposes that gov should sign some messages.

use whence_base::{Address, Coins, Ctx, Error, Message, Result, ensure};
use whence_proto::Any;
use whence_proto::cosmos::gov::v1 as pb;

use super::{METADATA_MAX, check_metadata};
use crate::error::GovError;
use crate::event;
use crate::keeper::{deposit, proposal};
use crate::ports::Ports;

/// Six keys and a transfer.
const GAS: u64 = 150_000;
/// Execution of a message comes later, in a block that nobody else pays for.
const GAS_PER_MESSAGE: u64 = 50_000;
/// Stored for good.
const GAS_PER_BYTE: u64 = 10;
/// All of them are executed in one block.
const MESSAGES_MAX: usize = 32;
/// 40 times the metadata, as in the SDK.
const SUMMARY_MAX: usize = 10_200;

pub(crate) struct SubmitProposal {
    proposer: Address,
    messages: Vec<Any>,
    initial_deposit: Coins,
    metadata: String,
    title: String,
    summary: String,
    expedited: bool,
}

impl Message for SubmitProposal {
    type Proto = pb::MsgSubmitProposal;
    type Response = pb::MsgSubmitProposalResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        Ok(Self {
            proposer: Address::parse(&pb.proposer)?,
            messages: pb.messages,
            initial_deposit: Coins::parse(&pb.initial_deposit)?,
            metadata: pb.metadata,
            title: pb.title,
            summary: pb.summary,
            expedited: pb.expedited,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.proposer.clone()]
    }

    fn validate(&self) -> Result<()> {
        ensure(!self.expedited, GovError::Expedited)?;
        ensure(self.proposer != whence_base::authority(), GovError::OwnDeposit)?;
        let says = !self.messages.is_empty() || !self.metadata.is_empty();
        ensure(says, GovError::NoMessages)?;
        let many = self.messages.len();
        ensure(many <= MESSAGES_MAX, GovError::TooManyMessages(many, MESSAGES_MAX))?;
        let empty = |what| Error::invalid_request(format!("proposal {what} cannot be empty"));
        ensure(!self.title.is_empty(), empty("title"))?;
        ensure(!self.summary.is_empty(), empty("summary"))?;
        ensure(self.title.len() <= METADATA_MAX, GovError::TitleTooLong(self.title.len()))?;
        let long = self.summary.len();
        ensure(long <= SUMMARY_MAX, GovError::SummaryTooLong(long))?;
        check_metadata(&self.metadata)
    }

    fn gas(&self) -> u64 {
        let bytes: usize = self.messages.iter().map(|m| m.value.len()).sum();
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let many = u64::try_from(self.messages.len()).unwrap_or(u64::MAX);
        GAS.saturating_add(many.saturating_mul(GAS_PER_MESSAGE))
            .saturating_add(bytes.saturating_mul(GAS_PER_BYTE))
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        deposit::check_initial(ctx, &self.initial_deposit)?;
        proposal::check_messages(ports, &self.messages)?;
        let proposal_id = proposal::open(ctx, self.draft())?;
        ctx.emit(event::submitted(proposal_id, &self.proposer, &self.messages));
        if !self.initial_deposit.is_empty() {
            let who = (proposal_id, &self.proposer);
            let started = deposit::add(ctx, ports, who, &self.initial_deposit)?;
            ctx.emit(event::deposited(proposal_id, &self.proposer, &self.initial_deposit));
            if started {
                ctx.emit(event::voting_started("submit_proposal", proposal_id));
            }
        }
        Ok(pb::MsgSubmitProposalResponse { proposal_id })
    }
}

impl SubmitProposal {
    fn draft(&self) -> proposal::Draft {
        proposal::Draft {
            proposer: self.proposer.clone(),
            messages: self.messages.clone(),
            metadata: self.metadata.clone(),
            title: self.title.clone(),
            summary: self.summary.clone(),
        }
    }
}

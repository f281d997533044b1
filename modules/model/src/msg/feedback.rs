//! Feedback is committed to, revealed, and reviewed in the same two steps.

use whence_base::{Address, Ctx, Message, Result, ensure};
use whence_proto::whence::model::v1 as pb;

use super::{GAS_BASE, GAS_DECIDE};
use crate::error::Error;
use crate::ports::Ports;
use crate::{event, keeper, validate};

/// Takes a priority for a batch that stays hidden.
pub struct CommitFeedback {
    giver: Address,
    adapter_id: u64,
    commit_hash: Vec<u8>,
}

impl Message for CommitFeedback {
    type Proto = pb::MsgCommitFeedback;
    type Response = pb::MsgCommitFeedbackResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let giver = Address::parse(&m.giver)?;
        Ok(Self { giver, adapter_id: m.adapter_id, commit_hash: m.commit_hash })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.giver.clone()]
    }

    fn validate(&self) -> Result<()> {
        validate::digest("commit_hash", &self.commit_hash)
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let what = (self.adapter_id, self.commit_hash.as_slice());
        let made = keeper::commit(ctx, ports, &self.giver, what)?;
        ctx.emit_typed(&event::feedback_committed(&made))?;
        Ok(pb::MsgCommitFeedbackResponse {
            feedback_id: made.id,
            reveal_deadline_height: made.reveal_deadline_height,
        })
    }
}

/// Shows the batch that was committed to.
pub struct RevealFeedback {
    giver: Address,
    message: pb::MsgRevealFeedback,
}

impl Message for RevealFeedback {
    type Proto = pb::MsgRevealFeedback;
    type Response = pb::MsgRevealFeedbackResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { giver: Address::parse(&m.giver)?, message: m })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.giver.clone()]
    }

    fn validate(&self) -> Result<()> {
        validate::digest("salt", &self.message.salt)?;
        let manifest = self.message.manifest.as_ref();
        let missing = || Error::BadField("manifest is missing".into());
        validate::manifest(manifest.ok_or_else(missing)?)
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        keeper::reveal(ctx, ports, &self.giver, &self.message)?;
        ctx.emit_typed(&event::feedback_revealed(&self.message))?;
        Ok(pb::MsgRevealFeedbackResponse {})
    }
}

/// Takes part in a review without showing the score.
pub struct CommitFeedbackReview {
    reviewer: Address,
    feedback_id: u64,
    commit_hash: Vec<u8>,
}

impl Message for CommitFeedbackReview {
    type Proto = pb::MsgCommitFeedbackReview;
    type Response = pb::MsgCommitFeedbackReviewResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let reviewer = Address::parse(&m.reviewer)?;
        Ok(Self { reviewer, feedback_id: m.feedback_id, commit_hash: m.commit_hash })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.reviewer.clone()]
    }

    fn validate(&self) -> Result<()> {
        validate::digest("commit_hash", &self.commit_hash)
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let what = (self.feedback_id, self.commit_hash.as_slice());
        keeper::commit_review(ctx, ports, &self.reviewer, what)?;
        ctx.emit_typed(&event::review_committed(self.feedback_id, &self.reviewer))?;
        Ok(pb::MsgCommitFeedbackReviewResponse {})
    }
}

/// Shows the score.
pub struct RevealFeedbackReview {
    reviewer: Address,
    message: pb::MsgRevealFeedbackReview,
}

impl Message for RevealFeedbackReview {
    type Proto = pb::MsgRevealFeedbackReview;
    type Response = pb::MsgRevealFeedbackReviewResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { reviewer: Address::parse(&m.reviewer)?, message: m })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.reviewer.clone()]
    }

    fn validate(&self) -> Result<()> {
        let m = &self.message;
        validate::digest("salt", &m.salt)?;
        validate::text("reason", &m.reason, (0, validate::TEXT_MAX))?;
        let text = format!("quality is {}, expected 0 to 100", m.quality);
        ensure(m.quality <= 100, Error::BadField(text))
    }

    fn gas(&self) -> u64 {
        GAS_DECIDE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        keeper::reveal_review(ctx, ports, &self.reviewer, &self.message)?;
        ctx.emit_typed(&event::review_revealed(&self.message))?;
        Ok(pb::MsgRevealFeedbackReviewResponse {})
    }
}

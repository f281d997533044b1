//! A curator's messages: a review committed, then shown.

use whence_base::{Address, Ctx, Message, Result, ensure};
use whence_canon::commit::Review;
use whence_proto::whence::datanet::v1 as pb;

use super::{GAS_BASE, GAS_ITEM, gas};
use crate::error::Error;
use crate::params::CURATORS_MAX;
use crate::ports::Ports;
use crate::types::{check_text, hash};
use crate::{event, keeper};

/// Takes part in a review without showing the score.
pub struct CommitReview {
    curator: Address,
    contribution_id: u64,
    commit_hash: [u8; 32],
}

impl Message for CommitReview {
    type Proto = pb::MsgCommitReview;
    type Response = pb::MsgCommitReviewResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self {
            curator: Address::parse(&m.curator)?,
            contribution_id: m.contribution_id,
            commit_hash: hash("commit_hash", &m.commit_hash)?,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.curator.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let what = (self.contribution_id, self.commit_hash);
        keeper::review::commit(ctx, ports, &self.curator, what)?;
        ctx.emit_typed(&event::review_committed(self.contribution_id, &self.curator))?;
        Ok(pb::MsgCommitReviewResponse {})
    }
}

/// Shows the score.
pub struct RevealReview {
    curator: Address,
    salt: [u8; 32],
    raw: pb::MsgRevealReview,
}

impl Message for RevealReview {
    type Proto = pb::MsgRevealReview;
    type Response = pb::MsgRevealReviewResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let salt = hash("salt", &m.salt)?;
        Ok(Self { curator: Address::parse(&m.curator)?, salt, raw: m })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.curator.clone()]
    }

    fn validate(&self) -> Result<()> {
        let quality = self.raw.quality;
        let why = format!("quality is {quality}, expected 0 to 100");
        ensure(quality <= 100, Error::BadField(why))?;
        let known = self.raw.verdict() != pb::Verdict::Unspecified;
        ensure(known, Error::BadField("verdict is missing".into()))?;
        check_text("reason", &self.raw.reason, 0, 512)
    }

    fn gas(&self) -> u64 {
        // The last review shown settles them all.
        let most = usize::try_from(CURATORS_MAX).unwrap_or(usize::MAX);
        gas(most, GAS_ITEM).saturating_add(GAS_BASE)
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let shown = Review {
            subject_id: self.raw.contribution_id,
            feedback: false,
            quality: self.raw.quality,
            verdict: u32::try_from(self.raw.verdict).unwrap_or(0),
            reason: &self.raw.reason,
        };
        ctx.emit_typed(&event::review_revealed(&self.raw))?;
        keeper::review::reveal(ctx, ports, &self.curator, (&shown, &self.salt))?;
        Ok(pb::MsgRevealReviewResponse {})
    }
}

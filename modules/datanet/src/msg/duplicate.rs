//! A finder's messages: a duplicate committed, then proven.

use whence_base::{Address, Ctx, Message, Result, ensure};
use whence_canon::merkle::DEPTH_MAX;
use whence_proto::whence::datanet::v1 as pb;

use super::{GAS_BASE, GAS_ITEM, gas};
use crate::error::Error;
use crate::keeper::duplicate::Proof;
use crate::ports::Ports;
use crate::types::{hash, native};
use crate::{event, keeper};

/// Claims the find of a duplicate without showing it.
pub struct CommitDuplicate {
    finder: Address,
    commit_hash: [u8; 32],
}

impl Message for CommitDuplicate {
    type Proto = pb::MsgCommitDuplicate;
    type Response = pb::MsgCommitDuplicateResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let commit_hash = hash("commit_hash", &m.commit_hash)?;
        Ok(Self { finder: Address::parse(&m.finder)?, commit_hash })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.finder.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let commit_id = keeper::duplicate::commit(ctx, ports, &self.finder, self.commit_hash)?;
        ctx.emit_typed(&event::duplicate_committed(commit_id, &self.finder))?;
        Ok(pb::MsgCommitDuplicateResponse { commit_id })
    }
}

/// Shows the same row in two places and revokes the later one.
pub struct ProveDuplicate {
    finder: Address,
    proof: Proof,
}

impl Message for ProveDuplicate {
    type Proto = pb::MsgProveDuplicate;
    type Response = pb::MsgProveDuplicateResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let missing = || Error::BadField("a row proof is missing".into());
        let proof = Proof {
            commit_id: m.commit_id,
            row_hash: hash("row_hash", &m.row_hash)?,
            original: m.original.ok_or_else(missing)?,
            duplicate: m.duplicate.ok_or_else(missing)?,
            salt: hash("salt", &m.salt)?,
        };
        Ok(Self { finder: Address::parse(&m.finder)?, proof })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.finder.clone()]
    }

    fn validate(&self) -> Result<()> {
        let longest = self.proof.original.path.len().max(self.proof.duplicate.path.len());
        let why = format!("path has {longest} elements, expected at most {DEPTH_MAX}");
        ensure(longest <= DEPTH_MAX, Error::BadProof(why))
    }

    fn gas(&self) -> u64 {
        let (a, b) = (&self.proof.original.path, &self.proof.duplicate.path);
        gas(a.len().saturating_add(b.len()), GAS_ITEM).saturating_add(GAS_BASE)
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let done = keeper::duplicate::prove(ctx, ports, &self.finder, &self.proof)?;
        let rows = (&self.proof.original, &self.proof.duplicate);
        ctx.emit_typed(&event::duplicate_proven(&self.finder, rows, (done.slashed, done.reward)))?;
        let slashed = done.slashed > 0;
        Ok(pb::MsgProveDuplicateResponse { slashed, reward: native(done.reward) })
    }
}

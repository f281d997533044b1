//! A contributor's messages: commit, reveal, withdraw.

use whence_base::{Address, Ctx, Message, Result, ensure};
use whence_proto::whence::datanet::v1 as pb;

use super::{GAS_BASE, GAS_ITEM, GAS_ROW, gas};
use crate::error::Error;
use crate::ports::Ports;
use crate::types::{check_manifest, check_ranges, check_text, hash};
use crate::{event, keeper};

/// Takes a priority for a batch that stays hidden.
pub struct CommitContribution {
    author: Address,
    datanet_id: u64,
    commit_hash: [u8; 32],
}

impl Message for CommitContribution {
    type Proto = pb::MsgCommitContribution;
    type Response = pb::MsgCommitContributionResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let commit_hash = hash("commit_hash", &m.commit_hash)?;
        Ok(Self { author: Address::parse(&m.author)?, datanet_id: m.datanet_id, commit_hash })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.author.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let what = (self.datanet_id, self.commit_hash);
        let commit = keeper::contribution::commit(ctx, ports, &self.author, what)?;
        ctx.emit_typed(&event::committed(&commit))?;
        Ok(pb::MsgCommitContributionResponse {
            commit_id: commit.id,
            reveal_deadline_height: commit.reveal_deadline_height,
        })
    }
}

/// Shows the batch that was committed to.
pub struct RevealContribution {
    author: Address,
    commit_id: u64,
    manifest: pb::BatchManifest,
    salt: [u8; 32],
}

impl Message for RevealContribution {
    type Proto = pb::MsgRevealContribution;
    type Response = pb::MsgRevealContributionResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let manifest = m.manifest.ok_or_else(|| Error::BadField("manifest is missing".into()))?;
        Ok(Self {
            author: Address::parse(&m.author)?,
            commit_id: m.commit_id,
            manifest,
            salt: hash("salt", &m.salt)?,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.author.clone()]
    }

    fn validate(&self) -> Result<()> {
        check_manifest(&self.manifest)
    }

    fn gas(&self) -> u64 {
        gas(self.manifest.uris.len(), GAS_ITEM).saturating_add(GAS_BASE)
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let shown = (self.commit_id, &self.manifest, &self.salt);
        let c = keeper::contribution::reveal(ctx, ports, &self.author, shown)?;
        ctx.emit_typed(&event::revealed(&c))?;
        Ok(pb::MsgRevealContributionResponse { contribution_id: c.id })
    }
}

/// Takes the author's own rows out.
pub struct WithdrawRows {
    author: Address,
    contribution_id: u64,
    rows: Vec<pb::RowRange>,
    named: u64,
    reason: String,
}

impl Message for WithdrawRows {
    type Proto = pb::MsgWithdrawRows;
    type Response = pb::MsgWithdrawRowsResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self {
            author: Address::parse(&m.author)?,
            contribution_id: m.contribution_id,
            named: check_ranges(&m.rows)?,
            rows: m.rows,
            reason: m.reason,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.author.clone()]
    }

    fn validate(&self) -> Result<()> {
        check_text("reason", &self.reason, 0, 256)
    }

    fn gas(&self) -> u64 {
        GAS_BASE.saturating_add(self.named.saturating_mul(GAS_ROW))
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let id = self.contribution_id;
        let c = keeper::contribution::get(ctx, id)?;
        let owned = c.author == self.author.to_string();
        ensure(owned, Error::NotTheAuthor(format!("contribution {id} is {}'s", c.author)))?;
        let why = pb::RowState::Withdrawn;
        let withdrawn_rows = keeper::rows::take_out(ctx, id, &self.rows, why)?;
        ctx.emit_typed(&event::withdrawn(id, withdrawn_rows, &self.reason))?;
        Ok(pb::MsgWithdrawRowsResponse { withdrawn_rows })
    }
}

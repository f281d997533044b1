//! Ports of the trades that pay: attribution and reward.

use whence_attribution::ports::{Adapter as Answering, Settlement};
use whence_base::{Address, Coins, Ctx, Result, StateRead};
use whence_datanet::keeper as datanet;
use whence_model::keeper as model;
use whence_proto::whence::model::v1 as pb;
use whence_reward::ports::{Adapter as Paid, Standing, Story, TrainedOn, WEIGHTS_MAX};

use super::Ports;
use super::money::money;

/// Most versions, and most adapters, that a contribution's story names.
const STORY_MAX: usize = 100;

impl whence_attribution::ports::Ports for Ports {
    money!(send_to_module, send_from_module, send_between_modules);

    fn adapter(
        &self,
        state: &dyn StateRead,
        adapter_id: u64,
        provider_id: u64,
    ) -> Result<Option<Answering>> {
        let Some(adapter) = model::adapter(state, adapter_id)? else { return Ok(None) };
        let index = adapter.index.unwrap_or_default();
        let deployed = model::is_deployed(state, adapter_id, provider_id);
        Ok(Some(Answering { method: index.method, index_root: index.row_root, deployed }))
    }

    fn settle(&self, ctx: &mut Ctx<'_>, settlement: &Settlement) -> Result<()> {
        let settlement = whence_reward::types::Settlement {
            escrow_id: settlement.escrow_id,
            sequence: settlement.sequence,
            adapter_id: settlement.adapter_id,
            operator: settlement.operator.clone(),
            fee: settlement.fee,
            shares: settlement.shares.clone(),
        };
        whence_reward::keeper::settle(ctx, self, &settlement).map(|_| ())
    }
}

impl whence_reward::ports::Ports for Ports {
    money!(send_from_module, send_between_modules);

    fn collect_fees(&self, ctx: &mut Ctx<'_>, from: &'static str, coins: &Coins) -> Result<()> {
        whence_auth::keeper::add_to_fee_collector(ctx, self, from, coins)
    }

    fn standing(&self, state: &dyn StateRead, contribution_id: u64, row: u64) -> Result<Standing> {
        use datanet::Standing as Known;
        Ok(match datanet::standing(state, contribution_id, row)? {
            Known::Earning { payee, datanet_id, first_version, .. } => {
                Standing::Earning { payee, datanet_id, first_version }
            }
            Known::Revoked => Standing::Revoked,
            Known::Withdrawn => Standing::Withdrawn,
            Known::Unknown => Standing::Unknown,
        })
    }

    fn adapter(&self, state: &dyn StateRead, adapter_id: u64) -> Result<Option<Paid>> {
        let Some(adapter) = model::adapter(state, adapter_id)? else { return Ok(None) };
        let proposal = whence_proposal::keeper::require(state, adapter.model_id)?;
        let developer = Address::parse(&adapter.developer)?;
        Ok(Some(Paid {
            developer,
            proposer: Address::parse(&proposal.proposer)?,
            split: proposal.spec.and_then(|spec| spec.split),
            feedback: model::feedback_weights(state, adapter_id)?,
            datanets: trained_on(state, adapter.training)?,
        }))
    }

    fn story(&self, state: &dyn StateRead, contribution_id: u64) -> Result<Option<Story>> {
        let Some(contribution) = datanet::contribution(state, contribution_id)? else {
            return Ok(None);
        };
        let versions = datanet::versions_of(state, &contribution, STORY_MAX)?;
        let adapters = model::trained_on(state, (contribution.datanet_id, &versions), STORY_MAX)?;
        let payee = datanet::payee(&contribution)?;
        Ok(Some(Story { contribution, versions, adapters, payee }))
    }
}

/// The datanets of a training receipt, with their owners of today.
fn trained_on(
    state: &dyn StateRead,
    receipt: Option<pb::TrainingReceipt>,
) -> Result<Vec<TrainedOn>> {
    let mut found = Vec::new();
    for used in receipt.unwrap_or_default().datanet_versions.into_iter().take(WEIGHTS_MAX) {
        let version = datanet::version(state, used.datanet_id, used.version)?;
        let Some(owner) = datanet::owner(state, used.datanet_id)? else { continue };
        found.push(TrainedOn {
            datanet_id: used.datanet_id,
            version: used.version,
            owner,
            rows: version.map_or(0, |version| version.row_count),
        });
    }
    Ok(found)
}

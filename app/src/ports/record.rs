//! Ports of the trades that keep the record: datanet, proposal, model.

use std::collections::BTreeSet;

use whence_attribution::keeper as attribution;
use whence_base::{Address, Coins, Ctx, Result, StateRead};
use whence_datanet::keeper as datanet;
use whence_model::keeper as model;
use whence_model::ports::Version;
use whence_proposal::ports::Accepted;
use whence_proto::whence::proposal::v1::ModelProposal;
use whence_proto::whence::reward::v1::Split;

use super::Ports;
use super::money::money;

/// Most contributors of a datanet that are counted as evidence; a proposal asks for fewer.
const GIVERS_MAX: usize = 1000;
/// Most contributions of a version that are named in a lineage.
const CONTRIBUTIONS_MAX: usize = 100;

impl whence_datanet::ports::Ports for Ports {
    money!(send_to_module, send_from_module, burn);
}

impl whence_proposal::ports::Ports for Ports {
    money!(send_to_module, send_from_module, burn);

    fn check_split(&self, state: &dyn StateRead, split: &Split) -> Result<()> {
        whence_reward::keeper::check_split(state, split)
    }

    fn datanet_exists(&self, state: &dyn StateRead, datanet_id: u64) -> Result<bool> {
        Ok(datanet::datanet(state, datanet_id)?.is_some())
    }

    fn accepted(&self, state: &dyn StateRead, datanet_ids: &[u64]) -> Result<Accepted> {
        let (mut rows, mut givers) = (0_u64, BTreeSet::new());
        for id in datanet_ids {
            let found = datanet::accepted(state, *id, GIVERS_MAX)?;
            rows = rows.saturating_add(found.rows);
            givers.extend(found.givers);
        }
        let contributors = u32::try_from(givers.len()).unwrap_or(u32::MAX);
        Ok(Accepted { rows, contributors })
    }

    fn gov_proposal(&self, state: &dyn StateRead) -> Result<Option<u64>> {
        whence_gov::keeper::executing(state)
    }

    fn adapter_of(&self, state: &dyn StateRead, model_id: u64) -> Result<Option<u64>> {
        model::adapter_of(state, model_id)
    }

    fn accepted_feedback(&self, state: &dyn StateRead, model_id: u64) -> Result<u64> {
        model::accepted_feedback(state, model_id)
    }

    fn deployed(&self, state: &dyn StateRead, model_id: u64) -> Result<Option<(u64, u64)>> {
        model::deployed(state, self, model_id)
    }
}

impl whence_model::ports::Ports for Ports {
    money!(send_to_module, send_from_module, burn);

    fn proposal(&self, state: &dyn StateRead, model_id: u64) -> Result<Option<ModelProposal>> {
        whence_proposal::keeper::proposal(state, model_id)
    }

    fn version(&self, state: &dyn StateRead, id: u64, version: u64) -> Result<Option<Version>> {
        let Some(found) = datanet::version(state, id, version)? else { return Ok(None) };
        let name = datanet::datanet(state, id)?.map(|d| d.name).unwrap_or_default();
        let contributions = found.entries.iter().take(CONTRIBUTIONS_MAX);
        Ok(Some(Version {
            datanet_name: name,
            manifest_root: found.manifest_root,
            row_count: found.row_count,
            published_height: found.height,
            contribution_ids: contributions.map(|entry| entry.contribution_id).collect(),
            licences: found.licences,
        }))
    }

    fn may_review(&self, state: &dyn StateRead, datanets: &[u64], who: &Address) -> Result<bool> {
        for id in datanets {
            let owns = datanet::owner(state, *id)?.as_ref() == Some(who);
            if owns || datanet::is_curator(state, *id, who)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn bonded_operator(&self, state: &dyn StateRead, provider_id: u64) -> Result<Option<Address>> {
        attribution::bonded_operator(state, provider_id)
    }
}

//! `cosmos.base.node.v1beta1.Service`: how this node runs.

use tonic::Status;
use whence_proto::cosmos::base::node::v1beta1::{
    ConfigRequest, ConfigResponse, StatusRequest, StatusResponse,
};

use super::{Call, Node, Table, at_height};
use crate::exec::header;

/// Pruning, as it is told.
#[derive(Clone, Debug, Default)]
pub struct Pruning {
    /// Heights that are kept.
    pub keep_recent: String,
    /// Blocks between two prunings.
    pub interval: String,
}

/// Registers the service.
pub fn register(table: &mut Table) {
    table.add("/cosmos.base.node.v1beta1.Service/Config", config);
    table.add("/cosmos.base.node.v1beta1.Service/Status", status);
}

async fn config(node: Node, _: Call<ConfigRequest>) -> Result<ConfigResponse, Status> {
    let settings = node.app.settings();
    Ok(ConfigResponse {
        minimum_gas_price: settings.minimum_gas_prices.to_string(),
        pruning_keep_recent: node.pruning.keep_recent.clone(),
        pruning_interval: node.pruning.interval.clone(),
        halt_height: settings.halt_height,
    })
}

async fn status(node: Node, _: Call<StatusRequest>) -> Result<StatusResponse, Status> {
    let (_, block) = node.app.committed(None).map_err(at_height)?;
    let latest = node.app.store().latest();
    let comet = node.comet.status().await?;
    Ok(StatusResponse {
        earliest_store_height: node.app.store().earliest(),
        height: block.height,
        timestamp: Some(header::to_timestamp(block.time)),
        app_hash: latest.map(|at| at.app_hash.to_vec()).unwrap_or_default(),
        validator_hash: comet.validator_info.address.as_bytes().to_vec(),
    })
}

//! Info: where we are, from the last batch that was written.

use tendermint_proto::v0_38::abci::ResponseInfo;

use super::wire_height;
use crate::app::{APP_VERSION, App};

/// The last committed height and its app hash; height 0 before the first commit.
pub fn info(app: &App) -> ResponseInfo {
    let latest = app.store().latest();
    ResponseInfo {
        data: "whence".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        app_version: APP_VERSION,
        last_block_height: latest.map_or(0, |at| wire_height(at.height)),
        last_block_app_hash: latest.map(|at| at.app_hash.to_vec()).unwrap_or_default().into(),
    }
}

//! The versions that we tell: our own, and the dialect that we speak.
//!
//! The `build_deps` of the Cosmos SDK, ibc-go and CometBFT mean compatibility on the wire, not
//! linked Go code: Hermes and cosmpy gate their behaviour on them.

use whence_proto::cosmos::base::tendermint::v1beta1::{Module, VersionInfo};

/// Version of the Cosmos SDK whose dialect we speak.
pub const COSMOS_SDK_VERSION: &str = "v0.53.4";
/// Version of CometBFT that we run.
pub const COMETBFT_VERSION: &str = "v0.38.25";
/// Our own version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Name of the application.
pub const NAME: &str = "whence";
/// Name of the node's binary.
pub const SERVER_NAME: &str = "whenced";

/// What `GetNodeInfo` and `version --long` say.
pub fn info() -> VersionInfo {
    let module = |path: &str, version: &str| Module {
        path: path.to_owned(),
        version: version.to_owned(),
        sum: String::new(),
    };
    VersionInfo {
        name: NAME.to_owned(),
        app_name: SERVER_NAME.to_owned(),
        version: VERSION.to_owned(),
        git_commit: option_env!("WHENCE_COMMIT").unwrap_or_default().to_owned(),
        build_tags: String::new(),
        go_version: String::new(),
        build_deps: vec![
            module("github.com/cometbft/cometbft", COMETBFT_VERSION),
            module("github.com/cosmos/cosmos-sdk", COSMOS_SDK_VERSION),
            module("github.com/cosmos/ibc-go/v10", "v10.3.0"),
        ],
        cosmos_sdk_version: COSMOS_SDK_VERSION.to_owned(),
    }
}

//! `genesis.json` in the SDK's layout, and what CometBFT needs of it.

use anyhow::Context;
use serde_json::{Value, json};
use tendermint_proto::v0_38::types::ConsensusParams;

use super::home::Home;
use crate::exec::genesis::AppState;

/// Largest block of a new chain: 2 MiB.
const BLOCK_BYTES: &str = "2097152";
/// Gas of the largest block of a new chain: about 4,000 sends.
const BLOCK_GAS: &str = "400000000";

/// A genesis document.
pub struct Doc(Value);

impl Doc {
    /// A new chain's.
    pub fn new(chain_id: &str, initial_height: u64, app_state: &AppState) -> anyhow::Result<Self> {
        let now = tendermint::Time::now().to_rfc3339();
        Ok(Self(json!({
            "app_name": "whenced",
            "app_version": env!("CARGO_PKG_VERSION"),
            "genesis_time": now,
            "chain_id": chain_id,
            "initial_height": initial_height,
            "app_hash": null,
            "app_state": serde_json::to_value(app_state)?,
            "consensus": { "params": params() },
        })))
    }

    /// Reads the home's.
    pub fn read(home: &Home) -> anyhow::Result<Self> {
        Self::read_file(&home.genesis())
    }

    /// Reads a file.
    pub fn read_file(path: &std::path::Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let value: Value =
            serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        anyhow::ensure!(value.is_object(), "{}: expected an object", path.display());
        Ok(Self(value))
    }

    /// Writes the home's.
    pub fn write(&self, home: &Home) -> anyhow::Result<()> {
        let path = home.genesis();
        let text = format!("{:#}\n", self.0);
        std::fs::write(&path, text).with_context(|| path.display().to_string())
    }

    /// Chain id.
    pub fn chain_id(&self) -> anyhow::Result<&str> {
        self.0["chain_id"].as_str().context("genesis.json: chain_id is missing")
    }

    /// The sections of the modules.
    pub fn app_state(&self) -> anyhow::Result<AppState> {
        serde_json::from_value(self.0["app_state"].clone()).context("genesis.json: app_state")
    }

    /// Replaces the sections of the modules.
    pub fn set_app_state(&mut self, state: &AppState) -> anyhow::Result<()> {
        self.0["app_state"] = serde_json::to_value(state)?;
        Ok(())
    }

    /// Names the first validators in CometBFT's form, where no genesis transaction does.
    pub fn set_validators(&mut self, validators: &Value) {
        self.set_consensus("validators", validators.clone());
    }

    /// Replaces the consensus parameters.
    pub fn set_consensus_params(&mut self, params: Value) {
        self.set_consensus("params", params);
    }

    /// Sets a key of the section `consensus`, which becomes an object when it is none.
    fn set_consensus(&mut self, key: &str, value: Value) {
        let mut section = self.0["consensus"].as_object().cloned().unwrap_or_default();
        section.insert(key.to_owned(), value);
        self.0["consensus"] = Value::Object(section);
    }

    /// The document itself.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// Consensus parameters.
    pub fn consensus_params(&self) -> anyhow::Result<ConsensusParams> {
        let comet: tendermint::consensus::Params = serde_json::from_value(self.params().clone())
            .context("genesis.json: consensus.params")?;
        Ok(comet.into())
    }

    /// Consensus parameters as JSON: `consensus.params`, or `consensus_params` in older files.
    fn params(&self) -> &Value {
        match &self.0["consensus"]["params"] {
            Value::Null => &self.0["consensus_params"],
            params => params,
        }
    }

    /// The same genesis in CometBFT's own layout.
    pub fn for_comet(&self) -> anyhow::Result<Value> {
        let height = match &self.0["initial_height"] {
            Value::Null => "1".to_owned(),
            Value::String(text) => text.clone(),
            number => number.to_string(),
        };
        let validators = match &self.0["consensus"]["validators"] {
            Value::Null => json!([]),
            validators => validators.clone(),
        };
        Ok(json!({
            "genesis_time": self.0["genesis_time"],
            "chain_id": self.chain_id()?,
            "initial_height": height,
            "consensus_params": self.params(),
            "validators": validators,
            "app_hash": "",
            "app_state": self.0["app_state"],
        }))
    }
}

/// Consensus parameters in CometBFT's JSON.
pub fn params_to_json(params: &ConsensusParams) -> anyhow::Result<Value> {
    let comet = tendermint::consensus::Params::try_from(params.clone())?;
    Ok(serde_json::to_value(comet)?)
}

fn params() -> Value {
    json!({
        "block": { "max_bytes": BLOCK_BYTES, "max_gas": BLOCK_GAS },
        "evidence": {
            "max_age_num_blocks": "100000",
            "max_age_duration": "172800000000000",
            "max_bytes": "1048576",
        },
        "validator": { "pub_key_types": ["ed25519"] },
        "version": { "app": "0" },
        "abci": { "vote_extensions_enable_height": "0" },
    })
}

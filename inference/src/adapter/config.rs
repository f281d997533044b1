//! `adapter_config.json`: what we serve, and what we refuse by name.

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::model::Target;

/// Largest rank we serve.
pub(super) const RANK_MAX: usize = 64;

/// Settings that must be absent, null, false or empty, because they change the arithmetic.
const REFUSED: [&str; 17] = [
    "use_dora",
    "use_qalora",
    "lora_bias",
    "fan_in_fan_out",
    "modules_to_save",
    "rank_pattern",
    "alpha_pattern",
    "layers_to_transform",
    "layers_pattern",
    "layer_replication",
    "exclude_modules",
    "trainable_token_indices",
    "target_parameters",
    "megatron_config",
    "alora_invocation_tokens",
    "arrow_config",
    "corda_config",
];

/// The part of the configuration that decides what an adapter computes.
#[derive(Debug, Clone, PartialEq)]
pub struct AdapterConfig {
    /// Rank of every delta.
    pub rank: usize,
    /// Strength: the deltas are scaled by `alpha / rank`.
    pub alpha: f32,
    /// `alpha / sqrt(rank)` instead.
    pub rank_stabilised: bool,
    /// Maps that are changed, in a block's order, each once.
    pub targets: Vec<Target>,
}

impl AdapterConfig {
    /// A configuration with its targets put in order.
    pub fn new(rank: usize, alpha: f32, mut targets: Vec<Target>) -> Result<Self> {
        targets.sort_unstable();
        targets.dedup();
        if rank == 0 || rank > RANK_MAX {
            return Err(Error::Adapter(format!("rank {rank} is not in 1 to {RANK_MAX}")));
        }
        if !alpha.is_finite() || alpha <= 0.0 {
            return Err(Error::Adapter(format!("alpha {alpha} is not a positive number")));
        }
        if targets.is_empty() {
            return Err(Error::Adapter("no target modules: at least one".into()));
        }
        Ok(Self { rank, alpha, rank_stabilised: false, targets })
    }

    /// What the deltas are multiplied by.
    pub fn scale(&self) -> f32 {
        match self.rank_stabilised {
            true => self.alpha / (self.rank as f32).sqrt(),
            false => self.alpha / self.rank as f32,
        }
    }

    /// Reads the file, refusing what it asks for and we do not do.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let file: Value = serde_json::from_slice(bytes)
            .map_err(|why| Error::Adapter(format!("the configuration is not JSON: {why}")))?;
        refuse_unknown_arithmetic(&file)?;
        let rank = file["r"].as_u64().unwrap_or(0) as usize;
        let alpha = file["lora_alpha"].as_f64().unwrap_or(0.0) as f32;
        let mut config = Self::new(rank, alpha, targets(&file["target_modules"])?)?;
        config.rank_stabilised = file["use_rslora"].as_bool().unwrap_or(false);
        Ok(config)
    }

    /// Writes the file as PEFT reads it.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let names: Vec<&str> = self.targets.iter().map(|target| target.name()).collect();
        let file = json!({
            "peft_type": "LORA",
            "task_type": "CAUSAL_LM",
            "base_model_name_or_path": "",
            "inference_mode": true,
            "r": self.rank,
            "lora_alpha": self.alpha,
            "lora_dropout": 0.0,
            "use_rslora": self.rank_stabilised,
            "use_dora": false,
            "bias": "none",
            "fan_in_fan_out": false,
            "init_lora_weights": true,
            "target_modules": names,
        });
        serde_json::to_vec_pretty(&file).map_err(|why| Error::Adapter(why.to_string()))
    }
}

fn refuse_unknown_arithmetic(file: &Value) -> Result<()> {
    let refuse = |what: String| Err(Error::Adapter(what));
    if file["peft_type"] != "LORA" {
        return refuse(format!("peft_type is {}: only \"LORA\" is served", file["peft_type"]));
    }
    if !matches!(&file["bias"], Value::Null) && file["bias"] != "none" {
        return refuse(format!("bias is {}: only \"none\" is served", file["bias"]));
    }
    match &file["init_lora_weights"] {
        Value::Null | Value::Bool(_) => {}
        Value::String(name) if name == "gaussian" => {}
        other => return refuse(format!("init_lora_weights {other} changes the base: convert it")),
    }
    for name in REFUSED {
        if is_set(&file[name]) {
            return refuse(format!("{name} is set to {}: not served", file[name]));
        }
    }
    Ok(())
}

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(items) => !items.is_empty(),
        _ => true,
    }
}

fn targets(value: &Value) -> Result<Vec<Target>> {
    let Some(names) = value.as_array() else {
        return Err(Error::Adapter(format!("target_modules is {value}: expected a list of names")));
    };
    names.iter().map(|name| name.as_str().unwrap_or_default().parse()).collect()
}

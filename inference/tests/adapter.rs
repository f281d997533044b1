//! PEFT files: what is read and written, and what is refused by name.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests"
)]

mod common;

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use whence_inference::adapter::{Adapter, AdapterConfig, Matrices};
use whence_inference::model::{Config, Target};

fn base() -> Config {
    Config {
        layers: 2,
        width: 8,
        feed_width: 16,
        heads: 2,
        kv_heads: 1,
        head_width: 4,
        vocabulary: 10,
        context: 16,
        rope_base: 10000.0,
        norm_epsilon: 1e-5,
    }
}

fn adapter() -> Adapter {
    let config = AdapterConfig::new(2, 4.0, vec![Target::Value, Target::Query]).unwrap();
    let mut matrices = BTreeMap::new();
    for layer in 0..2 {
        for (target, out) in [(Target::Query, 8), (Target::Value, 4)] {
            let a = (0..16).map(|at| at as f32 + layer as f32).collect();
            let b = (0..out * 2).map(|at| -(at as f32)).collect();
            matrices.insert((layer, target), Matrices { a, b });
        }
    }
    Adapter::new(config, matrices, &base()).unwrap()
}

fn config_with(field: &str, value: Value) -> Vec<u8> {
    let json = adapter().config().to_json().unwrap();
    let mut json: Value = serde_json::from_slice(&json).unwrap();
    json[field] = value;
    serde_json::to_vec(&json).unwrap()
}

#[test]
fn what_is_written_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    adapter().write(folder.path()).unwrap();
    let read = Adapter::read(folder.path(), &base()).unwrap();
    assert_eq!(read, adapter());
    assert_eq!(read.digest().unwrap(), adapter().digest().unwrap());
}

#[test]
fn names_and_shapes_are_pefts() {
    let bytes = adapter().tensor_bytes().unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let name = "base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight";
    assert_eq!(file.tensor(name).unwrap().shape(), [4, 2]);
    assert_eq!(file.len(), 8);
}

#[test]
fn what_changes_the_arithmetic_is_refused_by_name() {
    let table = [
        ("peft_type", json!("LOHA")),
        ("bias", json!("all")),
        ("use_dora", json!(true)),
        ("modules_to_save", json!(["lm_head"])),
        ("rank_pattern", json!({"q_proj": 4})),
        ("alpha_pattern", json!({"q_proj": 4})),
        ("layer_replication", json!([[0, 1]])),
        ("layers_to_transform", json!([0])),
        ("init_lora_weights", json!("pissa")),
        ("lora_bias", json!(true)),
        ("fan_in_fan_out", json!(true)),
        ("target_modules", json!("all-linear")),
        ("target_modules", json!(["lm_head"])),
        ("target_modules", json!([])),
        ("r", json!(0)),
        ("r", json!(65)),
        ("r", json!(-1)),
        ("lora_alpha", json!(0)),
        ("lora_alpha", json!("much")),
    ];
    for (field, value) in table {
        let refused = AdapterConfig::parse(&config_with(field, value.clone())).map(drop);
        assert_eq!(refused.unwrap_err().code(), 5, "{field} {value}");
    }
    assert!(AdapterConfig::parse(b"{").is_err());
    assert!(AdapterConfig::parse(b"[]").is_err());
    assert_eq!(&AdapterConfig::parse(&config_with("x", json!(1))).unwrap(), adapter().config());
}

#[test]
fn rank_stabilised_adapters_have_their_own_scale() {
    let config = AdapterConfig::parse(&config_with("use_rslora", json!(true))).unwrap();
    assert_eq!(config.scale(), 4.0 / 2f32.sqrt());
    assert_eq!(adapter().config().scale(), 2.0);
}

#[test]
fn tensors_that_do_not_fit_are_refused() {
    let config = adapter().config().to_json().unwrap();
    let bytes = adapter().tensor_bytes().unwrap();
    let read = |bytes: &[u8], base: &Config| Adapter::from_bytes(&config, bytes, base).map(drop);
    assert!(read(&bytes, &base()).is_ok());
    let other = [
        Config { layers: 1, ..base() },
        Config { layers: 3, ..base() },
        Config { width: 12, ..base() },
        Config { kv_heads: 2, ..base() },
    ];
    for base in other {
        assert_eq!(read(&bytes, &base).unwrap_err().code(), 5, "{base:?}");
    }
    let mut long = bytes.clone();
    long[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(read(&long, &base()).is_err());
    let mut endless = bytes.clone();
    let at = endless.len() - 4;
    endless[at..].copy_from_slice(&f32::NAN.to_le_bytes());
    let refused = read(&endless, &base()).unwrap_err().to_string();
    assert!(refused.contains("not finite"), "{refused}");
    let wide = AdapterConfig::parse(&config_with("r", json!(4))).unwrap().to_json().unwrap();
    assert!(Adapter::from_bytes(&wide, &bytes, &base()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_mutation_is_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(),
    ) {
        let config = adapter().config().to_json().unwrap();
        let mut bytes = adapter().tensor_bytes().unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len().min(900));
            bytes[at] = byte;
        }
        let _read = Adapter::from_bytes(&config, &bytes, &base());
        let _cut = Adapter::from_bytes(&config, &bytes[..end.index(bytes.len())], &base());
    }
}

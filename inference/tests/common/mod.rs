//! What tests share: the base model, loaded once.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test uses a part")]

use std::path::PathBuf;
use std::sync::OnceLock;

use whence_inference::cli::{MODEL_NAME, models_folder};
use whence_inference::engine::{Chosen, Engine};

pub fn model_path() -> PathBuf {
    let path = std::env::var_os("WHENCE_MODEL").map(PathBuf::from);
    let path = path.unwrap_or_else(|| models_folder().join(MODEL_NAME));
    assert!(path.exists(), "{} is not there: run inference/fetch-model.sh", path.display());
    path
}

pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::load(&model_path(), Chosen::cpu()).expect("the model loads"))
}

pub fn fixture(name: &str) -> serde_json::Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    let text = std::fs::read_to_string(&path).expect("the fixture is there");
    serde_json::from_str(&text).expect("the fixture is JSON")
}

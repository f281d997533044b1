//! What is committed under `src/gen` is what the .proto files give.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

#[path = "../codegen/mod.rs"]
mod codegen;

use std::collections::BTreeMap;
use std::path::Path;

const HOW: &str =
    "run: cargo run --release -p whence-proto --bin whence-proto-regenerate --features codegen";

#[test]
fn generated_code_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = codegen::generate(root).expect("the protos compile");

    let mut committed = BTreeMap::new();
    for entry in std::fs::read_dir(root.join("src/gen")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        committed.insert(name, std::fs::read(path).unwrap());
    }
    assert_eq!(
        fresh.keys().collect::<Vec<_>>(),
        committed.keys().collect::<Vec<_>>(),
        "other files; {HOW}"
    );
    for (name, content) in &fresh {
        assert!(committed.get(name) == Some(content), "{name} is stale; {HOW}");
    }
}

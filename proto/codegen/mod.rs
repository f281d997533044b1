//! Turns the .proto files into Rust types, service stubs and one descriptor set, without protoc.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use protox::Compiler;

/// Foreign types that exist in crates already; ours refer to those.
const EXTERN: [(&str, &str); 4] = [
    (".cosmos", "::cosmos_sdk_proto::cosmos"),
    (".google.protobuf.Any", "::cosmos_sdk_proto::Any"),
    (".google.protobuf.Timestamp", "::cosmos_sdk_proto::Timestamp"),
    (".google.protobuf.Duration", "::cosmos_sdk_proto::tendermint::google::protobuf::Duration"),
];

/// Generates everything from the protos under `root` (the crate's folder): file name to content.
pub(crate) fn generate(root: &Path) -> Result<BTreeMap<String, Vec<u8>>, Box<dyn Error>> {
    let ours = protos_under(&root.join("whence"))?;
    let foreign = protos_under(&root.join("third_party"))?;

    let mut compiler = Compiler::new([root.join("third_party"), root.to_path_buf()])?;
    compiler.include_imports(true).include_source_info(true).open_files(&ours)?;
    let mut files = generate_rust(compiler.file_descriptor_set())?;

    let mut compiler = Compiler::new([root.join("third_party"), root.to_path_buf()])?;
    compiler.include_imports(true).include_source_info(false);
    compiler.open_files(ours.iter().chain(&foreign))?;
    // The raw encoding keeps the custom options, which a decoded FileDescriptorSet would lose.
    files.insert("descriptors.bin".to_owned(), compiler.encode_file_descriptor_set());
    Ok(files)
}

fn generate_rust(
    set: prost_types::FileDescriptorSet,
) -> Result<BTreeMap<String, Vec<u8>>, Box<dyn Error>> {
    let out = tempdir()?;
    let mut config = prost_build::Config::new();
    config.enable_type_names().out_dir(&out);
    let mut builder = tonic_build::configure().out_dir(&out).emit_rerun_if_changed(false);
    for (proto, rust) in EXTERN {
        builder = builder.extern_path(proto, rust);
    }
    builder.compile_fds_with_config(config, set)?;

    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&out)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The compiler needs to see all packages; only ours are wanted.
        if name.starts_with("whence.") {
            files.insert(name, std::fs::read(&path)?);
        }
    }
    std::fs::remove_dir_all(&out)?;
    Ok(files)
}

/// A fresh folder for prost-build, which can only write to disk.
fn tempdir() -> Result<PathBuf, Box<dyn Error>> {
    let dir = std::env::temp_dir().join(format!("whence-proto-{}", std::process::id()));
    if dir.exists() {
        std::fs::remove_dir_all(&dir)?;
    }
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}

/// All .proto files under a folder, sorted by path.
fn protos_under(dir: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut waiting = vec![dir.to_path_buf()];
    while let Some(dir) = waiting.pop() {
        for entry in std::fs::read_dir(dir)? {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|e| e == "proto") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

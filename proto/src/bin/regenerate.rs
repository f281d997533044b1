//! Writes `proto/src/gen` anew from the .proto files; run it after every change to them.

#[path = "../../codegen/mod.rs"]
mod codegen;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = root.join("src/gen");
    let files = codegen::generate(root)?;

    if out.exists() {
        std::fs::remove_dir_all(&out)?;
    }
    std::fs::create_dir_all(&out)?;
    for (name, content) in &files {
        std::fs::write(out.join(name), content)?;
    }
    println!("wrote {} files to {}", files.len(), out.display());
    Ok(())
}

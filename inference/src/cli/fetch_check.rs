//! `fetch-check`: is the default base model there, and is it the one we mean?

use sha2::{Digest, Sha256};

use super::Base;
use crate::error::{Error, Result};
use crate::gguf::Gguf;

/// SHA-256 of the default base model, as `fetch-model.sh` pins it.
const MODEL_SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

/// Check that the default base model is there and whole.
#[derive(Debug, clap::Args)]
pub(super) struct FetchCheck {
    #[command(flatten)]
    base: Base,
}

impl FetchCheck {
    pub(super) fn run(self) -> Result<()> {
        let path = self.base.path();
        let gguf = Gguf::open(&path)?;
        let digest = hex::encode(Sha256::digest(gguf.bytes()));
        if digest != MODEL_SHA256 {
            return Err(Error::Model(format!(
                "{} has digest {digest}: expected {MODEL_SHA256}",
                path.display()
            )));
        }
        println!("{} is whole: {} tensors", path.display(), gguf.tensors().len());
        Ok(())
    }
}

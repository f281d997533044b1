//! `probe-device`: looks at graphics adapters, in a process of its own that may crash.

use crate::engine::device;
use crate::error::{Error, Result};

/// Print the graphics adapters this machine has, as JSON.
#[derive(Debug, clap::Args)]
pub(super) struct ProbeDevice {}

impl ProbeDevice {
    pub(super) fn run(self) -> Result<()> {
        let adapters = device::look();
        let json = serde_json::to_string(&adapters);
        println!("{}", json.map_err(|why| Error::Device(why.to_string()))?);
        Ok(())
    }
}

//! One file per message. Gas is fixed: about 10,000 per key that it writes, now and later in
//! blocks.

pub(crate) mod cancel_proposal;
pub(crate) mod deposit;
pub(crate) mod submit_proposal;
pub(crate) mod update_params;
pub(crate) mod vote;

use whence_base::{Result, ensure};

use crate::error::GovError;

/// Longest metadata and title, in bytes.
const METADATA_MAX: usize = 255;

fn check_metadata(text: &str) -> Result<()> {
    ensure(text.len() <= METADATA_MAX, GovError::MetadataTooLong(text.len()))
}

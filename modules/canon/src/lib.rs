//! Pure canonical forms that chain, CLI and sidecar share.

pub mod report;
pub mod voucher;

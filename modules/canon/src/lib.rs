//! Pure canonical forms that chain, CLI and sidecar share.

pub mod commit;
pub mod licence;
pub mod merkle;
pub mod report;
pub mod row;
pub mod voucher;

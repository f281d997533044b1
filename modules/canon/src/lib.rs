//! Pure canonical forms that chain, CLI and sidecar share.

pub mod claim;
pub mod commit;
pub mod index;
pub mod licence;
pub mod measure;
pub mod merkle;
pub mod receipt;
pub mod report;
pub mod row;
pub mod score;
pub mod voucher;

//! From scores of several sources to shares: parts per billion, summing to at most one.
//!
//! | room | what it is for |
//! |---|---|
//! | [`shares`] | weights over sources, clusters of duplicates, what stays unattributed |
//! | [`ledger`] | what each contributor's rows did, helped or hurt, for audits |

pub mod ledger;
pub mod shares;

pub use ledger::{Account, Ledger};
pub use shares::{Fused, FusedShare, RowScore, Source, fuse};

//! The staking module.

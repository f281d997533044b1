//! The proposal module.

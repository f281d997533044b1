//! The reward module.

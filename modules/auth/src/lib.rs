//! The auth module.

//! The attribution module.

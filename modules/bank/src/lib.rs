//! The bank module.

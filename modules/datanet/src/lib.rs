//! The datanet module.

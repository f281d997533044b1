//! The gov module.

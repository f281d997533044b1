//! Messages of auth.

mod update_params;

pub use update_params::UpdateParams;

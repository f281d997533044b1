//! The wire: generated types of Whence's protos, descriptors and JSON forms.

pub use cosmos_sdk_proto::{Any, cosmos};

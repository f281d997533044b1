//! Protobuf JSON as the Cosmos SDK prints and reads it.
//!
//! Proto field names, 64-bit integers as strings, bytes in base64 (empty ones as `null`), defaults
//! written out, `Any` with `@type`, times in RFC 3339, spans in seconds, `LegacyDec` as decimals.

mod decode;
mod encode;
mod error;

use prost::{Message, Name};
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde_json::Value;

use crate::descriptors::pool;
pub use error::{JsonError, Reason};

/// How deep messages may nest, those inside `Any` included.
pub(crate) const DEPTH_MAX: u32 = 64;

/// The JSON of an encoded message.
pub fn to_json(type_name: &str, bytes: &[u8]) -> Result<Value, JsonError> {
    let message = DynamicMessage::decode(named(type_name)?, bytes)
        .map_err(|e| Reason::Malformed(type_name.to_owned(), e.to_string()))?;
    encode::message(&message, DEPTH_MAX)
}

/// The encoding of a message that is given in JSON; unknown fields are refused by name.
pub fn from_json(type_name: &str, value: &Value) -> Result<Vec<u8>, JsonError> {
    Ok(decode::message(&named(type_name)?, value, DEPTH_MAX)?.encode_to_vec())
}

/// The JSON of a message.
pub fn encode<M: Message + Name>(message: &M) -> Result<Value, JsonError> {
    to_json(&M::full_name(), &message.encode_to_vec())
}

/// The message that is given in JSON.
pub fn decode<M: Message + Name + Default>(value: &Value) -> Result<M, JsonError> {
    let bytes = from_json(&M::full_name(), value)?;
    M::decode(bytes.as_slice()).map_err(|e| Reason::Malformed(M::full_name(), e.to_string()).into())
}

fn named(type_name: &str) -> Result<MessageDescriptor, JsonError> {
    pool()
        .get_message_by_name(type_name)
        .ok_or_else(|| Reason::UnknownType(type_name.to_owned()).into())
}

/// The type that a type URL names: what follows its last slash.
fn of_url(type_url: &str) -> Result<MessageDescriptor, JsonError> {
    named(type_url.rsplit('/').next().unwrap_or(type_url))
}

//! Types that amino JSON writes in a way of their own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost_reflect::{DynamicMessage, ReflectMessage, Value};

use super::encode;
use super::text::{Object, quote};
use super::{AminoError, Result};
use crate::clock;

const NANOS: i64 = 1_000_000_000;

/// Google's types; none for any other.
pub(super) fn well_known(message: &DynamicMessage, depth: u32) -> Option<Result<String>> {
    let out_of_range = |what: &str| AminoError::OutOfRange(what.to_owned());
    match message.descriptor().full_name() {
        "google.protobuf.Timestamp" => {
            let text = timestamp(message).map(|t| quote(&t));
            Some(text.ok_or_else(|| out_of_range("time")))
        }
        "google.protobuf.Duration" => {
            let text = duration(message).map(|t| quote(&t));
            Some(text.ok_or_else(|| out_of_range("duration")))
        }
        "google.protobuf.Any" => {
            let url = message.get_field_by_number(1);
            let url = url.as_ref().and_then(|v| v.as_str()).unwrap_or_default();
            let bytes = message.get_field_by_number(2);
            let bytes = bytes.as_ref().and_then(|v| v.as_bytes()).cloned().unwrap_or_default();
            Some(encode::packed(url, &bytes, depth))
        }
        _ => None,
    }
}

/// A message whose option names an encoding of its own.
pub(super) fn message(encoding: &str, message: &DynamicMessage, depth: u32) -> Result<String> {
    match encoding {
        "key_field" => {
            let key = message.get_field_by_name("key");
            let key = key.as_ref().and_then(|v| v.as_bytes()).cloned().unwrap_or_default();
            Ok(if key.is_empty() { "null".to_owned() } else { quote(&STANDARD.encode(key)) })
        }
        "threshold_string" => threshold(message, depth),
        "module_account" => Ok(module_account(message)),
        other => Err(AminoError::Unsupported(format!("the encoding {other:?}"))),
    }
}

/// A multisig key: its threshold is a string here, though it has 32 bits.
fn threshold(message: &DynamicMessage, depth: u32) -> Result<String> {
    let keys = message.descriptor().get_field_by_name("public_keys");
    let keys = keys.ok_or_else(|| AminoError::Unsupported("threshold".to_owned()))?;
    let items = message.get_field(&keys);
    let items = encode::list(&keys, items.as_list().unwrap_or_default(), depth)?;
    let threshold = message.get_field_by_name("threshold").and_then(|v| v.as_u32());

    let mut out = Object::default();
    out.put("pubkeys", &items);
    out.put("threshold", &format!("\"{}\"", threshold.unwrap_or_default()));
    Ok(out.close())
}

/// A module account: flat, its numbers as numbers, its key empty.
fn module_account(message: &DynamicMessage) -> String {
    let base = message.get_field_by_name("base_account");
    let base = base.as_ref().and_then(|v| v.as_message());
    let text = |m: Option<&DynamicMessage>, name| {
        let value = m.and_then(|m| m.get_field_by_name(name));
        quote(value.as_ref().and_then(|v| v.as_str()).unwrap_or_default())
    };
    let number = |name| {
        let value = base.and_then(|m| m.get_field_by_name(name)).and_then(|v| v.as_u64());
        value.unwrap_or_default().to_string()
    };
    let permissions = message.get_field_by_name("permissions");
    let permissions = permissions.as_ref().and_then(|v| v.as_list()).unwrap_or_default();
    let permissions: Vec<_> = permissions.iter().filter_map(Value::as_str).map(quote).collect();

    let mut out = Object::default();
    out.put("account_number", &number("account_number"));
    out.put("address", &text(base, "address"));
    out.put("name", &text(Some(message), "name"));
    let none = permissions.is_empty();
    out.put("permissions", &if none { "null".to_owned() } else { super::list(&permissions) });
    out.put("public_key", "\"\"");
    out.put("sequence", &number("sequence"));
    out.close()
}

/// JSON within bytes, with sorted keys and Go's escapes; none when it is no JSON without fractions.
pub(super) fn inline(bytes: &[u8]) -> Option<String> {
    normal(&serde_json::from_slice(bytes).ok()?)
}

fn normal(json: &serde_json::Value) -> Option<String> {
    use serde_json::Value as Json;
    Some(match json {
        Json::Null => "null".to_owned(),
        Json::Bool(v) => v.to_string(),
        // Go reads numbers as floats: only those that survive that unchanged are taken.
        Json::Number(v) => v.as_i64().filter(|n| n.unsigned_abs() < 1 << 53)?.to_string(),
        Json::String(v) => quote(v),
        Json::Array(items) => super::list(&items.iter().map(normal).collect::<Option<Vec<_>>>()?),
        Json::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by(|a, b| a.0.cmp(b.0));
            let mut out = Object::default();
            for (key, value) in sorted {
                out.put(key, &normal(value)?);
            }
            out.close()
        }
    })
}

/// RFC 3339 with as many places as are needed.
fn timestamp(message: &DynamicMessage) -> Option<String> {
    let (seconds, nanos) = seconds_and_nanos(message);
    if !(0..NANOS).contains(&nanos) {
        return None;
    }
    let places = format!(".{nanos:09}");
    let places = places.trim_end_matches('0').trim_end_matches('.');
    Some(format!("{}{places}Z", clock::second_text(seconds)?))
}

/// All of the span in nanoseconds.
fn duration(message: &DynamicMessage) -> Option<String> {
    let (seconds, nanos) = seconds_and_nanos(message);
    Some(seconds.checked_mul(NANOS)?.checked_add(nanos)?.to_string())
}

fn seconds_and_nanos(message: &DynamicMessage) -> (i64, i64) {
    let seconds = message.get_field_by_number(1).and_then(|v| v.as_i64());
    let nanos = message.get_field_by_number(2).and_then(|v| v.as_i32());
    (seconds.unwrap_or_default(), i64::from(nanos.unwrap_or_default()))
}

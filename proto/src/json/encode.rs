//! Messages to JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, Value};
use serde_json::{Map, Value as Json};

use super::{JsonError, Reason, of_url};
use crate::hints::{self, FieldHint, Number};
use crate::{clock, decimal};

type Result<T> = std::result::Result<T, JsonError>;

/// What Go prints for a time that was never set.
const GO_ZERO_TIME: &str = "0001-01-01T00:00:00Z";

pub(super) fn message(message: &DynamicMessage, depth: u32) -> Result<Json> {
    let depth = depth.checked_sub(1).ok_or(Reason::TooDeep)?;
    match message.descriptor().full_name() {
        "google.protobuf.Any" => any(message, depth),
        "google.protobuf.Timestamp" => {
            let (seconds, nanos) = seconds_and_nanos(message);
            let text = clock::timestamp_text(seconds, nanos).ok_or(Reason::OutOfRange("time"))?;
            Ok(Json::String(text))
        }
        "google.protobuf.Duration" => {
            let (seconds, nanos) = seconds_and_nanos(message);
            let text =
                clock::duration_text(seconds, nanos).ok_or(Reason::OutOfRange("duration"))?;
            Ok(Json::String(text))
        }
        _ => object(message, depth).map(Json::Object),
    }
}

fn object(message: &DynamicMessage, depth: u32) -> Result<Map<String, Json>> {
    let mut out = Map::new();
    for field in message.descriptor().fields() {
        let hint = hints::of_field(&field);
        let value = if message.has_field(&field) {
            Some(present(&field, hint, &message.get_field(&field), depth))
        } else {
            absent(&field, hint, depth)
        };
        if let Some(value) = value {
            out.insert(field.name().to_owned(), value.map_err(|e| e.under(field.name()))?);
        }
    }
    Ok(out)
}

fn any(message: &DynamicMessage, depth: u32) -> Result<Json> {
    let url = message.get_field_by_number(1);
    let url = url.as_ref().and_then(|v| v.as_str()).unwrap_or_default();
    let bytes = message.get_field_by_number(2);
    let bytes = bytes.as_ref().and_then(|v| v.as_bytes()).cloned().unwrap_or_default();
    let inner = DynamicMessage::decode(of_url(url)?, bytes)
        .map_err(|e| Reason::Malformed(url.to_owned(), e.to_string()))?;

    let mut out = match self::message(&inner, depth)? {
        Json::Object(fields) => fields,
        plain => Map::from_iter([("value".to_owned(), plain)]),
    };
    out.insert("@type".to_owned(), Json::String(url.to_owned()));
    Ok(Json::Object(out))
}

/// A field that is set.
fn present(field: &FieldDescriptor, hint: &FieldHint, value: &Value, depth: u32) -> Result<Json> {
    match value {
        Value::List(items) => {
            let items = items.iter().enumerate();
            let one = |(i, item)| {
                single(&field.kind(), hint, item, depth).map_err(|e| e.under(&format!("[{i}]")))
            };
            items.map(one).collect::<Result<Vec<_>>>().map(Json::Array)
        }
        Value::Map(entries) => {
            let Kind::Message(entry) = field.kind() else {
                return Err(Reason::OutOfRange("map").into());
            };
            let kind = entry.map_entry_value_field().kind();
            // Sorted: the decoded map has no order of its own.
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|a, b| a.0.cmp(b.0));
            let mut out = Map::new();
            for (key, value) in sorted {
                out.insert(key_text(key), single(&kind, hint, value, depth)?);
            }
            Ok(Json::Object(out))
        }
        one => single(&field.kind(), hint, one, depth),
    }
}

/// A field that is not set; none when it is not to be shown.
fn absent(field: &FieldDescriptor, hint: &FieldHint, depth: u32) -> Option<Result<Json>> {
    if field.is_list() {
        return Some(Ok(Json::Array(Vec::new())));
    }
    if field.is_map() {
        return Some(Ok(Json::Object(Map::new())));
    }
    if field.containing_oneof().is_some() {
        return None;
    }
    match field.kind() {
        Kind::Message(inner) if hint.never_null => Some(match inner.full_name() {
            "google.protobuf.Any" => Ok(Json::Null),
            "google.protobuf.Timestamp" => Ok(Json::String(GO_ZERO_TIME.to_owned())),
            _ => message(&DynamicMessage::new(inner), depth),
        }),
        Kind::Message(_) => Some(Ok(Json::Null)),
        _ if field.supports_presence() => None,
        // A number that Go keeps behind a pointer.
        _ if hint.number.is_some() && !hint.never_null => Some(Ok(Json::Null)),
        kind => Some(single(&kind, hint, &Value::default_value_for_field(field), depth)),
    }
}

/// One value: not a list, not a map.
fn single(kind: &Kind, hint: &FieldHint, value: &Value, depth: u32) -> Result<Json> {
    if let Some(number) = hint.number {
        return numeral(number, value);
    }
    Ok(match value {
        Value::Bool(v) => Json::Bool(*v),
        Value::I32(v) => Json::from(*v),
        Value::U32(v) => Json::from(*v),
        Value::I64(v) => Json::String(v.to_string()),
        Value::U64(v) => Json::String(v.to_string()),
        Value::F32(v) => real(f64::from(*v)),
        Value::F64(v) => real(*v),
        Value::String(v) => Json::String(v.clone()),
        Value::Bytes(v) if v.is_empty() => Json::Null,
        Value::Bytes(v) => Json::String(STANDARD.encode(v)),
        Value::EnumNumber(v) => {
            let name = kind.as_enum().and_then(|e| Some(e.get_value(*v)?.name().to_owned()));
            name.map_or_else(|| Json::from(*v), Json::String)
        }
        Value::Message(v) => message(v, depth)?,
        Value::List(_) | Value::Map(_) => return Err(Reason::OutOfRange("nested list").into()),
    })
}

/// A number that travels as text, in a string or a bytes field; one that was never set is `"0"`.
fn numeral(number: Number, value: &Value) -> Result<Json> {
    let text = match value {
        Value::String(v) => Some(v.as_str()),
        Value::Bytes(v) => std::str::from_utf8(v).ok(),
        _ => None,
    };
    let text = text.ok_or(Reason::OutOfRange("number"))?;
    if text.is_empty() {
        return Ok(Json::String("0".to_owned()));
    }
    let shown = match number {
        Number::Int => decimal::is_integer(text).then(|| text.to_owned()),
        Number::Dec => decimal::from_scaled(text),
    };
    Ok(Json::String(shown.ok_or(Reason::OutOfRange("number"))?))
}

fn real(v: f64) -> Json {
    serde_json::Number::from_f64(v).map_or_else(|| Json::String(v.to_string()), Json::Number)
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(v) => v.to_string(),
        MapKey::I32(v) => v.to_string(),
        MapKey::I64(v) => v.to_string(),
        MapKey::U32(v) => v.to_string(),
        MapKey::U64(v) => v.to_string(),
        MapKey::String(v) => v.clone(),
    }
}

fn seconds_and_nanos(message: &DynamicMessage) -> (i64, i32) {
    let seconds = message.get_field_by_number(1).and_then(|v| v.as_i64());
    let nanos = message.get_field_by_number(2).and_then(|v| v.as_i32());
    (seconds.unwrap_or_default(), nanos.unwrap_or_default())
}

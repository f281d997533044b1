//! JSON to messages.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};
use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};
use serde_json::{Map, Value as Json};

use super::{JsonError, Reason, of_url};
use crate::hints::{self, FieldHint, Number};
use crate::{clock, decimal};

type Result<T> = std::result::Result<T, JsonError>;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

pub(super) fn message(desc: &MessageDescriptor, json: &Json, depth: u32) -> Result<DynamicMessage> {
    let depth = depth.checked_sub(1).ok_or(Reason::TooDeep)?;
    match desc.full_name() {
        "google.protobuf.Any" => any(desc, json, depth),
        "google.protobuf.Timestamp" => {
            let time = json.as_str().and_then(clock::parse_timestamp);
            pair(desc, time.ok_or_else(|| expected("a time as \"2026-11-21T08:00:00Z\"", json))?)
        }
        "google.protobuf.Duration" => {
            let span = json.as_str().and_then(clock::parse_duration);
            pair(desc, span.ok_or_else(|| expected("a duration as \"1.5s\"", json))?)
        }
        _ => {
            let fields = json.as_object().ok_or_else(|| expected("an object", json))?;
            object(desc, fields, depth)
        }
    }
}

fn object(
    desc: &MessageDescriptor,
    fields: &Map<String, Json>,
    depth: u32,
) -> Result<DynamicMessage> {
    let mut out = DynamicMessage::new(desc.clone());
    let mut taken = BTreeSet::new();
    for (name, json) in fields {
        let field = desc
            .get_field_by_name(name)
            .or_else(|| desc.get_field_by_json_name(name))
            .ok_or_else(|| Reason::UnknownField(name.clone(), desc.full_name().to_owned()))?;
        if json.is_null() {
            continue;
        }
        let place =
            field.containing_oneof().map_or(field.name().to_owned(), |o| o.full_name().to_owned());
        if !taken.insert(place) {
            return Err(Reason::Conflict(name.clone()).into());
        }
        let value = whole(&field, json, depth).map_err(|e| e.under(name))?;
        set(&mut out, &field, value)?;
    }
    Ok(out)
}

fn any(desc: &MessageDescriptor, json: &Json, depth: u32) -> Result<DynamicMessage> {
    let fields = json.as_object().ok_or_else(|| expected("an object", json))?;
    let url = fields.get("@type").and_then(Json::as_str).ok_or(Reason::MissingType)?;
    let inner = of_url(url)?;
    let plain = matches!(
        inner.full_name(),
        "google.protobuf.Any" | "google.protobuf.Timestamp" | "google.protobuf.Duration"
    );
    let value = if plain {
        message(&inner, fields.get("value").unwrap_or(&Json::Null), depth)?
    } else {
        let mut rest = fields.clone();
        rest.remove("@type");
        object(&inner, &rest, depth)?
    };

    let mut out = DynamicMessage::new(desc.clone());
    for (number, part) in
        [(1, Value::String(url.to_owned())), (2, Value::Bytes(value.encode_to_vec().into()))]
    {
        let field = desc.get_field(number).ok_or(Reason::MissingType)?;
        set(&mut out, &field, part)?;
    }
    Ok(out)
}

/// A message of seconds and nanoseconds.
fn pair(desc: &MessageDescriptor, (seconds, nanos): (i64, i32)) -> Result<DynamicMessage> {
    let mut out = DynamicMessage::new(desc.clone());
    for (number, part) in [(1, Value::I64(seconds)), (2, Value::I32(nanos))] {
        let field = desc.get_field(number).ok_or(Reason::OutOfRange("time"))?;
        set(&mut out, &field, part)?;
    }
    Ok(out)
}

fn set(message: &mut DynamicMessage, field: &FieldDescriptor, value: Value) -> Result<()> {
    message
        .try_set_field(field, value)
        .map_err(|e| Reason::Malformed(field.full_name().to_owned(), e.to_string()).into())
}

/// A field's value: a list, a map, or one.
fn whole(field: &FieldDescriptor, json: &Json, depth: u32) -> Result<Value> {
    let hint = hints::of_field(field);
    if field.is_map() {
        return map(field, json, depth);
    }
    if field.is_list() {
        let items = json.as_array().ok_or_else(|| expected("an array", json))?.iter().enumerate();
        let one = |(i, item)| {
            single(&field.kind(), hint, item, depth).map_err(|e| e.under(&format!("[{i}]")))
        };
        return items.map(one).collect::<Result<Vec<_>>>().map(Value::List);
    }
    single(&field.kind(), hint, json, depth)
}

fn map(field: &FieldDescriptor, json: &Json, depth: u32) -> Result<Value> {
    let entries = json.as_object().ok_or_else(|| expected("an object", json))?;
    let Kind::Message(entry) = field.kind() else {
        return Err(Reason::OutOfRange("map").into());
    };
    let (key_kind, value_field) =
        (entry.map_entry_key_field().kind(), entry.map_entry_value_field());
    let mut out = BTreeMap::new();
    for (key, json) in entries {
        let key_json = Json::String(key.clone());
        let key = match single(&key_kind, &FieldHint::default(), &key_json, depth)? {
            Value::String(v) => MapKey::String(v),
            Value::I32(v) => MapKey::I32(v),
            Value::I64(v) => MapKey::I64(v),
            Value::U32(v) => MapKey::U32(v),
            Value::U64(v) => MapKey::U64(v),
            _ => return Err(expected("a text or integer key", &key_json)),
        };
        let value = single(&value_field.kind(), hints::of_field(&value_field), json, depth)?;
        out.insert(key, value);
    }
    Ok(Value::Map(out.into_iter().collect()))
}

/// One value: not a list, not a map.
fn single(kind: &Kind, hint: &FieldHint, json: &Json, depth: u32) -> Result<Value> {
    if let Some(number) = hint.number {
        return numeral(number, kind, json);
    }
    let found = |what| expected(what, json);
    Ok(match kind {
        Kind::Bool => Value::Bool(json.as_bool().ok_or_else(|| found("true or false"))?),
        Kind::String => Value::String(json.as_str().ok_or_else(|| found("a string"))?.to_owned()),
        Kind::Bytes => Value::Bytes(bytes(json).ok_or_else(|| found("base64"))?.into()),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            Value::I32(integer(json, "a 32-bit integer")?)
        }
        Kind::Uint32 | Kind::Fixed32 => Value::U32(integer(json, "a 32-bit natural number")?),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            Value::I64(integer(json, "a 64-bit integer")?)
        }
        Kind::Uint64 | Kind::Fixed64 => Value::U64(integer(json, "a 64-bit natural number")?),
        Kind::Float | Kind::Double => return Err(found("no floating-point field")),
        Kind::Enum(desc) => {
            let named = json.as_str().and_then(|name| Some(desc.get_value_by_name(name)?.number()));
            let number = named.or_else(|| json.as_i64().and_then(|v| i32::try_from(v).ok()));
            Value::EnumNumber(number.ok_or_else(|| found("a name of the enumeration"))?)
        }
        Kind::Message(desc) => Value::Message(message(desc, json, depth)?),
    })
}

fn numeral(number: Number, kind: &Kind, json: &Json) -> Result<Value> {
    let what = match number {
        Number::Int => "an integer in a string",
        Number::Dec => "a decimal in a string, with at most 18 places",
    };
    let text = json.as_str().and_then(|text| match number {
        Number::Int => decimal::is_integer(text).then(|| text.to_owned()),
        Number::Dec => decimal::to_scaled(text),
    });
    let text = text.ok_or_else(|| expected(what, json))?;
    Ok(match kind {
        Kind::Bytes => Value::Bytes(text.into_bytes().into()),
        _ => Value::String(text),
    })
}

/// An integer, as a number or in a string.
fn integer<T: std::str::FromStr>(json: &Json, what: &'static str) -> Result<T> {
    let text = match json {
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) if !text.starts_with('+') => Some(text.clone()),
        _ => None,
    };
    text.and_then(|t| t.parse().ok()).ok_or_else(|| expected(what, json))
}

fn bytes(json: &Json) -> Option<Vec<u8>> {
    let text = json.as_str()?;
    PLAIN.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

/// What was wanted beside what is there, cut to a readable length.
fn expected(what: &'static str, json: &Json) -> JsonError {
    let found: String = json.to_string().chars().take(80).collect();
    Reason::Expected(what, found).into()
}

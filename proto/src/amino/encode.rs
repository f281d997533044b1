//! Messages to amino JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};

use super::text::{Object, quote};
use super::{AminoError, Result, special};
use crate::decimal;
use crate::descriptors::pool;
use crate::hints::{self, FieldHint, Number};

/// A message on its own: within its name when it has one.
pub(super) fn top(message: &DynamicMessage, depth: u32) -> Result<String> {
    let value = self::message(message, depth)?;
    Ok(match &hints::of_message(&message.descriptor()).amino_name {
        Some(name) => typed(name, &value),
        None => value,
    })
}

/// A message in an `Any`: within its name, or its type URL when it has none.
pub(super) fn packed(type_url: &str, bytes: &[u8], depth: u32) -> Result<String> {
    let name = type_url.strip_prefix('/').unwrap_or_default();
    let desc = pool()
        .get_message_by_name(name)
        .ok_or_else(|| AminoError::UnknownType(type_url.to_owned()))?;
    let inner = DynamicMessage::decode(desc.clone(), bytes)
        .map_err(|e| AminoError::Malformed(name.to_owned(), e.to_string()))?;
    let value = message(&inner, depth)?;
    Ok(typed(hints::of_message(&desc).amino_name.as_deref().unwrap_or(type_url), &value))
}

/// A message as a value.
pub(super) fn message(message: &DynamicMessage, depth: u32) -> Result<String> {
    let depth = depth.checked_sub(1).ok_or(AminoError::TooDeep)?;
    let desc = message.descriptor();
    if let Some(text) = special::well_known(message, depth) {
        return text;
    }
    if let Some(encoding) = &hints::of_message(&desc).amino_encoding {
        return special::message(encoding, message, depth);
    }
    let mut fields = desc.fields().map(Entry::new).collect::<Result<Vec<_>>>()?;
    fields.sort_by(|a, b| a.key.cmp(&b.key));

    let mut out = Object::default();
    let mut empty_oneof = String::new();
    for entry in &fields {
        if let Some(choice) = &entry.choice {
            one_of(message, entry, choice, depth, (&mut out, &mut empty_oneof))?;
        } else if let Some(value) = plain(message, entry, depth)? {
            out.put(&entry.key, &value);
        }
    }
    Ok(out.close())
}

/// A field with the key that it is sorted and written by.
struct Entry {
    field: FieldDescriptor,
    hint: &'static FieldHint,
    key: String,
    /// Within a oneof: the name of this choice.
    choice: Option<String>,
}

impl Entry {
    fn new(field: FieldDescriptor) -> Result<Self> {
        let hint = hints::of_field(&field);
        let own = hint.amino_name.clone().unwrap_or_else(|| field.name().to_owned());
        let Some(oneof) = field.containing_oneof() else {
            return Ok(Self { field, hint, key: own, choice: None });
        };
        let choice = hint.amino_oneof_name.clone();
        let choice = choice.ok_or_else(|| AminoError::Unsupported(field.full_name().to_owned()))?;
        Ok(Self { key: camel(oneof.name()), choice: Some(choice), hint, field })
    }

    fn name(&self) -> &str {
        self.hint.amino_name.as_deref().unwrap_or(self.field.name())
    }
}

/// `allow_list` as Go names it: `AllowList`.
fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|c| c.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    name.split('_').map(capital).collect()
}

/// A field outside of any oneof; none when it is left out.
fn plain(message: &DynamicMessage, entry: &Entry, depth: u32) -> Result<Option<String>> {
    let (field, hint) = (&entry.field, entry.hint);
    if !message.has_field(field) {
        if !hint.dont_omit_empty {
            return Ok(None);
        }
        if matches!(field.kind(), Kind::Message(_)) && !field.is_list() && !field.is_map() {
            return Err(AminoError::Absent(field.full_name().to_owned()));
        }
    }
    value(field, hint, &message.get_field(field), depth).map(Some)
}

/// A choice of a oneof: written when set; the first of an unset oneof stands for it with `null`.
fn one_of(
    message: &DynamicMessage,
    entry: &Entry,
    choice: &str,
    depth: u32,
    (out, empty): (&mut Object, &mut String),
) -> Result<()> {
    if message.has_field(&entry.field) {
        let text = value(&entry.field, entry.hint, &message.get_field(&entry.field), depth)?;
        let mut inner = Object::default();
        inner.put(entry.name(), &text);
        out.put(&entry.key, &typed(choice, &inner.close()));
        return Ok(());
    }
    let oneof = entry.field.containing_oneof();
    let unset = oneof.is_some_and(|o| !o.fields().any(|f| message.has_field(&f)));
    if unset && *empty != entry.key {
        empty.clone_from(&entry.key);
        out.put(&entry.key, "null");
    }
    Ok(())
}

/// A field's value: a list or one.
fn value(field: &FieldDescriptor, hint: &FieldHint, value: &Value, depth: u32) -> Result<String> {
    let unsupported = || AminoError::Unsupported(field.full_name().to_owned());
    match value {
        Value::Map(_) => Err(unsupported()),
        Value::List(items) if items.is_empty() => {
            // Go's nil slice; only coins are written as an empty list.
            let coins = hint.amino_encoding.as_deref() == Some("legacy_coins");
            Ok(if coins { "[]" } else { "null" }.to_owned())
        }
        Value::List(items) => list(field, items, depth),
        Value::Bytes(bytes) if hint.amino_encoding.as_deref() == Some("inline_json") => {
            special::inline(bytes).ok_or_else(unsupported)
        }
        one => match numeral(hint, one) {
            Some(text) => text.ok_or_else(|| AminoError::OutOfRange(field.full_name().to_owned())),
            None => single(field, one, depth),
        },
    }
}

/// A list, item by item; the options of the field do not apply to its items.
pub(super) fn list(field: &FieldDescriptor, items: &[Value], depth: u32) -> Result<String> {
    let items = items.iter().map(|item| single(field, item, depth)).collect::<Result<Vec<_>>>()?;
    Ok(super::list(&items))
}

/// One value, as its type says.
fn single(field: &FieldDescriptor, value: &Value, depth: u32) -> Result<String> {
    Ok(match value {
        Value::Bool(v) => v.to_string(),
        Value::I32(v) => v.to_string(),
        Value::U32(v) => v.to_string(),
        Value::EnumNumber(v) => v.to_string(),
        Value::I64(v) => format!("\"{v}\""),
        Value::U64(v) => format!("\"{v}\""),
        Value::String(v) => quote(v),
        Value::Bytes(v) if v.is_empty() && !field.is_list() => "null".to_owned(),
        Value::Bytes(v) => quote(&STANDARD.encode(v)),
        Value::Message(v) => message(v, depth)?,
        Value::F32(_) | Value::F64(_) | Value::List(_) | Value::Map(_) => {
            return Err(AminoError::Unsupported(field.full_name().to_owned()));
        }
    })
}

/// A number that travels as text; the inner none: it is not one.
fn numeral(hint: &FieldHint, value: &Value) -> Option<Option<String>> {
    let dec = hint.number == Some(Number::Dec) && hint.dec_scalar;
    if !dec && !hint.int_scalar {
        return None;
    }
    let text = match value {
        Value::String(v) => v.as_str(),
        Value::Bytes(v) => std::str::from_utf8(v).unwrap_or("?"),
        _ => return None,
    };
    Some(match (text, dec) {
        ("", _) => Some("\"0\"".to_owned()),
        (text, true) => decimal::from_scaled(text).map(|t| quote(&t)),
        (text, false) => Some(quote(text)),
    })
}

fn typed(name: &str, value: &str) -> String {
    let mut out = Object::default();
    out.put("type", &quote(name));
    out.put("value", value);
    out.close()
}

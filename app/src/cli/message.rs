//! Messages from command lines and JSON, by the descriptors: what a module adds works without more
//! code.

use anyhow::Context;
use prost_reflect::{
    FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, Value as Reflected,
};
use serde_json::{Map, Value, json};
use whence_proto::{Any, json as proto_json, pool};

use super::amounts;
use super::flags::Fields;

const COIN: &str = "cosmos.base.v1beta1.Coin";
/// Most services of one name that are looked at.
const SERVICES_MAX: usize = 10_000;

/// A message in JSON with its `@type`.
pub fn from_json(value: &Value) -> anyhow::Result<Any> {
    let type_url = value["@type"].as_str().context("a message needs an \"@type\"")?.to_owned();
    let mut fields = value.clone();
    if let Some(object) = fields.as_object_mut() {
        object.remove("@type");
    }
    let bytes = proto_json::from_json(type_url.trim_start_matches('/'), &fields)
        .with_context(|| type_url.clone())?;
    Ok(Any { type_url, value: bytes })
}

/// A method of a module's `Query` or `Msg` service, by its name in kebab case.
pub fn method(module: &str, service: &str, command: &str) -> anyhow::Result<MethodDescriptor> {
    let mut found: Vec<_> = pool()
        .services()
        .take(SERVICES_MAX)
        .filter(|known| known.name() == service)
        .filter(|known| known.package_name().split('.').nth(1) == Some(module))
        .filter_map(|known| known.methods().find(|method| kebab(method.name()) == command))
        .collect();
    // Of several versions the highest: v1 comes before v1beta1 in order, and is newer.
    found.sort_by(|a, b| a.full_name().cmp(b.full_name()));
    found
        .into_iter()
        .next()
        .with_context(|| format!("unknown command {command:?} for module {module:?}"))
}

/// What can follow `query` or `tx`: the modules, a module's commands, or a command's flags.
pub fn help(service: &str, words: &[String]) -> anyhow::Result<String> {
    let services = || pool().services().take(SERVICES_MAX).filter(|s| s.name() == service);
    let module_of = |name: &str| name.split('.').nth(1).unwrap_or_default().to_owned();
    let lines: std::collections::BTreeSet<String> = match words {
        [] => services().map(|s| module_of(s.package_name())).collect(),
        [module] => services()
            .filter(|s| module_of(s.package_name()) == *module)
            .flat_map(|s| s.methods().map(|m| kebab(m.name())).collect::<Vec<_>>())
            .collect(),
        [module, command, ..] => {
            let fields = field_names(&method(module, service, command)?.input(), &[]);
            return Ok(fields.iter().map(|f| format!("--{}\n", f.replace('_', "-"))).collect());
        }
    };
    Ok(lines.into_iter().map(|line| line + "\n").collect())
}

/// `SubmitProposal` as `submit-proposal`.
pub fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (place, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && place > 0 {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The gRPC path of a method.
pub fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// The message's JSON from a command's words: named fields, and those that stand alone in order.
pub fn build(
    message: &MessageDescriptor,
    fields: Fields,
    order: &[&str],
) -> anyhow::Result<Map<String, Value>> {
    let mut object = Map::new();
    anyhow::ensure!(
        fields.positional.len() <= order.len(),
        "too many arguments; expected {}",
        order.join(" ")
    );
    let by_place = order.iter().map(|name| (*name).to_owned()).zip(fields.positional);
    for (name, text) in by_place.chain(fields.named) {
        let field = message
            .get_field_by_name(&name)
            .with_context(|| format!("unknown flag: --{}", name.replace('_', "-")))?;
        let value = field_value(&field, &text).with_context(|| format!("--{name} {text}"))?;
        match (object.get_mut(&name).and_then(Value::as_array_mut), value) {
            (Some(list), Value::Array(more)) => list.extend(more),
            (_, value) => {
                object.insert(name, value);
            }
        }
    }
    Ok(object)
}

/// Names of a message's fields in order, without some.
pub fn field_names(message: &MessageDescriptor, without: &[&str]) -> Vec<String> {
    let names = message.fields().map(|field| field.name().to_owned());
    names.filter(|name| !without.contains(&name.as_str())).collect()
}

/// Names of the fields that say who signs.
pub fn signer_fields(message: &MessageDescriptor) -> Vec<String> {
    let Some(extension) = pool().get_extension_by_name("cosmos.msg.v1.signer") else {
        return Vec::new();
    };
    let options = message.options();
    let value = options.get_extension(&extension).into_owned();
    let names = value.as_list().unwrap_or_default();
    names.iter().filter_map(Reflected::as_str).map(str::to_owned).collect()
}

fn field_value(field: &FieldDescriptor, text: &str) -> anyhow::Result<Value> {
    if let Some(file) = text.strip_prefix('@') {
        let text = std::fs::read_to_string(file).with_context(|| file.to_owned())?;
        return Ok(serde_json::from_str(&text)?);
    }
    if field.is_list() {
        return list_value(field, text);
    }
    one_value(field, text)
}

fn list_value(field: &FieldDescriptor, text: &str) -> anyhow::Result<Value> {
    if text.starts_with('[') {
        return Ok(serde_json::from_str(text)?);
    }
    if is_coin(field) {
        let coins = amounts::coins(text)?;
        return Ok(coins.iter().map(|coin| coin_json(&coin)).collect());
    }
    if text.starts_with('{') {
        return Ok(json!([one_value(field, text)?]));
    }
    text.split(',').map(|part| one_value(field, part)).collect()
}

fn one_value(field: &FieldDescriptor, text: &str) -> anyhow::Result<Value> {
    Ok(match field.kind() {
        Kind::Message(_) if is_coin(field) && !text.starts_with('{') => {
            coin_json(&amounts::coin(text)?)
        }
        Kind::Message(_) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Kind::Bool => json!(text.parse::<bool>()?),
        Kind::Enum(kind) => json!(enum_name(&kind, text)),
        Kind::Int32 | Kind::Sint32 | Kind::Uint32 | Kind::Fixed32 | Kind::Sfixed32 => {
            json!(text.parse::<i64>()?)
        }
        _ => json!(text),
    })
}

/// `yes` as `VOTE_OPTION_YES`: the one value whose name ends like this.
fn enum_name(kind: &prost_reflect::EnumDescriptor, text: &str) -> String {
    let wanted = text.to_uppercase().replace('-', "_");
    let mut names = kind.values().map(|value| value.name().to_owned());
    let by_end = |name: &String| *name == wanted || name.ends_with(&format!("_{wanted}"));
    names.find(by_end).unwrap_or_else(|| text.to_owned())
}

fn is_coin(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(message) if message.full_name() == COIN)
}

fn coin_json(coin: &whence_base::Coin) -> Value {
    json!({ "denom": coin.denom, "amount": coin.amount.to_string() })
}

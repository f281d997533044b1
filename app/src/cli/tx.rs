//! `tx`: messages of every module by their descriptors, signed and sent.

use std::time::Duration;

use anyhow::Context;
use prost_reflect::MessageDescriptor;
use serde_json::{Map, Value, json};
use whence_base::Address;
use whence_proto::json as proto_json;

use super::flags::{Fields, TxFlags};
use super::home::Home;
use super::{message, print};
use crate::client::{Key, TxRequest};

/// Longest wait of `--wait`.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// Words after `tx`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// `msg FILE.json`, or `MODULE MESSAGE [VALUES] [--field VALUE]`, and --from, --gas, --fees,
    /// --note, --wait.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    words: Vec<String>,
}

/// Names that people know, with what stands alone: module, command, method, fields.
const KNOWN: &[(&str, &str, &str, &[&str])] = &[
    ("bank", "send", "send", &["from_address", "to_address", "amount"]),
    ("staking", "delegate", "delegate", &["validator_address", "amount"]),
    ("staking", "unbond", "undelegate", &["validator_address", "amount"]),
    (
        "staking",
        "redelegate",
        "begin-redelegate",
        &["validator_src_address", "validator_dst_address", "amount"],
    ),
    ("gov", "vote", "vote", &["proposal_id", "option"]),
    ("gov", "deposit", "deposit", &["proposal_id", "amount"]),
];

/// Makes, signs and sends.
pub async fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    let mut fields = Fields::parse(&args.words)?;
    if fields.take("help").or_else(|| fields.take("h")).is_some() {
        print!("{}", message::help("Msg", &fields.positional)?);
        return Ok(());
    }
    let home = fields.home(home)?;
    let flags = TxFlags::take(&mut fields)?;
    let words = fields.positional.iter().map(String::as_str).collect::<Vec<_>>();
    let (key, messages) = match words.as_slice() {
        ["msg", file] => {
            let (_, key) = flags.key(&home, None)?;
            (key, read_messages(file)?)
        }
        ["gov", "submit-proposal", file] => {
            let (_, key) = flags.key(&home, None)?;
            let message = proposal(file, &key)?;
            (key, vec![message])
        }
        [module, command, ..] => one_message(&home, &flags, (module, command), fields.clone())?,
        _ => anyhow::bail!("tx what?"),
    };
    send(&home, &flags, &key, messages).await
}

async fn send(home: &Home, flags: &TxFlags, key: &Key, messages: Vec<Value>) -> anyhow::Result<()> {
    let output = flags.node.output(home)?;
    if flags.generate_only {
        let body = json!({ "messages": messages, "memo": flags.note });
        print::answer(&json!({ "body": body, "signatures": [] }), output);
        return Ok(());
    }
    let request = TxRequest {
        messages: messages.iter().map(message::from_json).collect::<anyhow::Result<_>>()?,
        memo: flags.note.clone(),
        gas: flags.gas()?,
        fees: flags.fees()?,
        timeout_height: flags.timeout_height,
    };
    let client = flags.node.client(home)?;
    if flags.dry_run {
        println!("gas estimate: {}", client.estimate(key, &request).await?);
        return Ok(());
    }
    let response = if flags.wait {
        client.send_and_wait(key, &request, WAIT_MAX).await
    } else {
        client.send(key, &request).await
    }?;
    print::answer(&proto_json::encode(&response)?, output);
    Ok(())
}

/// One message of a module, its fields from the words, its signer from the key.
fn one_message(
    home: &Home,
    flags: &TxFlags,
    (module, command): (&str, &str),
    mut fields: Fields,
) -> anyhow::Result<(Key, Vec<Value>)> {
    fields.positional.drain(..2);
    let known = KNOWN.iter().find(|(m, c, ..)| *m == module && *c == command);
    let method = message::method(module, "Msg", known.map_or(command, |known| known.2))?;
    let input = method.input();
    let signers = message::signer_fields(&input);
    let order = match known {
        Some(known) => known.3.iter().map(|name| (*name).to_owned()).collect(),
        None => {
            let without: Vec<&str> = signers.iter().map(String::as_str).collect();
            message::field_names(&input, &without)
        }
    };
    let order: Vec<&str> = order.iter().map(String::as_str).collect();
    let mut object = message::build(&input, fields, &order)?;
    let named = signers.first().and_then(|name| object.get(name)).and_then(Value::as_str);
    let (_, key) = flags.key(home, named)?;
    fill_signers(&mut object, &input, &signers, &key);
    Ok((key, vec![typed(input.full_name(), object)]))
}

/// Signer fields hold the key's address, unless they name somebody already.
fn fill_signers(
    object: &mut Map<String, Value>,
    input: &MessageDescriptor,
    signers: &[String],
    key: &Key,
) {
    let operator = |name: &str| name.contains("validator") && input.name() != "MsgDelegate";
    for name in signers {
        let said = object.get(name).and_then(Value::as_str).unwrap_or_default();
        if Address::parse(said).is_ok() || said.starts_with(whence_base::address::VALIDATOR_PREFIX)
        {
            continue;
        }
        let address = key.address();
        let text = if operator(name) { address.to_validator_string() } else { address.to_string() };
        object.insert(name.clone(), json!(text));
    }
}

fn typed(full_name: &str, mut object: Map<String, Value>) -> Value {
    object.insert("@type".to_owned(), json!(format!("/{full_name}")));
    Value::Object(object)
}

/// A file with a message, a list of them, or a transaction.
fn read_messages(file: &str) -> anyhow::Result<Vec<Value>> {
    let value = read_file(file)?;
    let messages = match &value {
        Value::Array(list) => list.clone(),
        Value::Object(object) if object.contains_key("@type") => vec![value],
        _ => {
            let list =
                value["body"]["messages"].as_array().or_else(|| value["messages"].as_array());
            list.context("expected a message, a list of messages, or a tx")?.clone()
        }
    };
    anyhow::ensure!(!messages.is_empty(), "{file} holds no message");
    Ok(messages)
}

/// The SDK's proposal file: messages, metadata, deposit, title, summary.
fn proposal(file: &str, key: &Key) -> anyhow::Result<Value> {
    let value = read_file(file)?;
    let deposit = super::amounts::coins(value["deposit"].as_str().unwrap_or_default())?;
    let coin =
        |coin: whence_base::Coin| json!({ "denom": coin.denom, "amount": coin.amount.to_string() });
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    Ok(json!({
        "@type": "/cosmos.gov.v1.MsgSubmitProposal",
        "messages": value["messages"].as_array().cloned().unwrap_or_default(),
        "initial_deposit": deposit.iter().map(coin).collect::<Vec<_>>(),
        "proposer": key.address().to_string(),
        "metadata": text("metadata"),
        "title": text("title"),
        "summary": text("summary"),
        "expedited": value["expedited"].as_bool().unwrap_or_default(),
    }))
}

fn read_file(file: &str) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(file).with_context(|| file.to_owned())?;
    serde_json::from_str(&text).with_context(|| file.to_owned())
}

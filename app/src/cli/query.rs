//! `query`: transactions, blocks, and every module's queries by its descriptors.

use std::time::Duration;

use anyhow::Context;
use prost::Message;
use serde_json::{Map, Value, json};
use whence_proto::cosmos::base::tendermint::v1beta1::{
    GetBlockByHeightRequest, GetBlockByHeightResponse, GetLatestBlockRequest,
    GetLatestBlockResponse,
};
use whence_proto::cosmos::tx::v1beta1::{GetTxRequest, GetTxsEventRequest};
use whence_proto::json as proto_json;

use super::flags::{Fields, NodeFlags};
use super::home::Home;
use super::message;
use super::print::{self, Output};
use crate::client::Client;

/// Longest wait of `wait-tx`.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// Words after `query`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// `tx HASH`, `txs --query TEXT`, `block [HEIGHT]`, `wait-tx HASH`, or `MODULE METHOD [VALUES]
    /// [--field VALUE]`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    words: Vec<String>,
}

/// What is asked with, and how it is told.
struct Asking {
    client: Client,
    output: Output,
    height: Option<u64>,
}

/// Names that people know, with what stands alone: module, command, method, fields.
const KNOWN: &[(&str, &str, &str, &[&str])] = &[
    ("bank", "balances", "all-balances", &["address"]),
    ("bank", "total", "total-supply", &[]),
    ("bank", "total-supply-of", "supply-of", &["denom"]),
    ("auth", "module-account", "module-account-by-name", &["name"]),
    ("staking", "delegations", "delegator-delegations", &["delegator_addr"]),
    ("staking", "delegations-to", "validator-delegations", &["validator_addr"]),
    ("gov", "tally", "tally-result", &["proposal_id"]),
];

/// Asks and prints.
pub async fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    let mut fields = Fields::parse(&args.words)?;
    if fields.take("help").or_else(|| fields.take("h")).is_some() {
        print!("{}", message::help("Query", &fields.positional)?);
        return Ok(());
    }
    let home = fields.home(home)?;
    let node = NodeFlags::take(&mut fields)?;
    let height = fields.take("height").map(|text| text.parse()).transpose()?;
    let asking = Asking { client: node.client(&home)?, output: node.output(&home)?, height };
    let mut words = std::mem::take(&mut fields.positional).into_iter();
    let first = words.next().context("query what?")?;
    fields.positional = words.collect();
    match first.as_str() {
        "tx" => asking.tx(&fields).await,
        "txs" => asking.txs(fields).await,
        "wait-tx" | "event-query-tx-for" => asking.wait_tx(&fields).await,
        "block" => asking.block(&fields).await,
        module => asking.module(module, fields).await,
    }
}

impl Asking {
    fn print(&self, value: &Value) {
        print::answer(value, self.output);
    }

    async fn tx(&self, fields: &Fields) -> anyhow::Result<()> {
        let hash = fields.positional.first().context("tx HASH")?.clone();
        let request = GetTxRequest { hash }.encode_to_vec();
        let path = "/cosmos.tx.v1beta1.Service/GetTx";
        let bytes = self.client.call_raw(path, request, None).await?;
        let answer = proto_json::to_json("cosmos.tx.v1beta1.GetTxResponse", &bytes)?;
        self.print(&answer["tx_response"]);
        Ok(())
    }

    async fn txs(&self, mut fields: Fields) -> anyhow::Result<()> {
        let query = fields.take("query").or_else(|| fields.take("events"));
        let number = |text: Option<String>| text.map(|text| text.parse()).transpose();
        let request = GetTxsEventRequest {
            query: query.context("--query is missing")?,
            page: number(fields.take("page"))?.unwrap_or(1),
            limit: number(fields.take("limit"))?.unwrap_or(100),
            ..GetTxsEventRequest::default()
        };
        let path = "/cosmos.tx.v1beta1.Service/GetTxsEvent";
        let (page, limit) = (request.page, request.limit);
        let bytes = self.client.call_raw(path, request.encode_to_vec(), None).await?;
        let answer = proto_json::to_json("cosmos.tx.v1beta1.GetTxsEventResponse", &bytes)?;
        let txs = &answer["tx_responses"];
        self.print(&json!({
            "total_count": answer["total"],
            "count": txs.as_array().map_or(0, Vec::len).to_string(),
            "page_number": page.to_string(),
            "limit": limit.to_string(),
            "txs": txs,
        }));
        Ok(())
    }

    async fn wait_tx(&self, fields: &Fields) -> anyhow::Result<()> {
        let hash = fields.positional.first().context("wait-tx HASH")?;
        let found = self.client.wait(hash, WAIT_MAX).await?;
        self.print(&proto_json::encode(&found)?);
        Ok(())
    }

    async fn block(&self, fields: &Fields) -> anyhow::Result<()> {
        let height = match fields.positional.first() {
            Some(text) => Some(text.parse().context("block HEIGHT")?),
            None => self.height.map(|height| i64::try_from(height).unwrap_or(i64::MAX)),
        };
        let service = "/cosmos.base.tendermint.v1beta1.Service";
        let block = match height {
            Some(height) => {
                let path = format!("{service}/GetBlockByHeight");
                let request = GetBlockByHeightRequest { height };
                self.client.call::<GetBlockByHeightResponse>(&path, &request).await?.sdk_block
            }
            None => {
                let path = format!("{service}/GetLatestBlock");
                let request = GetLatestBlockRequest {};
                self.client.call::<GetLatestBlockResponse>(&path, &request).await?.sdk_block
            }
        };
        self.print(&proto_json::encode(&block.unwrap_or_default())?);
        Ok(())
    }

    /// `MODULE METHOD`: the request is built from the words by its descriptor.
    async fn module(&self, module: &str, mut fields: Fields) -> anyhow::Result<()> {
        anyhow::ensure!(!fields.positional.is_empty(), "query {module} what?");
        let command = fields.positional.remove(0);
        let known = KNOWN.iter().find(|(m, c, ..)| *m == module && *c == command);
        let method = message::method(module, "Query", known.map_or(&command, |known| known.2))?;
        let page = take_page(&mut fields)?;
        let input = method.input();
        let order = match known {
            Some(known) => known.3.iter().map(|name| (*name).to_owned()).collect(),
            None => message::field_names(&input, &["pagination"]),
        };
        let order: Vec<&str> = order.iter().map(String::as_str).collect();
        let mut request = message::build(&input, fields, &order)?;
        if !page.is_empty() {
            anyhow::ensure!(
                input.get_field_by_name("pagination").is_some(),
                "unknown flag: --page"
            );
            request.insert("pagination".to_owned(), Value::Object(page));
        }
        let bytes = proto_json::from_json(input.full_name(), &Value::Object(request))?;
        let answer = self.client.call_raw(&message::path(&method), bytes, self.height).await?;
        self.print(&proto_json::to_json(method.output().full_name(), &answer)?);
        Ok(())
    }
}

fn take_page(fields: &mut Fields) -> anyhow::Result<Map<String, Value>> {
    let mut page = Map::new();
    for (flag, key) in [("page_limit", "limit"), ("page_offset", "offset"), ("page_key", "key")] {
        if let Some(text) = fields.take(flag) {
            page.insert(key.to_owned(), json!(text));
        }
    }
    for (flag, key) in [("page_reverse", "reverse"), ("page_count_total", "count_total")] {
        if fields.take(flag).is_some() {
            page.insert(key.to_owned(), json!(true));
        }
    }
    Ok(page)
}

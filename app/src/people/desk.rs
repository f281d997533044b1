//! One command's desk: the node that it asks, the key that it signs with, and how it prints.

use std::time::Duration;

use anyhow::{Context, ensure};
use prost::{Message, Name};
use serde_json::{Value, json};
use whence_base::{Address, Coin};
use whence_proto::Any;
use whence_proto::cosmos::base::abci::v1beta1::{TxMsgData, TxResponse};
use whence_proto::cosmos::base::tendermint::v1beta1::{
    GetLatestBlockRequest, GetLatestBlockResponse,
};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::cosmos::tx::v1beta1::{GetTxsEventRequest, GetTxsEventResponse};

use super::Flags;
use crate::cli::flags::TxFlags;
use crate::cli::home::Home;
use crate::cli::print::Output;
use crate::client::tx::pack;
use crate::client::{Client, ClientError, Key, TxRequest};

/// Longest wait for a transaction to be committed.
const COMMIT_WAIT_MAX: Duration = Duration::from_secs(60);
/// Longest wait for an account's earlier transaction to leave the way.
const SEQUENCE_TRIES_MAX: u32 = 5;
/// Between two such tries.
const SEQUENCE_PAUSE: Duration = Duration::from_millis(700);
/// Between two looks whether a message would be taken.
const READY_PAUSE: Duration = Duration::from_millis(500);
/// The SDK's code of a wrong sequence.
const WRONG_SEQUENCE: u32 = 32;

/// What a command works with.
pub struct Desk {
    /// Where keys and the command's own files are.
    pub home: Home,
    /// The node.
    pub client: Client,
    /// The chain's id, as the node says.
    pub chain_id: String,
    /// How to print.
    pub output: Output,
    flags: TxFlags,
}

/// The address of a key's name, or the address itself.
pub type Names<'a> = dyn Fn(&str) -> anyhow::Result<Address> + 'a;

/// A committed transaction and the answer of its message.
pub struct Sent<R> {
    /// Its hash.
    pub hash: String,
    /// Its height.
    pub height: i64,
    /// What the message answered.
    pub response: R,
}

impl<R> Sent<R> {
    /// The object that is printed, with a command's own fields added.
    pub fn json(&self, fields: Value) -> Value {
        let mut all = json!({ "txhash": self.hash, "height": self.height.to_string() });
        if let (Some(all), Value::Object(fields)) = (all.as_object_mut(), fields) {
            all.extend(fields);
        }
        all
    }

    /// Where it is, in words.
    pub fn place(&self) -> String {
        format!("height {}, tx {}", self.height, self.hash)
    }
}

impl Desk {
    /// Reaches the node; refuses another chain than the one asked for.
    pub async fn open(home: &Home, flags: &Flags) -> anyhow::Result<Self> {
        let tx = flags.tx();
        let client = tx.node.client(home)?;
        let chain_id = client.chain_id().await?;
        if let Some(asked) = &flags.chain_id {
            ensure!(*asked == chain_id, "the node is on chain {chain_id}, expected {asked}");
        }
        let output = tx.node.output(home)?;
        Ok(Self { home: home.clone(), client, chain_id, output, flags: tx })
    }

    /// The key that signs.
    pub fn key(&self) -> anyhow::Result<Key> {
        let (_, key) = self.flags.key(&self.home, None)?;
        Ok(key)
    }

    /// The address of a key's name, or the address itself.
    pub fn address(&self, name_or_address: &str) -> anyhow::Result<Address> {
        if let Ok(address) = Address::parse(name_or_address) {
            return Ok(address);
        }
        let (_, key) = self.flags.keyring.open(&self.home).find(name_or_address)?;
        Ok(key.address())
    }

    /// Asks a query service.
    pub async fn ask<A: Message + Default>(
        &self,
        path: &str,
        request: &impl Message,
    ) -> anyhow::Result<A> {
        self.client
            .call(path, request)
            .await
            .with_context(|| path.trim_start_matches('/').to_owned())
    }

    /// Sends one message and waits until it is committed with code 0.
    pub async fn send<M, R>(&self, key: &Key, message: &M) -> anyhow::Result<Sent<R>>
    where
        M: Message + Name,
        R: Message + Default,
    {
        let sent = self.send_all(key, vec![pack(message)]).await.context(M::NAME)?;
        let first = sent.response.first().context("the transaction has no answer")?;
        let response = R::decode(first.value.as_slice()).context(M::NAME)?;
        Ok(Sent { hash: sent.hash, height: sent.height, response })
    }

    /// Sends messages in one transaction and waits until it is committed with code 0.
    pub async fn send_all(&self, key: &Key, messages: Vec<Any>) -> anyhow::Result<Sent<Vec<Any>>> {
        let committed = self.send_in_turn(key, &self.request(messages)?).await?;
        let data = hex::decode(&committed.data).context("the transaction's data is no hex")?;
        let response = TxMsgData::decode(data.as_slice())?.msg_responses;
        Ok(Sent { hash: committed.txhash, height: committed.height, response })
    }

    /// Sends messages as soon as a simulation says that they are taken; their last chance is at a
    /// height.
    pub async fn send_all_when_ready(
        &self,
        key: &Key,
        messages: Vec<Any>,
        last_height: u64,
    ) -> anyhow::Result<Sent<Vec<Any>>> {
        let request = self.request(messages.clone())?;
        loop {
            let Err(why) = self.client.estimate(key, &request).await else { break };
            if self.height().await? >= last_height {
                return Err(why.into());
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
        self.send_all(key, messages).await
    }

    fn request(&self, messages: Vec<Any>) -> anyhow::Result<TxRequest> {
        Ok(TxRequest {
            messages,
            memo: self.flags.note.clone(),
            gas: self.flags.gas()?,
            fees: self.flags.fees()?,
            timeout_height: 0,
        })
    }

    /// Height of the latest block.
    pub async fn height(&self) -> anyhow::Result<u64> {
        let path = "/cosmos.base.tendermint.v1beta1.Service/GetLatestBlock";
        let answer: GetLatestBlockResponse = self.ask(path, &GetLatestBlockRequest {}).await?;
        let header = answer.sdk_block.and_then(|block| block.header);
        let height = header.context("the node's latest block has no header")?.height;
        Ok(u64::try_from(height)?)
    }

    /// The first committed transaction with a typed event's field (a text or a 64-bit number),
    /// where the node indexes events.
    pub async fn find_tx(
        &self,
        attribute: &str,
        value: &str,
    ) -> anyhow::Result<Option<TxResponse>> {
        self.find(&is(attribute, value)).await
    }

    /// The first committed transaction that a query of the event index names.
    pub async fn find(&self, query: &str) -> anyhow::Result<Option<TxResponse>> {
        let path = "/cosmos.tx.v1beta1.Service/GetTxsEvent";
        let query = query.to_owned();
        let request = GetTxsEventRequest { query, page: 1, limit: 1, ..Default::default() };
        let answer: GetTxsEventResponse = self.ask(path, &request).await?;
        Ok(answer.tx_responses.into_iter().next())
    }

    /// Somebody else may use the same key: a wrong sequence is asked for anew.
    async fn send_in_turn(&self, key: &Key, request: &TxRequest) -> anyhow::Result<TxResponse> {
        for _ in 1..SEQUENCE_TRIES_MAX {
            match self.client.send(key, request).await {
                Err(error) if is_out_of_turn(&error) => tokio::time::sleep(SEQUENCE_PAUSE).await,
                Err(error) => return Err(error.into()),
                Ok(sent) => return Ok(self.client.wait(&sent.txhash, COMMIT_WAIT_MAX).await?),
            }
        }
        Ok(self.client.send_and_wait(key, request, COMMIT_WAIT_MAX).await?)
    }

    /// Prints a line for people, or an object for programs.
    pub fn say(&self, line: &str, object: &Value) {
        match self.output {
            Output::Text => println!("{line}"),
            Output::Json => println!("{object}"),
        }
    }
}

fn is_out_of_turn(error: &ClientError) -> bool {
    match error {
        ClientError::Failed { code, codespace, .. } => {
            *code == WRONG_SEQUENCE && codespace == "sdk"
        }
        ClientError::Refused(status) => status.message().contains("account sequence mismatch"),
        _ => false,
    }
}

/// A coin as people read it; `0` when there is none.
pub fn coin_text(coin: Option<&PbCoin>) -> String {
    coin.map_or_else(|| "0".to_owned(), |coin| format!("{}{}", coin.amount, coin.denom))
}

/// Coins as people read them; `0` when there are none.
pub fn coins_text(coins: &[PbCoin]) -> String {
    if coins.is_empty() {
        return "0".to_owned();
    }
    let all: Vec<String> = coins.iter().map(|coin| coin_text(Some(coin))).collect();
    all.join(",")
}

/// A coin from the wire that must be there.
pub fn coin_of(coin: Option<&PbCoin>, what: &str) -> anyhow::Result<Coin> {
    let coin = coin.with_context(|| format!("{what} is missing in the node's answer"))?;
    Ok(Coin::parse(coin)?)
}

/// A condition of the event index: a typed event's field, whose JSON is a string, is this one.
pub fn is(attribute: &str, value: &str) -> String {
    format!("{attribute}='{}'", Value::from(value))
}

/// A field of the typed event that also has another one; both are strings in JSON.
pub fn field(
    tx: &TxResponse,
    event: &str,
    (key, value): (&str, &str),
    wanted: &str,
) -> Option<String> {
    let json = Value::from(value).to_string();
    let of = tx.events.iter().filter(|found| found.r#type == event);
    let mut with =
        of.filter(|found| found.attributes.iter().any(|a| a.key == key && a.value == json));
    let found = with.next()?.attributes.iter().find(|a| a.key == wanted)?;
    serde_json::from_str(&found.value).ok()
}

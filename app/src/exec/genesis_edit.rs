//! Edits of a genesis before the chain starts: accounts with coins, genesis transactions.

use serde_json::{Value, json};
use whence_base::coin::parse_amount;
use whence_base::{Address, Coin, Coins, Error, Result};
use whence_proto::Any;
use whence_proto::cosmos::tx::v1beta1::{Fee, Tx};

use super::genesis::{AppState, GENUTIL};
use crate::client::tx::{SignWith, sign};
use crate::client::{AccountNumbers, Fees, Gas, Key, TxRequest};
use crate::serve::tx_response::decode_tx;

/// Gas limit of a genesis transaction: more than creating a validator costs.
const GENTX_GAS: u64 = 1_000_000;

/// Adds an account with coins, and the coins to the supply.
pub fn add_account(state: &mut AppState, address: &Address, coins: &Coins) -> Result<()> {
    let address = address.to_string();
    let accounts = list(state, "auth", "accounts")?;
    if accounts.iter().any(|account| account.get("address") == Some(&json!(address))) {
        return Err(Error::invalid_request(format!("account {address} is in the genesis already")));
    }
    accounts.push(json!({
        "@type": "/cosmos.auth.v1beta1.BaseAccount",
        "address": address,
        "pub_key": null,
        "account_number": accounts.len().to_string(),
        "sequence": "0",
    }));
    let balances = list(state, "bank", "balances")?;
    balances.push(json!({ "address": address, "coins": coins_json(coins) }));
    let supply = list(state, "bank", "supply")?;
    let mut total = coins.clone();
    for coin in supply.iter() {
        let text = |key: &str| coin.get(key).and_then(Value::as_str).unwrap_or_default();
        total.add(&Coin::new(text("denom"), parse_amount(text("amount"))?))?;
    }
    *supply = coins_json(&total);
    Ok(())
}

/// A genesis transaction of one message, in JSON. At genesis every account signs with number 0.
pub fn gentx(key: &Key, chain_id: &str, message: Any, memo: String) -> Result<Value> {
    let request = TxRequest {
        messages: vec![message],
        memo,
        gas: Gas::Limit(GENTX_GAS),
        fees: Fees::Amount(Coins::new()),
        timeout_height: 0,
    };
    let account = AccountNumbers { number: 0, sequence: 0 };
    let fee = Fee { gas_limit: GENTX_GAS, ..Fee::default() };
    let bytes = sign(key, &request, SignWith { chain_id: chain_id.to_owned(), account, fee });
    let tx: Tx = decode_tx(&bytes).map_err(|status| Error::tx_decode(status.message()))?;
    whence_proto::json::encode(&tx).map_err(Error::tx_decode)
}

/// Replaces the genesis transactions.
pub fn set_gentxs(state: &mut AppState, gentxs: &[Value]) {
    state.insert(GENUTIL.to_owned(), json!({ "gen_txs": gentxs }));
}

fn list<'a>(state: &'a mut AppState, section: &str, key: &str) -> Result<&'a mut Vec<Value>> {
    state
        .get_mut(section)
        .and_then(|section| section.get_mut(key))
        .and_then(Value::as_array_mut)
        .ok_or_else(|| Error::invalid_request(format!("app_state.{section}.{key} is no list")))
}

fn coins_json(coins: &Coins) -> Vec<Value> {
    let coin = |coin: Coin| json!({ "denom": coin.denom, "amount": coin.amount.to_string() });
    coins.iter().map(coin).collect()
}

//! The chain that the tests begin with: three accounts, the third of which is the validator.
#![allow(unreachable_pub, reason = "a test's own module")]

use tempfile::TempDir;
use tendermint_proto::v0_38::abci::{CheckTxType, RequestCheckTx, ResponseCheckTx};
use whence_app::client::Key;
use whence_app::client::tx::pack;
use whence_app::testkit::{Chain, Genesis};
use whence_base::{Address, Coin, Coins};
use whence_proto::Any;
use whence_proto::cosmos::bank::v1beta1::MsgSend;

pub const START: u128 = 10_000_000_000;
pub const STAKE: u128 = 1_000_000_000;

pub struct World {
    pub chain: Chain,
    pub dir: TempDir,
    pub alice: Key,
    pub bob: Key,
}

pub fn key(seed: u8) -> Key {
    Key::from_bytes(&[seed; 32]).unwrap()
}

pub fn genesis() -> Genesis {
    let coins = Coins::of(&Coin::new("uwhn", START));
    Genesis::new()
        .unwrap()
        .account(&key(1).address(), &coins)
        .unwrap()
        .account(&key(2).address(), &coins)
        .unwrap()
        .account(&key(3).address(), &coins)
        .unwrap()
        .validator(&key(3), STAKE)
        .unwrap()
}

pub fn world() -> World {
    let dir = TempDir::new().unwrap();
    let chain = Chain::start(dir.path(), &genesis()).unwrap();
    World { chain, dir, alice: key(1), bob: key(2) }
}

pub fn send(from: &Key, to: &Address, amount: u128) -> Any {
    pack(&MsgSend {
        from_address: from.address().to_string(),
        to_address: to.to_string(),
        amount: Coins::of(&Coin::new("uwhn", amount)).to_proto(),
    })
}

/// What CheckTx answers, asked for the first time or again.
pub fn check_tx(chain: &Chain, tx: &[u8], again: bool) -> ResponseCheckTx {
    let kind = if again { CheckTxType::Recheck } else { CheckTxType::New };
    let request = RequestCheckTx { tx: tx.to_vec().into(), r#type: kind.into() };
    whence_app::abci::check_tx::check_tx(&chain.app, &request)
}

//! Wallets that send coins: keys and transactions are cosmrs', a foreign implementation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use cosmrs::Coin;
use cosmrs::bank::MsgSend;
use cosmrs::crypto::secp256k1::SigningKey;
use cosmrs::proto::cosmos::auth::v1beta1::{
    BaseAccount, QueryAccountRequest, QueryAccountResponse,
};
use cosmrs::proto::cosmos::bank::v1beta1::{QueryBalanceRequest, QueryBalanceResponse};
use cosmrs::proto::traits::Message;
use cosmrs::tx::{Body, Fee, Msg, SignDoc, SignerInfo};

use super::rpc::Rpc;

/// Where the load's coins go.
pub const SINK: [u8; 20] = [9; 20];
/// What a send costs, in uwhn.
pub const FEE: u128 = 1_000;
/// Between two sends of one wallet.
const PAUSE: Duration = Duration::from_millis(20);

/// A key, the same for the same number in every run.
pub struct Wallet {
    secret: [u8; 32],
    key: SigningKey,
}

impl Wallet {
    pub fn numbered(number: u8) -> Self {
        let secret = [number.max(1); 32];
        Self { secret, key: SigningKey::from_slice(&secret).unwrap() }
    }

    pub fn several(count: u8) -> Vec<Self> {
        (1..=count).map(Self::numbered).collect()
    }

    pub fn secret_hex(&self) -> String {
        hex::encode(self.secret)
    }

    pub fn address(&self) -> String {
        self.key.public_key().account_id("whence").unwrap().to_string()
    }

    /// Number and next sequence of its account.
    pub fn account(&self, rpc: &Rpc) -> Option<(u64, u64)> {
        let request = QueryAccountRequest { address: self.address() };
        let path = "/cosmos.auth.v1beta1.Query/Account";
        let answer: QueryAccountResponse = rpc.ask(path, &request)?;
        let account = BaseAccount::decode(answer.account?.value.as_slice()).unwrap();
        Some((account.account_number, account.sequence))
    }

    /// A signed send.
    pub fn send(&self, (number, sequence): (u64, u64), chain_id: &str, amount: u128) -> Vec<u8> {
        let coin = |amount| Coin { denom: "uwhn".parse().unwrap(), amount };
        let message = MsgSend {
            from_address: self.key.public_key().account_id("whence").unwrap(),
            to_address: cosmrs::AccountId::new("whence", &SINK).unwrap(),
            amount: vec![coin(amount)],
        };
        let body = Body::new(vec![message.to_any().unwrap()], "", 0u32);
        let fee = Fee::from_amount_and_gas(coin(FEE), 200_000u64);
        let info = SignerInfo::single_direct(Some(self.key.public_key()), sequence);
        let chain_id = chain_id.parse().unwrap();
        let doc = SignDoc::new(&body, &info.auth_info(fee), &chain_id, number).unwrap();
        doc.sign(&self.key).unwrap().to_bytes().unwrap()
    }
}

/// What an address has.
pub fn balance(rpc: &Rpc, address: &str) -> u128 {
    let request = QueryBalanceRequest { address: address.to_owned(), denom: "uwhn".to_owned() };
    let path = "/cosmos.bank.v1beta1.Query/Balance";
    let answer: QueryBalanceResponse = rpc.ask(path, &request).expect("a balance");
    answer.balance.unwrap().amount.parse().unwrap()
}

/// The address that the load pays to.
pub fn sink() -> String {
    cosmrs::AccountId::new("whence", &SINK).unwrap().to_string()
}

/// Sends of one uwhn, one after another from each wallet, until this is dropped.
pub struct Load {
    stop: Arc<AtomicBool>,
    accepted: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    pub fn start(rpc: &Rpc, chain_id: &'static str, wallets: Vec<Wallet>) -> Self {
        let (stop, accepted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let threads = wallets.into_iter().map(|wallet| {
            let (rpc, stop, accepted) = (rpc.clone(), Arc::clone(&stop), Arc::clone(&accepted));
            std::thread::spawn(move || send_on(&wallet, &rpc, chain_id, (&stop, &accepted)))
        });
        let threads = threads.collect();
        Self { stop, accepted, threads }
    }

    /// How many sends entered the mempool.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "a sender panicked");
        }
    }
}

/// A node that is down or has forgotten its mempool is asked again for the account.
fn send_on(
    wallet: &Wallet,
    rpc: &Rpc,
    chain_id: &str,
    (stop, accepted): (&AtomicBool, &AtomicU64),
) {
    let mut account = None;
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(PAUSE);
        let Some((number, sequence)) = account.or_else(|| wallet.account(rpc)) else { continue };
        let tx = wallet.send((number, sequence), chain_id, 1);
        account = match rpc.broadcast(&tx) {
            Some((_, 0)) => {
                accepted.fetch_add(1, Ordering::Relaxed);
                Some((number, sequence + 1))
            }
            _ => None,
        };
    }
}

//! Vouchers signed by a foreign implementation of keys, in the form that `whence-canon` documents.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cosmrs::crypto::secp256k1::SigningKey;
use serde_json::Value;
use sha2::{Digest, Sha256};
use whence_localnet::node::CHAIN_ID;
use whence_localnet::relay::Paid;
use whence_localnet::scene::Scene;

use crate::common::number;

const DENOM: &str = "uwhn";

/// An escrow's session key.
pub(super) struct Session {
    escrow: u64,
    key: SigningKey,
}

/// What a voucher promises.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) adapter: u64,
    pub(super) sequence: u64,
    pub(super) cumulative: u128,
    pub(super) max_fee: u128,
}

impl Session {
    /// The key that was made for an escrow; `funded` is what `escrow fund` said.
    pub(super) fn of(scene: &Scene, funded: &Value) -> Self {
        let public = funded["session_key"].as_str().unwrap();
        let path = scene.place.node.home.join(format!("session-keys/{public}.json"));
        let record: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let secret = hex::decode(record["secret"].as_str().unwrap()).unwrap();
        let key = SigningKey::from_slice(&secret).unwrap();
        Self { escrow: number(&funded["escrow_id"]), key }
    }

    /// The same key, for another escrow.
    pub(super) fn for_escrow(self, escrow: u64) -> Self {
        Self { escrow, ..self }
    }

    /// Pays for a request.
    pub(super) fn pays(&self, body: &str, terms: Terms) -> Paid {
        let salt = [7; 32];
        let digest = Sha256::new().chain_update(b"whence/request/v1").chain_update(salt);
        let digest: [u8; 32] = digest.chain_update(body).finalize().into();
        let signature = self.key.sign(&self.plain(&digest, terms)).unwrap();
        let wire = [
            bytes(1, CHAIN_ID.as_bytes()),
            integer(2, self.escrow),
            integer(3, terms.sequence),
            bytes(4, &coin(terms.cumulative)),
            bytes(5, &digest),
            integer(6, terms.adapter),
            bytes(7, &coin(terms.max_fee)),
            bytes(8, &signature.to_bytes()),
        ];
        let voucher = STANDARD.encode(wire.concat());
        Paid { voucher, salt: hex::encode(salt), body: body.to_owned() }
    }

    /// What is signed.
    fn plain(&self, digest: &[u8; 32], terms: Terms) -> Vec<u8> {
        let mut out = b"whence/voucher/v1".to_vec();
        out.extend(Sha256::digest(CHAIN_ID));
        out.extend(self.escrow.to_be_bytes());
        out.extend(terms.sequence.to_be_bytes());
        out.extend(Sha256::digest(DENOM));
        out.extend(terms.cumulative.to_be_bytes());
        out.extend(terms.max_fee.to_be_bytes());
        out.extend(digest);
        out.extend(terms.adapter.to_be_bytes());
        out
    }
}

fn coin(amount: u128) -> Vec<u8> {
    [bytes(1, DENOM.as_bytes()), bytes(2, amount.to_string().as_bytes())].concat()
}

/// A field of protobuf with a length below 128.
fn bytes(field: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).ok().filter(|length| *length < 0x80).unwrap();
    [&[field << 3 | 2, length], value].concat()
}

fn integer(field: u8, mut value: u64) -> Vec<u8> {
    let mut out = vec![field << 3];
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
    out
}

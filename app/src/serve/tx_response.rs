//! `TxResponse`: what clients read about a transaction.

use base64::Engine;
use prost::{Message, Name};
use tendermint_proto::google::protobuf::Timestamp;
use tendermint_rpc::endpoint::tx;
use tonic::Status;
use whence_proto::Any;
use whence_proto::cosmos::base::abci::v1beta1::TxResponse;
use whence_proto::cosmos::tx::v1beta1::{AuthInfo, Tx, TxBody, TxRaw};

/// The answer of a committed transaction, with the time of its block.
pub fn committed(found: tx::Response, time: Option<&Timestamp>) -> Result<TxResponse, Status> {
    let tx = decode_tx(&found.tx)?;
    let result = found.tx_result;
    Ok(TxResponse {
        height: i64::try_from(found.height.value()).unwrap_or(i64::MAX),
        txhash: upper_hex(found.hash.as_bytes()),
        codespace: result.codespace,
        code: result.code.value(),
        data: upper_hex(&result_data(&result.data)),
        raw_log: result.log,
        logs: Vec::new(),
        info: result.info,
        gas_wanted: result.gas_wanted,
        gas_used: result.gas_used,
        tx: Some(Any { type_url: Tx::type_url(), value: tx.encode_to_vec() }),
        timestamp: time.map(rfc3339).unwrap_or_default(),
        events: result.events.into_iter().map(Into::into).collect(),
    })
}

/// The RPC client hands a result's data out as it came: in base64.
fn result_data(text: &[u8]) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default()
}

/// The answer of a transaction that was handed to the mempool.
pub fn broadcast(tx: &[u8], checked: (u32, String, String)) -> TxResponse {
    use sha2::{Digest, Sha256};
    let (code, codespace, raw_log) = checked;
    let txhash = upper_hex(&Sha256::digest(tx));
    TxResponse { code, codespace, raw_log, txhash, ..TxResponse::default() }
}

/// A transaction's parts, decoded.
pub fn decode_tx(bytes: &[u8]) -> Result<Tx, Status> {
    let bad = |e: prost::DecodeError| Status::invalid_argument(format!("tx parse error: {e}"));
    let raw = TxRaw::decode(bytes).map_err(bad)?;
    Ok(Tx {
        body: Some(TxBody::decode(raw.body_bytes.as_slice()).map_err(bad)?),
        auth_info: Some(AuthInfo::decode(raw.auth_info_bytes.as_slice()).map_err(bad)?),
        signatures: raw.signatures,
    })
}

/// A transaction's parts, encoded.
pub fn encode_tx(tx: &Tx) -> Vec<u8> {
    TxRaw {
        body_bytes: tx.body.as_ref().map(Message::encode_to_vec).unwrap_or_default(),
        auth_info_bytes: tx.auth_info.as_ref().map(Message::encode_to_vec).unwrap_or_default(),
        signatures: tx.signatures.clone(),
    }
    .encode_to_vec()
}

/// Upper-case hexadecimal, as hashes are shown.
pub fn upper_hex(bytes: &[u8]) -> String {
    hex::encode_upper(bytes)
}

/// Seconds in RFC 3339, as the SDK shows a tx's time.
fn rfc3339(time: &Timestamp) -> String {
    let whole = Timestamp { seconds: time.seconds, nanos: 0 };
    tendermint::Time::from_unix_timestamp(whole.seconds, 0)
        .map(|time| time.to_rfc3339())
        .unwrap_or_default()
}

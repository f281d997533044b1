//! The bytes that a signer signs.

use prost::Message;
use whence_base::{Error, Result};
use whence_proto::amino;
use whence_proto::cosmos::tx::v1beta1::SignDoc;

use super::tx::{SignMode, Tx};

/// Sign bytes of a signer, by its mode.
pub fn sign_bytes(tx: &Tx, signer: usize, chain_id: &str, account_number: u64) -> Result<Vec<u8>> {
    match tx.mode(signer)? {
        SignMode::Direct => Ok(direct(tx, chain_id, account_number)),
        SignMode::LegacyAmino => legacy_amino(tx, signer, chain_id, account_number),
        SignMode::Unspecified => Err(Error::not_supported("sign mode unspecified")),
    }
}

fn direct(tx: &Tx, chain_id: &str, account_number: u64) -> Vec<u8> {
    SignDoc {
        body_bytes: tx.raw.body_bytes.clone(),
        auth_info_bytes: tx.raw.auth_info_bytes.clone(),
        chain_id: chain_id.to_owned(),
        account_number,
    }
    .encode_to_vec()
}

fn legacy_amino(tx: &Tx, signer: usize, chain_id: &str, account_number: u64) -> Result<Vec<u8>> {
    if tx.unknown_non_critical {
        return Err(Error::not_supported("amino JSON cannot sign unknown non-critical fields"));
    }
    let fee = tx.auth_info.fee.clone().unwrap_or_default();
    let sequence = tx.signer_info(signer).map(|info| info.sequence).unwrap_or_default();
    let document = amino::SignDoc { chain_id, account_number, sequence, body: &tx.body, fee: &fee };
    amino::sign_bytes(&document).map_err(Error::invalid_request)
}

//! The one kind of transaction that a report key signs: a single `MsgReportQueries`.

use prost::{Message, Name};
use whence_proto::Any;
use whence_proto::cosmos::base::v1beta1::Coin;
use whence_proto::cosmos::crypto::secp256k1::PubKey;
use whence_proto::cosmos::tx::signing::v1beta1::SignMode;
use whence_proto::cosmos::tx::v1beta1::mode_info::{Single, Sum};
use whence_proto::cosmos::tx::v1beta1::{
    AuthInfo, Fee, ModeInfo, SignDoc, SignerInfo, TxBody, TxRaw,
};
use whence_proto::whence::attribution::v1::MsgReportQueries;

use super::key::ReportKey;

/// What a signature covers besides the message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Signing {
    /// The chain's id.
    pub chain_id: String,
    /// The account's number.
    pub account_number: u64,
    /// The account's sequence.
    pub sequence: u64,
    /// Gas that may be used.
    pub gas_limit: u64,
    /// The fee; none is no fee.
    pub fee: Option<Coin>,
    /// The last height at which it may be in a block.
    pub timeout_height: u64,
}

/// The signed transaction of a batch, ready to broadcast.
pub fn signed(message: &MsgReportQueries, signing: &Signing, key: &ReportKey) -> Vec<u8> {
    let body = TxBody {
        messages: vec![Any {
            type_url: MsgReportQueries::type_url(),
            value: message.encode_to_vec(),
        }],
        timeout_height: signing.timeout_height,
        ..TxBody::default()
    };
    let body_bytes = body.encode_to_vec();
    let auth_info_bytes = auth_info(signing, key).encode_to_vec();
    let document = SignDoc {
        body_bytes: body_bytes.clone(),
        auth_info_bytes: auth_info_bytes.clone(),
        chain_id: signing.chain_id.clone(),
        account_number: signing.account_number,
    };
    let signature = key.sign(&document.encode_to_vec());
    TxRaw { body_bytes, auth_info_bytes, signatures: vec![signature.to_vec()] }.encode_to_vec()
}

fn auth_info(signing: &Signing, key: &ReportKey) -> AuthInfo {
    let public = PubKey { key: key.public().to_vec() };
    let single = Single { mode: SignMode::Direct.into() };
    AuthInfo {
        signer_infos: vec![SignerInfo {
            public_key: Some(Any {
                type_url: "/cosmos.crypto.secp256k1.PubKey".to_owned(),
                value: public.encode_to_vec(),
            }),
            mode_info: Some(ModeInfo { sum: Some(Sum::Single(single)) }),
            sequence: signing.sequence,
        }],
        fee: Some(Fee {
            amount: signing.fee.iter().cloned().collect(),
            gas_limit: signing.gas_limit,
            ..Fee::default()
        }),
        ..AuthInfo::default()
    }
}

/// The fee of so much gas at a price such as `0.001uwhn`, rounded up; none for an empty or zero
/// price.
pub fn fee(gas: u64, price: &str) -> Option<Coin> {
    let price = price.split(',').next().unwrap_or_default();
    let digits = price.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, denom) = price.split_at(digits);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let scaled: u128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let amount = scaled.checked_mul(u128::from(gas))?.div_ceil(scale);
    (amount > 0).then(|| Coin { denom: denom.to_owned(), amount: amount.to_string() })
}

//! Tunables of auth, as the Cosmos SDK names them, each with its least, greatest and default value.

use whence_base::{Error, Result, ensure};
use whence_proto::cosmos::auth::v1beta1::Params;

/// name, least, greatest, default.
const TABLE: [(&str, u64, u64, u64); 5] = [
    // Characters of a memo; the greatest value keeps a memo far below a transaction's size.
    ("max_memo_characters", 1, 65_536, 256),
    // Signatures of a transaction; each costs a verification.
    ("tx_sig_limit", 1, 100, 7),
    // Gas for a byte of a transaction.
    ("tx_size_cost_per_byte", 1, 10_000, 10),
    // Gas for a signature.
    ("sig_verify_cost_ed25519", 1, 10_000_000, 590),
    ("sig_verify_cost_secp256k1", 1, 10_000_000, 1000),
];

/// The default values.
pub fn default() -> Params {
    let [memo, sigs, byte, ed25519, secp256k1] = TABLE.map(|(_, _, _, default)| default);
    Params {
        max_memo_characters: memo,
        tx_sig_limit: sigs,
        tx_size_cost_per_byte: byte,
        sig_verify_cost_ed25519: ed25519,
        sig_verify_cost_secp256k1: secp256k1,
    }
}

/// Refuses a value that lies outside its range.
pub fn validate(params: &Params) -> Result<()> {
    let values = [
        params.max_memo_characters,
        params.tx_sig_limit,
        params.tx_size_cost_per_byte,
        params.sig_verify_cost_ed25519,
        params.sig_verify_cost_secp256k1,
    ];
    for ((name, min, max, _), value) in TABLE.into_iter().zip(values) {
        ensure(
            (min..=max).contains(&value),
            Error::invalid_request(format!("{name} is {value}, expected {min} to {max}")),
        )?;
    }
    Ok(())
}

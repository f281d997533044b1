//! A transaction, decoded once: strictly, within limits, into parsed messages.

use prost::{Message, Name};
use sha2::{Digest, Sha256};
use whence_base::{Address, AnyMessage, Coins, Error, Result, Router, ensure};
use whence_proto::cosmos::tx::v1beta1::mode_info::Sum;
use whence_proto::cosmos::tx::v1beta1::{AuthInfo, Fee, ModeInfo, SignerInfo, TxBody, TxRaw};
use whence_proto::strict;

/// Most messages in a transaction.
const MESSAGES_MAX: usize = 256;
/// Most denominations in a fee.
const FEE_DENOMS_MAX: usize = 16;
/// Longest signature: 64 bytes of secp256k1, compact.
const SIGNATURE_BYTES_MAX: usize = 64;

/// How a signer signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignMode {
    /// No mode: only a simulation may say so.
    Unspecified,
    /// Over the protobuf bytes.
    Direct,
    /// Over the sorted JSON that Ledger and Keplr show.
    LegacyAmino,
}

/// A decoded transaction.
pub struct Tx {
    /// SHA-256 of the bytes.
    pub hash: [u8; 32],
    /// The parts as they came; the body and auth info are what is signed.
    pub raw: TxRaw,
    /// The body.
    pub body: TxBody,
    /// Signers and fee.
    pub auth_info: AuthInfo,
    /// Fee amount.
    pub fee: Coins,
    /// Gas limit.
    pub gas_limit: u64,
    /// The messages, parsed.
    pub messages: Vec<Box<dyn AnyMessage>>,
    /// Who must sign, in order: the messages' signers, then the fee payer.
    pub signers: Vec<Address>,
    /// Who pays.
    pub fee_payer: Address,
    /// The body has unknown non-critical fields, which only mode DIRECT covers.
    pub unknown_non_critical: bool,
}

/// Who reads the transaction: a simulation may lack keys, modes and signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// For execution.
    Full,
    /// For simulation.
    Simulation,
}

impl Tx {
    /// Decodes and checks everything that needs no state.
    pub fn decode(bytes: &[u8], router: &Router, strictness: Strictness) -> Result<Self> {
        let checked = strict::check_tx(bytes).map_err(Error::tx_decode)?;
        let raw: TxRaw = decode_part(bytes)?;
        let body: TxBody = decode_part(&raw.body_bytes)?;
        let auth_info: AuthInfo = decode_part(&raw.auth_info_bytes)?;
        check_body(&body)?;
        let fee = auth_info.fee.clone().unwrap_or_default();
        check_fee(&fee, &auth_info)?;
        let messages = parse_messages(&body, router)?;
        let (signers, fee_payer) = signers(&messages, &fee)?;
        let tx = Self {
            hash: Sha256::digest(bytes).into(),
            fee: Coins::parse(&fee.amount)?,
            gas_limit: fee.gas_limit,
            raw,
            body,
            auth_info,
            messages,
            signers,
            fee_payer,
            unknown_non_critical: checked.unknown_non_critical,
        };
        tx.check_signatures(strictness)?;
        Ok(tx)
    }

    /// Gas that the messages cost.
    pub fn message_gas(&self) -> u64 {
        self.messages.iter().fold(0, |sum: u64, message| sum.saturating_add(message.gas()))
    }

    /// Mode of a signer.
    pub fn mode(&self, signer: usize) -> Result<SignMode> {
        let info = self.auth_info.signer_infos.get(signer);
        mode(info.and_then(|info| info.mode_info.as_ref()))
    }

    /// What a signer says about itself.
    pub fn signer_info(&self, signer: usize) -> Option<&SignerInfo> {
        self.auth_info.signer_infos.get(signer)
    }

    fn check_signatures(&self, strictness: Strictness) -> Result<()> {
        let (wanted, got) = (self.signers.len(), self.raw.signatures.len());
        if strictness == Strictness::Simulation {
            return ensure(got <= wanted, wrong_signers(wanted, got));
        }
        if got == 0 {
            return Err(Error::no_signatures("a transaction must be signed"));
        }
        ensure(got == wanted, wrong_signers(wanted, got))?;
        let infos = self.auth_info.signer_infos.len();
        ensure(infos == wanted, wrong_signers(wanted, infos))?;
        for (place, signature) in self.raw.signatures.iter().enumerate() {
            ensure(
                signature.len() == SIGNATURE_BYTES_MAX,
                Error::unauthorized(format!(
                    "signature {place} has {} bytes, expected {SIGNATURE_BYTES_MAX}",
                    signature.len()
                )),
            )?;
            ensure(
                self.mode(place)? != SignMode::Unspecified,
                Error::not_supported("sign mode unspecified, expected DIRECT or LEGACY_AMINO_JSON"),
            )?;
        }
        Ok(())
    }
}

fn wrong_signers(wanted: usize, got: usize) -> Error {
    Error::unauthorized(format!("wrong number of signers; expected {wanted}, got {got}"))
}

fn decode_part<M: Message + Default + Name>(bytes: &[u8]) -> Result<M> {
    M::decode(bytes).map_err(|e| Error::tx_decode(format!("{}: {e}", M::full_name())))
}

fn check_body(body: &TxBody) -> Result<()> {
    let count = body.messages.len();
    ensure(count > 0, Error::invalid_request("must contain at least one message"))?;
    ensure(
        count <= MESSAGES_MAX,
        Error::invalid_request(format!("{count} messages, expected at most {MESSAGES_MAX}")),
    )?;
    match body.extension_options.first() {
        Some(option) => Err(Error::unknown_extension_options(format!("{:?}", option.type_url))),
        None => Ok(()),
    }
}

fn check_fee(fee: &Fee, auth_info: &AuthInfo) -> Result<()> {
    ensure(
        fee.gas_limit <= i64::MAX.unsigned_abs(),
        Error::invalid_request(format!("invalid gas supplied; {} > {}", fee.gas_limit, i64::MAX)),
    )?;
    ensure(
        fee.amount.len() <= FEE_DENOMS_MAX,
        Error::invalid_coins(format!("a fee has at most {FEE_DENOMS_MAX} denominations")),
    )?;
    ensure(fee.granter.is_empty(), Error::invalid_request("fee grants are not enabled"))?;
    #[allow(deprecated, reason = "who fills it must be told")]
    let tip = auth_info.tip.is_some();
    ensure(!tip, Error::not_supported("tips are not enabled"))
}

fn parse_messages(body: &TxBody, router: &Router) -> Result<Vec<Box<dyn AnyMessage>>> {
    let parse = |any| {
        let message = router.parse(any)?;
        message.validate()?;
        Ok(message)
    };
    body.messages.iter().map(parse).collect()
}

/// The messages' signers in order, each once; the fee payer is the first or the one that is named.
fn signers(messages: &[Box<dyn AnyMessage>], fee: &Fee) -> Result<(Vec<Address>, Address)> {
    let mut signers: Vec<Address> = Vec::new();
    for signer in messages.iter().flat_map(|message| message.signers()) {
        if !signers.contains(&signer) {
            signers.push(signer);
        }
    }
    let payer = if fee.payer.is_empty() {
        signers.first().cloned().ok_or_else(|| Error::unauthorized("no message has a signer"))?
    } else {
        Address::parse(&fee.payer)?
    };
    if !signers.contains(&payer) {
        signers.push(payer.clone());
    }
    Ok((signers, payer))
}

fn mode(info: Option<&ModeInfo>) -> Result<SignMode> {
    match info.and_then(|info| info.sum.as_ref()) {
        None => Ok(SignMode::Unspecified),
        Some(Sum::Multi(_)) => Err(Error::not_supported("multisignatures are not supported")),
        Some(Sum::Single(single)) => match single.mode {
            0 => Ok(SignMode::Unspecified),
            1 => Ok(SignMode::Direct),
            127 => Ok(SignMode::LegacyAmino),
            other => Err(Error::not_supported(format!(
                "sign mode {other}, expected DIRECT (1) or LEGACY_AMINO_JSON (127)"
            ))),
        },
    }
}

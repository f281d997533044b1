//! The till: is this voucher good for this request, and how much of each escrow is spoken for.
//!
//! The chain pays a report when its voucher is the caller's, its fee is within the voucher and all
//! that was reported on the escrow stays within the highest cumulative amount and the escrow's
//! balance. The till checks all of that before a token is generated, counting what waits in the
//! outbox and what other requests may still cost.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;
use secp256k1::ecdsa::Signature;
use secp256k1::{Message, PublicKey, Secp256k1, VerifyOnly};
use whence_canon::voucher;
use whence_proto::whence::attribution::v1::{Escrow, Voucher};

use super::error::ApiError;
use super::marks;
use super::receipt::canonical;
use crate::report::{Chain, Outbox, QueryId, ReportError};

/// Header with the voucher: base64 of its protobuf.
pub const VOUCHER_HEADER: &str = "x-whence-voucher";
/// Header with the salt of the request's digest: 64 hexadecimal digits.
pub const SALT_HEADER: &str = "x-whence-salt";

/// Tables of libsecp256k1, made once.
static VERIFIER: LazyLock<Secp256k1<VerifyOnly>> = LazyLock::new(Secp256k1::verification_only);

/// What a request says about its payment.
pub struct Tender<'a> {
    /// The voucher's header.
    pub voucher: Option<&'a str>,
    /// The salt's header.
    pub salt: Option<&'a str>,
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// The adapter that is asked, by its id on the chain.
    pub adapter_id: u64,
    /// The most that the request may cost.
    pub cost_max: u128,
}

/// Takes vouchers for one provider.
pub struct Till {
    /// The node.
    pub chain: Chain,
    /// Whose escrows these are.
    pub provider_id: u64,
    /// Reports that wait.
    pub outbox: Arc<Outbox>,
    /// The chain's id.
    pub chain_id: String,
    running: Mutex<BTreeMap<QueryId, u128>>,
}

/// A query that runs: its voucher's largest fee is reserved until this is dropped.
pub struct Reserved {
    till: Arc<Till>,
    id: QueryId,
    /// The voucher.
    pub voucher: Voucher,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.till.lock().remove(&self.id);
    }
}

impl Till {
    /// A till with nothing running.
    pub fn new(chain: Chain, provider_id: u64, outbox: Arc<Outbox>, chain_id: String) -> Self {
        Self { chain, provider_id, outbox, chain_id, running: Mutex::default() }
    }

    /// Checks a request's payment and reserves its largest fee.
    pub async fn take(self: &Arc<Self>, tender: Tender<'_>) -> Result<Reserved, ApiError> {
        let voucher = read_voucher(tender.voucher)?;
        let salt = read_salt(tender.salt)?;
        let plain = canonical(&voucher)
            .ok_or_else(|| ApiError::invalid("voucher: an amount or digest is malformed"))?;
        self.check_request(&plain, &tender, &salt)?;
        let window = self.chain.sequence_window().await?;
        let id = QueryId { escrow: plain.escrow_id, sequence: plain.sequence };
        loop {
            let removals = self.outbox.removals();
            let escrow = self.chain.escrow(plain.escrow_id).await.map_err(no_escrow)?;
            self.check_escrow(&escrow, &plain, &voucher.signature)?;
            self.check_recent(&escrow, id, window)?;
            if self.reserve(id, &escrow, &plain, removals)? {
                break;
            }
        }
        Ok(Reserved { till: Arc::clone(self), id, voucher })
    }

    fn check_request(
        &self,
        plain: &voucher::Voucher,
        tender: &Tender<'_>,
        salt: &[u8; 32],
    ) -> Result<(), ApiError> {
        if plain.chain_id != self.chain_id {
            let text = format!(
                "the voucher is for chain {:?}, expected {:?}",
                plain.chain_id, self.chain_id
            );
            return Err(ApiError::unpaid("voucher_other_chain", text));
        }
        if plain.adapter_id != tender.adapter_id {
            let text = format!(
                "the voucher is for adapter {}, expected {}",
                plain.adapter_id, tender.adapter_id
            );
            return Err(ApiError::unpaid("voucher_other_adapter", text));
        }
        if plain.request_digest != voucher::request_digest(salt, tender.body) {
            let text = "the voucher is for another request: its digest is not this body's";
            return Err(ApiError::unpaid("voucher_other_request", text));
        }
        if plain.max_fee < tender.cost_max {
            let text = format!(
                "the voucher allows {}, this request may cost {}{}",
                plain.max_fee, tender.cost_max, plain.denom
            );
            return Err(ApiError::unpaid("voucher_too_small", text));
        }
        Ok(())
    }

    fn check_escrow(
        &self,
        escrow: &Escrow,
        plain: &voucher::Voucher,
        signature: &[u8],
    ) -> Result<(), ApiError> {
        if escrow.provider_id != self.provider_id {
            let text = format!(
                "escrow {} is for provider {}, expected {}",
                escrow.id, escrow.provider_id, self.provider_id
            );
            return Err(ApiError::unpaid("escrow_other_provider", text));
        }
        if !signed(&escrow.session_key, plain, signature) {
            let text = "the voucher is not signed by its escrow's session key";
            return Err(ApiError::unpaid("voucher_signature", text));
        }
        Ok(())
    }

    /// The chain takes no report that lies further below the highest one; what waits or runs here
    /// may be reported before this.
    fn check_recent(&self, escrow: &Escrow, id: QueryId, window: u32) -> Result<(), ApiError> {
        let running = self.lock().keys().rfind(|other| other.escrow == id.escrow).copied();
        let ours = running.map(|other| other.sequence).max(self.outbox.highest(id.escrow));
        let highest = escrow.high_sequence.max(ours.unwrap_or(0));
        let least = highest.saturating_sub(u64::from(window));
        if id.sequence >= least {
            return Ok(());
        }
        let text = format!("sequence {} is too old, expected at least {least}", id.sequence);
        Err(ApiError::unpaid("voucher_too_old", text))
    }

    /// Reserves a query's largest fee; false when a report left the outbox since the escrow was
    /// asked for, so that neither may count it.
    fn reserve(
        &self,
        id: QueryId,
        escrow: &Escrow,
        plain: &voucher::Voucher,
        removals: u64,
    ) -> Result<bool, ApiError> {
        let mut running = self.lock();
        let counted = |sequence| marks::reported(escrow, sequence);
        if counted(id.sequence) || running.contains_key(&id) || self.outbox.has(id) {
            return Err(repeated(id));
        }
        let waiting = self.outbox.fees(id.escrow, counted);
        if self.outbox.removals() != removals {
            return Ok(false);
        }
        let others = running.iter().filter(|(other, _)| other.escrow == id.escrow);
        let spoken_for = others
            .map(|(_, fee)| *fee)
            .fold(waiting, u128::saturating_add)
            .saturating_add(plain.max_fee);
        let amount = |coin: &Option<whence_proto::cosmos::base::v1beta1::Coin>| {
            coin.as_ref().and_then(|coin| coin.amount.parse::<u128>().ok()).unwrap_or(0)
        };
        let left = amount(&escrow.balance).saturating_sub(amount(&escrow.withdrawing));
        if spoken_for > left {
            let text = format!(
                "escrow {} holds {left}{}, {spoken_for} would be spoken for",
                id.escrow, plain.denom
            );
            return Err(ApiError::unpaid("escrow_too_small", text));
        }
        let total = amount(&escrow.reported).saturating_add(spoken_for);
        if plain.cumulative < total {
            let text = format!(
                "the voucher allows {} in all, expected at least {total}{}",
                plain.cumulative, plain.denom
            );
            return Err(ApiError::unpaid("voucher_too_small", text));
        }
        running.insert(id, plain.max_fee);
        Ok(true)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<QueryId, u128>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An escrow that the node does not know is the voucher's mistake.
fn no_escrow(why: ReportError) -> ApiError {
    match &why {
        ReportError::Node(status) if status.code() == tonic::Code::NotFound => {
            ApiError::unpaid("escrow_unknown", why)
        }
        _ => why.into(),
    }
}

fn repeated(id: QueryId) -> ApiError {
    let text = format!("sequence {} of escrow {} was used before", id.sequence, id.escrow);
    ApiError::unpaid("voucher_used", text)
}

fn read_voucher(header: Option<&str>) -> Result<Voucher, ApiError> {
    let header = header.ok_or_else(|| {
        let text = format!(
            "{VOUCHER_HEADER} is missing: send requests through `whence gateway`, which signs them"
        );
        ApiError::unpaid("voucher_missing", text)
    })?;
    let bytes = STANDARD.decode(header).ok();
    let voucher = bytes.and_then(|bytes| Voucher::decode(bytes.as_slice()).ok());
    voucher.ok_or_else(|| ApiError::invalid(format!("{VOUCHER_HEADER} is no voucher")))
}

fn read_salt(header: Option<&str>) -> Result<[u8; 32], ApiError> {
    let bytes = header.and_then(|header| hex::decode(header).ok());
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
        ApiError::invalid(format!("{SALT_HEADER} is missing or not 64 hexadecimal digits"))
    })
}

fn signed(key: &[u8], plain: &voucher::Voucher, signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (PublicKey::from_slice(key), Signature::from_compact(signature))
    else {
        return false;
    };
    // A signature with a high s has a twin: libsecp256k1 verifies the low one alone.
    VERIFIER.verify_ecdsa(Message::from_digest(plain.digest()), &signature, &key).is_ok()
}

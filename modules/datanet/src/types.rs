//! Values as the trade uses them: amounts, texts, hashes, batches and ranges of rows, checked at
//! the door.

use std::collections::BTreeSet;

use whence_base::{Address, Coin, Coins, NATIVE_DENOM, Result, ensure};
use whence_canon::commit;
use whence_canon::licence;
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::datanet::v1 as pb;

use crate::error::Error;
use crate::params::{NAMED_ROWS_MAX, URI_MAX, URIS_MAX};

/// An amount of the native coin, on the wire.
pub fn native(amount: u128) -> Option<PbCoin> {
    Some(Coin::new(NATIVE_DENOM, amount).to_proto())
}

/// An amount of the native coin as a set of coins.
pub fn native_coins(amount: u128) -> Coins {
    Coins::of(&Coin::new(NATIVE_DENOM, amount))
}

/// Reads an amount that must be in the native coin; zero is allowed.
pub fn amount_of(coin: &Option<PbCoin>) -> Result<u128> {
    let invalid = |what: String| whence_base::Error::invalid_coins(what);
    let coin = coin.as_ref().ok_or_else(|| invalid("amount is missing".into()))?;
    let coin = Coin::parse(coin)?;
    let native = coin.denom == NATIVE_DENOM;
    ensure(native, invalid(format!("expected denom {NATIVE_DENOM}, got {}", coin.denom)))?;
    Ok(coin.amount)
}

/// Checks the length of a text, in bytes, and that it holds no control characters.
pub fn check_text(name: &str, text: &str, least: usize, most: usize) -> Result<()> {
    let plain = !text.chars().any(|c| c.is_control() && c != '\n');
    let fits = (least..=most).contains(&text.len()) && plain;
    let len = text.len();
    let why = format!("{name} has {len} bytes, expected {least} to {most}, no control characters");
    ensure(fits, Error::BadField(why))
}

/// Reads 32 bytes.
pub fn hash(name: &str, bytes: &[u8]) -> Result<[u8; 32]> {
    let why = || Error::BadField(format!("{name} has {} bytes, expected 32", bytes.len()));
    bytes.try_into().map_err(|_| why().into())
}

/// Checks URIs: how many, how long, and with a scheme.
pub fn check_uris(uris: &[String]) -> Result<()> {
    let count = uris.len();
    ensure(
        (1..=URIS_MAX).contains(&count),
        Error::BadField(format!("{count} uris, expected 1 to {URIS_MAX}")),
    )?;
    for uri in uris {
        let good = uri.len() <= URI_MAX
            && uri.bytes().all(|b| b.is_ascii_graphic())
            && uri.split_once(':').is_some_and(|(s, rest)| !s.is_empty() && !rest.is_empty());
        let why = format!("uri {uri:?}, expected scheme:rest of at most {URI_MAX} characters");
        ensure(good, Error::BadField(why))?;
    }
    Ok(())
}

/// Checks a licence against the accepted SPDX ids.
pub fn check_licence(id: &str) -> Result<()> {
    let known = licence::terms(id).is_some();
    ensure(known, Error::BadLicence(format!("{id:?} is not an accepted SPDX id")))
}

/// Checks a batch as far as that needs no state.
pub fn check_manifest(m: &pb::BatchManifest) -> Result<()> {
    ensure(m.row_count > 0, Error::EmptyBatch("expected at least 1".into()))?;
    hash("row_root", &m.row_root)?;
    hash("sha256", &m.sha256)?;
    hash("blake3", &m.blake3)?;
    ensure(m.byte_size > 0, Error::BadField("byte_size is 0".into()))?;
    check_uris(&m.uris)?;
    check_licence(&m.licence)?;
    check_text("origin", &m.origin, 1, 1_000)?;
    let consent = m.consent.unwrap_or_default();
    let why = "consent to training is missing: rows that may not be trained on cannot be given";
    ensure(consent.training, Error::BadField(why.into()))?;
    if !m.payout_address.is_empty() {
        Address::parse(&m.payout_address)?;
    }
    Ok(())
}

/// The batch in the form that is committed to.
pub fn canonical_batch(datanet_id: u64, m: &pb::BatchManifest) -> commit::Batch<'_> {
    let consent = m.consent.unwrap_or_default();
    commit::Batch {
        datanet_id,
        row_root: &m.row_root,
        row_count: m.row_count,
        byte_size: m.byte_size,
        sha256: &m.sha256,
        blake3: &m.blake3,
        uris: &m.uris,
        licence: &m.licence,
        consent: [consent.training, consent.inference, consent.derivative],
        origin: &m.origin,
        payout_address: &m.payout_address,
    }
}

/// Reads addresses that must differ from each other.
pub fn addresses(list: &[String]) -> Result<BTreeSet<Address>> {
    let mut set = BTreeSet::new();
    for text in list {
        let new = set.insert(Address::parse(text)?);
        ensure(new, Error::BadField(format!("address {text} is repeated")))?;
    }
    Ok(set)
}

/// Checks ranges: in order, apart from each other, not too many rows; gives how many rows.
pub fn check_ranges(ranges: &[pb::RowRange]) -> Result<u64> {
    let (mut sum, mut from) = (0_u64, 0_u64);
    for r in ranges {
        let end = r.first.checked_add(r.count).filter(|_| r.count > 0 && r.first >= from);
        let why = || Error::BadField("row ranges must be positive, in order, apart".into());
        from = end.ok_or_else(why)?;
        sum = sum.saturating_add(r.count);
        let many = Error::TooManyRows(format!("expected at most {NAMED_ROWS_MAX} in a message"));
        ensure(sum <= NAMED_ROWS_MAX, many)?;
    }
    Ok(sum)
}

/// Every row of checked ranges.
pub fn rows_of(ranges: &[pb::RowRange]) -> impl Iterator<Item = u64> + '_ {
    ranges.iter().flat_map(|r| r.first..r.first.saturating_add(r.count))
}

//! Checks of what comes in: coins of a message, metadata, entries of who can be sent.

use std::collections::BTreeSet;

use whence_base::coin::is_denom;
use whence_base::{Coins, Error, NATIVE_DENOM, Result, ensure};
use whence_proto::cosmos::bank::v1beta1::{DenomUnit, Metadata, Params, SendEnabled};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;

/// Most denominations in one list of coins: a message stays one block's small work.
pub const DENOMS_MAX: usize = 64;
/// Most entries of `MsgSetSendEnabled`, in each of its lists.
pub const ENTRIES_MAX: usize = 1_000;
/// Most units of a denomination.
const UNITS_MAX: usize = 32;

/// The default parameters.
pub fn default_params() -> Params {
    Params { default_send_enabled: true, ..Params::default() }
}

/// Metadata of the native coin.
pub fn native_metadata() -> Metadata {
    let unit = |denom: &str, exponent| DenomUnit {
        denom: denom.to_owned(),
        exponent,
        aliases: Vec::new(),
    };
    Metadata {
        description: "The native coin of Whence: stake, fees and pay.".to_owned(),
        denom_units: vec![unit(NATIVE_DENOM, 0), unit("mwhn", 3), unit("whn", 6)],
        base: NATIVE_DENOM.to_owned(),
        display: "whn".to_owned(),
        name: "Whence".to_owned(),
        symbol: "WHN".to_owned(),
        ..Metadata::default()
    }
}

/// Coins of a message: sorted, unique, positive, at least one.
pub fn parse_coins(list: &[PbCoin]) -> Result<Coins> {
    let count = list.len();
    ensure(
        (1..=DENOMS_MAX).contains(&count),
        Error::invalid_coins(format!("{count} coins, expected 1 to {DENOMS_MAX}")),
    )?;
    Coins::parse(list)
}

/// The entries in the deprecated field, and the parameters without them.
#[allow(deprecated, reason = "clients may still fill the field; the SDK moves it too")]
pub(crate) fn split_params(mut params: Params) -> (Vec<SendEnabled>, Params) {
    let entries = std::mem::take(&mut params.send_enabled);
    (entries, params)
}

/// Refuses parameters with malformed entries.
pub fn validate_params(params: &Params) -> Result<()> {
    validate_entries(&split_params(params.clone()).0)
}

/// Refuses entries that are too many, malformed or repeated.
pub fn validate_entries(entries: &[SendEnabled]) -> Result<()> {
    let denoms: Vec<&str> = entries.iter().map(|entry| entry.denom.as_str()).collect();
    validate_denoms(&denoms)
}

/// Refuses denominations that are too many, malformed or repeated.
pub fn validate_denoms(denoms: &[&str]) -> Result<()> {
    let count = denoms.len();
    ensure(
        count <= ENTRIES_MAX,
        Error::invalid_request(format!("{count} entries, expected at most {ENTRIES_MAX}")),
    )?;
    let mut seen = BTreeSet::new();
    for denom in denoms {
        check_denom(denom)?;
        ensure(
            seen.insert(denom),
            Error::invalid_request(format!("duplicate denomination {denom}")),
        )?;
    }
    Ok(())
}

/// Refuses what is not a denomination.
pub fn check_denom(denom: &str) -> Result<()> {
    ensure(is_denom(denom), Error::invalid_coins(format!("invalid denom: {denom:?}")))
}

/// Refuses metadata that wallets could not use.
pub fn validate_metadata(metadata: &Metadata) -> Result<()> {
    let bad =
        |what: String| Error::invalid_request(format!("metadata of {}: {what}", metadata.base));
    check_denom(&metadata.base)?;
    check_denom(&metadata.display)?;
    for (what, text) in [("name", &metadata.name), ("symbol", &metadata.symbol)] {
        ensure(!text.trim().is_empty(), bad(format!("{what} is blank")))?;
    }
    let units = &metadata.denom_units;
    ensure(
        (1..=UNITS_MAX).contains(&units.len()),
        bad(format!("{} units, expected 1 to {UNITS_MAX}", units.len())),
    )?;
    let first_is_base = units.first().is_some_and(|u| u.denom == metadata.base && u.exponent == 0);
    ensure(first_is_base, bad("the first unit must be the base with exponent 0".to_owned()))?;
    let ascending = units.iter().zip(units.iter().skip(1)).all(|(a, b)| a.exponent < b.exponent);
    ensure(ascending, bad("units must have ascending exponents".to_owned()))?;
    let mut names = BTreeSet::new();
    for name in units.iter().flat_map(|u| std::iter::once(&u.denom).chain(&u.aliases)) {
        let fresh = !name.trim().is_empty() && names.insert(name);
        ensure(fresh, bad(format!("unit or alias {name:?} is blank or comes twice")))?;
    }
    units.iter().try_for_each(|unit| check_denom(&unit.denom))?;
    let shown = units.iter().any(|unit| unit.denom == metadata.display);
    ensure(shown, bad(format!("no unit is the display denomination {}", metadata.display)))
}

//! Parameters, metadata of denominations, and which of them can be sent.

use whence_base::{Coins, Error, Result, StateRead, StateWrite};
use whence_proto::cosmos::bank::v1beta1::{Metadata, Params};

use crate::error::BankError;
use crate::state::{METADATA, PARAMS, SEND_ENABLED};
use crate::types;

/// The parameters: sends are enabled by default.
pub fn params(state: &(impl StateRead + ?Sized)) -> Result<Params> {
    Ok(PARAMS.get(state)?.unwrap_or_else(types::default_params))
}

/// Whether a denomination without an entry of its own can be sent.
pub fn default_send_enabled(state: &(impl StateRead + ?Sized)) -> Result<bool> {
    Ok(params(state)?.default_send_enabled)
}

/// What people are shown of a denomination.
pub fn metadata(state: &(impl StateRead + ?Sized), denom: &str) -> Result<Option<Metadata>> {
    METADATA.get(state, &denom.to_owned())
}

/// Refuses coins that users cannot send at present.
pub fn require_send_enabled(state: &(impl StateRead + ?Sized), coins: &Coins) -> Result<()> {
    let default = default_send_enabled(state)?;
    for coin in coins.iter() {
        if !SEND_ENABLED.get(state, &coin.denom)?.unwrap_or(default) {
            return Err(Error::from(BankError::SendDisabled(coin.denom)));
        }
    }
    Ok(())
}

/// Sets the parameters; what their deprecated list says becomes entries, as in the SDK.
pub(crate) fn set_params(state: &mut (impl StateWrite + ?Sized), new: Params) {
    let (entries, params) = types::split_params(new);
    for entry in &entries {
        set_send_enabled(state, &entry.denom, entry.enabled);
    }
    PARAMS.set(state, &params);
}

pub(crate) fn set_send_enabled(state: &mut (impl StateWrite + ?Sized), denom: &str, enabled: bool) {
    SEND_ENABLED.set(state, &denom.to_owned(), &enabled);
}

pub(crate) fn clear_send_enabled(state: &mut (impl StateWrite + ?Sized), denom: &str) {
    SEND_ENABLED.remove(state, &denom.to_owned());
}

pub(crate) fn set_metadata(state: &mut (impl StateWrite + ?Sized), metadata: &Metadata) {
    METADATA.set(state, &metadata.base, metadata);
}

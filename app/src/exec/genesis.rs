//! Genesis: `app_state` by module, then the genesis transactions.

use std::collections::BTreeMap;

use serde_json::Value;
use whence_base::ctx::Block;
use whence_base::module::ValidatorUpdate;
use whence_base::state::{Changes, Overlay};
use whence_base::{Ctx, Error, Module, QueryCtx, Result, StateRead};
use whence_proto::json;

use super::tx::deliver;
use crate::ante::tx::{Strictness, Tx};
use crate::ante::{Candidate, Mode};
use crate::modules::Modules;
use crate::ports;

/// `app_state`: one section a module.
pub type AppState = BTreeMap<String, Value>;

/// Section of the genesis transactions.
pub const GENUTIL: &str = "genutil";
/// Most genesis transactions: one a validator.
const GENTXS_MAX: usize = 1000;

/// The default `app_state`.
pub fn default_state(modules: &Modules) -> Result<AppState> {
    let mut state = AppState::new();
    for module in with_section(modules) {
        let section = json::to_json(module.genesis_type(), &module.default_genesis());
        state.insert(module.name().to_owned(), section.map_err(|e| bad(module, e))?);
    }
    state.insert(GENUTIL.to_owned(), serde_json::json!({ "gen_txs": [] }));
    Ok(state)
}

/// Checks every section without writing.
pub fn validate(modules: &Modules, state: &AppState) -> Result<()> {
    check_names(modules, state)?;
    for module in with_section(modules) {
        let bytes = section(module, state)?;
        module.validate_genesis(&bytes).map_err(|e| bad(module, e))?;
    }
    gentxs(state).map(|_| ())
}

/// Writes a genesis over an empty state; nothing is committed.
pub fn init(
    modules: &Modules,
    base: &dyn StateRead,
    block: &Block,
    state: &AppState,
) -> Result<(Changes, Vec<ValidatorUpdate>)> {
    check_names(modules, state)?;
    let mut overlay = Overlay::over(base);
    let mut updates = Vec::new();
    for module in with_section(modules) {
        let bytes = section(module, state)?;
        let mut ctx = Ctx::new(&mut overlay, block);
        updates.extend(module.init_genesis(&mut ctx, &bytes).map_err(|e| bad(module, e))?);
    }
    let gentxs = gentxs(state)?;
    if !gentxs.is_empty() {
        for (place, gentx) in gentxs.iter().enumerate() {
            deliver_gentx(modules, &mut overlay, block, gentx)
                .map_err(|e| Error { message: format!("gen_txs[{place}]: {e}"), ..e })?;
        }
        updates.extend(ports::validator_updates(&mut Ctx::new(&mut overlay, block))?);
    }
    Ok((overlay.into_changes(), updates))
}

/// The state as a genesis.
pub fn export(modules: &Modules, ctx: &QueryCtx<'_>) -> Result<AppState> {
    let mut state = AppState::new();
    for module in with_section(modules) {
        let bytes = module.export_genesis(ctx)?;
        let section = json::to_json(module.genesis_type(), &bytes);
        state.insert(module.name().to_owned(), section.map_err(|e| bad(module, e))?);
    }
    state.insert(GENUTIL.to_owned(), serde_json::json!({ "gen_txs": [] }));
    Ok(state)
}

/// The modules that have a section of their own.
fn with_section(modules: &Modules) -> impl Iterator<Item = &dyn Module> {
    modules.iter().filter(|module| module.name() != super::header::STORE)
}

fn section(module: &dyn Module, state: &AppState) -> Result<Vec<u8>> {
    match state.get(module.name()) {
        Some(value) => json::from_json(module.genesis_type(), value).map_err(|e| bad(module, e)),
        None => Ok(module.default_genesis()),
    }
}

fn check_names(modules: &Modules, state: &AppState) -> Result<()> {
    let known = |name: &str| name == GENUTIL || with_section(modules).any(|m| m.name() == name);
    match state.keys().find(|name| !known(name)) {
        Some(name) => Err(Error::invalid_request(format!("app_state.{name}: no such module"))),
        None => Ok(()),
    }
}

/// The genesis transactions, encoded.
fn gentxs(state: &AppState) -> Result<Vec<Vec<u8>>> {
    let list = state.get(GENUTIL).and_then(|section| section.get("gen_txs"));
    let list = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if list.len() > GENTXS_MAX {
        return Err(Error::invalid_request(format!("more than {GENTXS_MAX} genesis transactions")));
    }
    list.iter().enumerate().map(|(place, value)| gentx_bytes(place, value)).collect()
}

/// A genesis transaction is the JSON of a `Tx`; it is signed over its parts encoded again.
fn gentx_bytes(place: usize, value: &Value) -> Result<Vec<u8>> {
    json::from_json("cosmos.tx.v1beta1.Tx", value)
        .map_err(|e| Error::tx_decode(format!("gen_txs[{place}]: {e}")))
}

fn deliver_gentx(
    modules: &Modules,
    overlay: &mut Overlay<'_>,
    block: &Block,
    bytes: &[u8],
) -> Result<()> {
    let tx = Tx::decode(bytes, modules.router(), Strictness::Full)?;
    let candidate = Candidate { tx, proofs: std::sync::Arc::default() };
    let outcome = deliver(&mut Ctx::new(overlay, block), &candidate, Mode::Deliver);
    outcome.error.map_or(Ok(()), Err)
}

fn bad(module: &dyn Module, error: impl std::fmt::Display) -> Error {
    Error::invalid_request(format!("app_state.{}: {error}", module.name()))
}

//! InitChain: genesis into memory. Nothing is written: it is called again if we die before block 1.

use tendermint_proto::v0_38::abci::{RequestInitChain, ResponseInitChain, ValidatorUpdate};
use tendermint_proto::v0_38::crypto::{PublicKey, public_key::Sum};
use tendermint_proto::v0_38::types::{ConsensusParams, VersionParams};
use whence_base::ctx::Block;
use whence_base::state::Overlay;

use super::block_height;
use crate::app::{APP_VERSION, App, Fatal, Genesis};
use crate::consensus;
use crate::exec::{genesis, header, invariants};
use crate::state::Committed;

/// Computes the state at genesis, to be committed with the first block.
pub fn init_chain(app: &App, request: RequestInitChain) -> Result<ResponseInitChain, Fatal> {
    if let Some(latest) = app.store().latest() {
        let why = format!("InitChain after height {} was committed", latest.height);
        return Err(Fatal::Grammar(why));
    }
    let initial_height = block_height(request.initial_height)?;
    let params = with_app_version(request.consensus_params.unwrap_or_default());
    consensus::validate(&params).map_err(|e| Fatal::Genesis(e.to_string()))?;
    let app_state: genesis::AppState = serde_json::from_slice(&request.app_state_bytes)
        .map_err(|e| Fatal::Genesis(format!("app_state: {e}")))?;

    let time = header::to_time(request.time.as_ref());
    let block = Block { chain_id: request.chain_id, time, ..Block::default() };
    let base = Committed(app.store().view(None)?);
    let (changes, updates) = genesis::init(app.modules(), &base, &block, &app_state)
        .map_err(|e| Fatal::Genesis(e.to_string()))?;
    let mut overlay = Overlay::resume(&base, changes);
    header::PARAMS.set(&mut overlay, &params);
    check_invariants(app, &overlay, &block)?;
    let changes = overlay.into_changes();

    let genesis = Genesis { chain_id: block.chain_id, initial_height, changes };
    app.consensus().genesis = Some(genesis);
    let validators =
        if updates.is_empty() { request.validators } else { updates.iter().map(to_wire).collect() };
    tracing::info!(validators = validators.len(), initial_height, "genesis");
    Ok(ResponseInitChain { consensus_params: Some(params), validators, ..Default::default() })
}

/// Genesis must hold the same rules as every block.
fn check_invariants(app: &App, state: &Overlay<'_>, block: &Block) -> Result<(), Fatal> {
    let ctx = whence_base::QueryCtx::new(state, block);
    let broken = invariants::broken(app.modules(), &ctx)?;
    if broken.is_empty() { Ok(()) } else { Err(Fatal::Genesis(broken.join("; "))) }
}

fn with_app_version(mut params: ConsensusParams) -> ConsensusParams {
    params.version = Some(VersionParams { app: APP_VERSION });
    params
}

/// A validator update as CometBFT takes it.
pub(crate) fn to_wire(update: &whence_base::module::ValidatorUpdate) -> ValidatorUpdate {
    let pub_key = Some(PublicKey { sum: Some(Sum::Ed25519(update.pubkey.clone())) });
    ValidatorUpdate { pub_key, power: update.power }
}

//! One block over a committed state: begin, transactions, end. It writes nothing.

use rayon::prelude::*;
use tendermint_proto::v0_38::abci::{self, ExecTxResult};
use whence_base::ctx::Block;
use whence_base::module::ValidatorUpdate;
use whence_base::state::{Changes, Overlay};
use whence_base::{Ctx, Error, Result, Router, StateRead};

use super::tx::{Outcome, deliver};
use super::{events, header};
use crate::ante::signature::Remembered;
use crate::ante::tx::{Strictness, Tx};
use crate::ante::{self, Candidate, Mode};
use crate::modules::Modules;
use crate::state::Committed;

/// What a block did.
pub struct Executed {
    /// State changes, those of genesis included in the first block.
    pub changes: Changes,
    /// One result a transaction, in order.
    pub results: Vec<ExecTxResult>,
    /// Events of the begin and end phases.
    pub events: Vec<abci::Event>,
    /// Changes of CometBFT's validator set.
    pub validator_updates: Vec<ValidatorUpdate>,
    /// Consensus parameters that changed in this block.
    pub params: Option<tendermint_proto::v0_38::types::ConsensusParams>,
}

/// What execution needs besides the block.
pub struct Machine<'a> {
    /// The list of modules.
    pub modules: &'a Modules,
    /// The committed state below.
    pub base: &'a Committed,
    /// Signatures found good before.
    pub remembered: &'a Remembered,
}

impl Machine<'_> {
    /// Executes a block. `before` are changes that are not committed yet: those of genesis.
    pub fn execute(
        &self,
        block: &Block,
        txs: &[bytes::Bytes],
        before: Changes,
    ) -> Result<Executed> {
        let candidates = self.prepare(&block.chain_id, txs);
        let mut overlay = Overlay::resume(self.base, before);
        let params_before = header::PARAMS.get(&overlay)?;
        let mut gas_left = header::block_gas_max(&overlay)?;

        let mut block_events = self.begin(&mut overlay, block);
        #[cfg(feature = "fault-nondeterminism")]
        header::remember_process(&mut overlay);
        let mut results = Vec::with_capacity(txs.len());
        for candidate in candidates {
            let outcome = match candidate {
                Ok(candidate) => run(&mut overlay, block, &candidate, &mut gas_left),
                Err(error) => Outcome::refused(error),
            };
            results.push(outcome.into_abci());
        }
        let (end_events, validator_updates) = self.end(&mut overlay, block);
        block_events.extend(end_events);
        header::remember(&mut overlay, block);

        let params =
            header::PARAMS.get(&overlay)?.filter(|now| params_before.as_ref() != Some(now));
        let changes = overlay.into_changes();
        Ok(Executed { changes, results, events: block_events, validator_updates, params })
    }

    /// Decodes transactions and verifies their signatures, on all cores, results in order.
    pub fn prepare(&self, chain_id: &str, txs: &[bytes::Bytes]) -> Vec<Result<Candidate>> {
        txs.par_iter()
            .map(|bytes| {
                let tx = Tx::decode(bytes, self.modules.router(), Strictness::Full)?;
                let proofs = ante::verify_ahead(&tx, self.base, chain_id, self.remembered);
                Ok(Candidate { tx, proofs })
            })
            .collect()
    }

    fn begin(&self, overlay: &mut Overlay<'_>, block: &Block) -> Vec<abci::Event> {
        let mut ctx = Ctx::new(overlay, block);
        self.modules.iter().for_each(|module| module.begin_block(&mut ctx));
        events::of_phase(ctx.take_events(), "BeginBlock")
    }

    fn end(
        &self,
        overlay: &mut Overlay<'_>,
        block: &Block,
    ) -> (Vec<abci::Event>, Vec<ValidatorUpdate>) {
        let mut ctx = Ctx::new(overlay, block);
        let updates = self.modules.iter().flat_map(|module| module.end_block(&mut ctx)).collect();
        (events::of_phase(ctx.take_events(), "EndBlock"), updates)
    }
}

/// Runs one transaction, unless the block has no gas left for it.
fn run(
    overlay: &mut Overlay<'_>,
    block: &Block,
    candidate: &Candidate,
    gas_left: &mut Option<u64>,
) -> Outcome {
    if let Err(error) = take_gas(gas_left, candidate.tx.gas_limit) {
        return Outcome::refused(error);
    }
    deliver(&mut Ctx::new(overlay, block), candidate, Mode::Deliver)
}

/// Takes a transaction's gas limit from what the block has left.
pub fn take_gas(gas_left: &mut Option<u64>, gas: u64) -> Result<()> {
    let Some(left) = *gas_left else { return Ok(()) };
    let rest = left.checked_sub(gas).ok_or_else(|| {
        Error::out_of_gas(format!("no block gas left to run tx: {left} left, {gas} wanted"))
    })?;
    *gas_left = Some(rest);
    Ok(())
}

/// Parses and checks a transaction's signers' state only: what a proposal needs to know of it.
pub fn admit(
    overlay: &mut Overlay<'_>,
    block: &Block,
    candidate: &Candidate,
    gas_left: &mut Option<u64>,
) -> Result<()> {
    let mut rest = *gas_left;
    take_gas(&mut rest, candidate.tx.gas_limit)?;
    let mut ctx = Ctx::new(overlay, block);
    ctx.atomically(|ctx| ante::run(ctx, candidate, Mode::Deliver))?;
    *gas_left = rest;
    Ok(())
}

/// A simulated transaction: executed over a state, kept nowhere.
pub fn simulate(
    modules: &Modules,
    state: &dyn StateRead,
    block: &Block,
    bytes: &[u8],
) -> Result<Outcome> {
    let router: &Router = modules.router();
    let tx = Tx::decode(bytes, router, Strictness::Simulation)?;
    let candidate = Candidate { tx, proofs: std::sync::Arc::default() };
    let mut overlay = Overlay::over(state);
    Ok(deliver(&mut Ctx::new(&mut overlay, block), &candidate, Mode::Simulate))
}

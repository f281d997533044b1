//! CheckTx: the checks of a transaction against the committed state and what already waits.
//!
//! Sequences and fees of waiting txs are pending in memory, so that an account may queue several
//! txs.
//! A recheck does the same without any signature work.

use bytes::Bytes;
use tendermint_proto::v0_38::abci::{CheckTxType, RequestCheckTx, ResponseCheckTx};
use whence_base::ctx::Block;
use whence_base::state::{Changes, Overlay};
use whence_base::{Ctx, Error, Event, Result, ensure};

use crate::ante::tx::{Strictness, Tx};
use crate::ante::{self, Candidate, Mode};
use crate::app::{App, Mempool};
use crate::exec::events::to_abci;
use crate::exec::header;
use crate::state::Committed;

/// Whether a transaction may wait in this node's mempool.
pub fn check_tx(app: &App, request: &RequestCheckTx) -> ResponseCheckTx {
    let again = request.r#type == CheckTxType::Recheck as i32;
    let (gas_wanted, result) = match Tx::decode(&request.tx, app.modules().router(), FULL) {
        Ok(tx) => (tx.gas_limit, check(app, tx, again)),
        Err(error) => (0, Err(error)),
    };
    let gas_wanted = i64::try_from(gas_wanted).unwrap_or(i64::MAX);
    match result {
        Ok((cost, events)) => ResponseCheckTx {
            gas_wanted,
            gas_used: i64::try_from(cost).unwrap_or(i64::MAX),
            events: events.into_iter().map(to_abci).collect(),
            ..ResponseCheckTx::default()
        },
        Err(error) => ResponseCheckTx {
            code: error.code,
            codespace: error.codespace.to_owned(),
            log: error.message,
            data: Bytes::new(),
            gas_wanted,
            ..ResponseCheckTx::default()
        },
    }
}

const FULL: Strictness = Strictness::Full;

fn check(app: &App, tx: Tx, again: bool) -> Result<(u64, Vec<Event>)> {
    let (base, block) = snapshot(app)?;
    check_block_gas(&base, tx.gas_limit)?;
    // Signature work is done before the lock is taken.
    let proofs = if again {
        app.inner.remembered.get(&tx.hash).unwrap_or_default()
    } else {
        ante::verify_ahead(&tx, &base, &block.chain_id, &app.inner.remembered)
    };
    let candidate = Candidate { tx, proofs };
    let prices = &app.settings().minimum_gas_prices;
    let mode = if again { Mode::Recheck(prices) } else { Mode::Check(prices) };

    let mut mempool = app.mempool();
    let mempool = mempool.get_or_insert_with(|| Mempool::new(base, block));
    let changes = std::mem::take(&mut mempool.changes);
    let mut overlay = Overlay::resume(&mempool.base, changes);
    let mut ctx = Ctx::new(&mut overlay, &mempool.block);
    let result = ctx.atomically(|ctx| ante::run(ctx, &candidate, mode));
    let events = ctx.take_events();
    mempool.changes = overlay.into_changes();
    result.map(|cost| (cost, events))
}

impl Mempool {
    /// The state that waiting txs build on: the next block over the committed state.
    fn new(base: Committed, block: Block) -> Self {
        let height = block.height.saturating_add(1);
        Self { base, block: Block { height, ..block }, changes: Changes::default() }
    }
}

/// The state that the mempool checks against.
fn snapshot(app: &App) -> Result<(Committed, Block)> {
    if let Some(mempool) = app.mempool().as_ref() {
        return Ok((mempool.base.clone(), mempool.block.clone()));
    }
    app.committed(None).map_err(|e| Error::broken(&e.to_string()))
}

fn check_block_gas(base: &Committed, wanted: u64) -> Result<()> {
    let limit = header::block_gas_max(base)?;
    ensure(
        limit.is_none_or(|limit| wanted <= limit),
        Error::invalid_gas_limit(format!(
            "tx gas limit {wanted} exceeds block max gas {}",
            limit.unwrap_or_default()
        )),
    )
}

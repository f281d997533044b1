//! End of a block: the set, then what has matured; bounded, and no way to fail.

use whence_base::module::ValidatorUpdate;
use whence_base::{Ctx, Result};

use crate::event;
use crate::keeper::{set, snapshot, unbonding};
use crate::ports::Ports;
use crate::state;
use crate::types::time_key;

/// Most validators whose unbonding ends in one block.
pub const VALIDATORS_PER_BLOCK: usize = 100;
/// Most unbonding pairs paid in one block; some 20 µs each.
pub const UNBONDINGS_PER_BLOCK: usize = 500;
/// Most kept values of snapshots forgotten in one block.
pub const HISTORY_PER_BLOCK: usize = 1_000;
/// A payment that failed is tried again after a day.
const RETRY_S: u64 = 86_400;

/// Runs the end of a block and answers the changes of the set.
pub(crate) fn end_block(ctx: &mut Ctx<'_>, ports: &dyn Ports) -> Vec<ValidatorUpdate> {
    let updates = step(ctx, "validator_set", |ctx| set::update(ctx, ports));
    step(ctx, "validator_queue", unbond_validators);
    step(ctx, "unbonding_queue", |ctx| pay_unbondings(ctx, ports));
    step(ctx, "snapshots", |ctx| snapshot::sweep(ctx, HISTORY_PER_BLOCK));
    updates
}

fn step<T: Default>(
    ctx: &mut Ctx<'_>,
    name: &str,
    work: impl FnOnce(&mut Ctx<'_>) -> Result<T>,
) -> T {
    ctx.atomically(work).unwrap_or_else(|error| {
        ctx.emit(event::failure(name, &error));
        T::default()
    })
}

fn unbond_validators(ctx: &mut Ctx<'_>) -> Result<()> {
    let now = time_key(ctx.time());
    let due = state::VALIDATOR_QUEUE.first_while(ctx, VALIDATORS_PER_BLOCK, |k| k.0 <= now)?;
    for key in due {
        state::VALIDATOR_QUEUE.remove(ctx, &key);
        step(ctx, "validator_unbonding", |ctx| set::complete_unbonding(ctx, &key.1));
    }
    Ok(())
}

fn pay_unbondings(ctx: &mut Ctx<'_>, ports: &dyn Ports) -> Result<()> {
    let now = time_key(ctx.time());
    let due = state::UNBONDING_QUEUE.first_while(ctx, UNBONDINGS_PER_BLOCK, |k| k.0 <= now)?;
    for key in due {
        state::UNBONDING_QUEUE.remove(ctx, &key);
        let pair = (key.1, key.2);
        let paid = ctx.atomically(|ctx| unbonding::complete(ctx, ports, &pair));
        if let Err(error) = paid {
            ctx.emit(event::failure("complete_unbonding", &error));
            unbonding::enqueue(ctx, &pair, ctx.time().plus_seconds(RETRY_S));
        }
    }
    Ok(())
}

//! What must always hold.

use std::collections::BTreeMap;

use whence_base::module::Obligation;
use whence_base::{Coin, Coins, QueryCtx, Result};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::model::v1 as pb;

use crate::error::NAME;
use crate::{keeper, state};

/// All bonds and deposits on record.
pub(crate) fn obligations(ctx: &QueryCtx<'_>) -> Result<Vec<Obligation>> {
    let mut coins = Coins::new();
    let mut add = |held: Option<PbCoin>| -> Result<()> {
        held.map_or(Ok(()), |coin| coins.add(&Coin::parse(&coin)?))
    };
    for entry in state::ADAPTERS.iter(ctx) {
        add(entry?.1.bond)?;
    }
    for entry in state::FEEDBACK.iter(ctx) {
        let (_, feedback) = entry?;
        add(feedback.deposit)?;
        add(feedback.bond)?;
    }
    for entry in state::REVIEWS.iter(ctx) {
        add(entry?.1.bond)?;
    }
    for entry in state::FLAGS.iter(ctx) {
        add(entry?.1.bond)?;
    }
    Ok(vec![Obligation { account: NAME, coins }])
}

/// Sentences about what is broken.
pub(crate) fn broken(ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
    let mut rows: BTreeMap<u64, u64> = BTreeMap::new();
    for entry in state::GIVERS.iter(ctx) {
        let ((adapter, _), given) = entry?;
        let model = keeper::require(ctx, adapter)?.model_id;
        let sum = rows.entry(model).or_default();
        *sum = sum.saturating_add(given);
    }
    let mut found = Vec::new();
    for entry in state::ACCEPTED.iter(ctx) {
        let (model, accepted) = entry?;
        let given = rows.remove(&model).unwrap_or(0);
        if given != accepted {
            found.push(format!("model: {accepted} accepted rows of model {model}, {given} given"));
        }
    }
    let uncounted = rows.into_iter().filter(|(_, given)| *given > 0);
    found.extend(uncounted.map(|(m, n)| format!("model: {n} rows of model {m} are not counted")));
    adapters(ctx, &mut found)?;
    feedback(ctx, &mut found)?;
    Ok(found)
}

/// Every adapter is in the index of its model, and counts its flags.
fn adapters(ctx: &QueryCtx<'_>, found: &mut Vec<String>) -> Result<()> {
    let mut count = 0usize;
    for entry in state::ADAPTERS.iter(ctx) {
        let (id, adapter) = entry?;
        count = count.saturating_add(1);
        if !state::OF_MODEL.has(ctx, &(adapter.model_id, id)) {
            found.push(format!("model: adapter {id} is not in the index of its model"));
        }
        let registered = adapter.status() == pb::AdapterStatus::Registered;
        if state::LIVE.has(ctx, &(adapter.model_id, id)) != registered {
            found.push(format!("model: adapter {id} is wrongly in or out of the live ones"));
        }
        let flags = state::FLAGS.iter_prefix(ctx, &id).count();
        if usize::try_from(adapter.flags).unwrap_or(usize::MAX) != flags {
            found.push(format!("model: adapter {id} counts {}, not {flags} flags", adapter.flags));
        }
    }
    let indexed = state::OF_MODEL.map().iter(ctx).count();
    if indexed != count {
        found.push(format!("model: {indexed} entries by model for {count} adapters"));
    }
    Ok(())
}

/// Every batch is in the index of its adapter, and in that of deadlines while it waits.
fn feedback(ctx: &QueryCtx<'_>, found: &mut Vec<String>) -> Result<()> {
    let (mut count, mut waiting) = (0usize, 0usize);
    for entry in state::FEEDBACK.iter(ctx) {
        let (id, batch) = entry?;
        count = count.saturating_add(1);
        if !state::FEEDBACK_OF.has(ctx, &(batch.adapter_id, id)) {
            found.push(format!("model: feedback {id} is not in the index of its adapter"));
        }
        let Some(last) = keeper::due_after(&batch) else { continue };
        waiting = waiting.saturating_add(1);
        if !state::DUE.has(ctx, &(last, id)) {
            found.push(format!("model: feedback {id} is not in the index of deadlines"));
        }
    }
    let indexed = state::FEEDBACK_OF.map().iter(ctx).count();
    if indexed != count {
        found.push(format!("model: {indexed} entries by adapter for {count} batches"));
    }
    let indexed = state::DUE.map().iter(ctx).count();
    if indexed != waiting {
        found.push(format!("model: {indexed} deadlines for {waiting} batches that wait"));
    }
    Ok(())
}

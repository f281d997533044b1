//! What must always hold.

use std::collections::BTreeMap;

use whence_base::module::Obligation;
use whence_base::{Coin, Coins, QueryCtx, Result};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;

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
        let given = rows.get(&model).copied().unwrap_or(0);
        if given != accepted {
            found.push(format!("model: {accepted} accepted rows of model {model}, {given} given"));
        }
    }
    Ok(found)
}

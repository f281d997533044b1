//! Events, one for each thing that happened; amounts are coin texts.

use whence_base::{Address, Coin, Coins, Event, NATIVE_DENOM};

use crate::keeper::Shared;
use crate::types::Settlement;

fn event(name: &str) -> Event {
    Event::new(format!("whence.reward.v1.Event{name}"))
}

pub(crate) fn settled(s: &Settlement, shared: &Shared) -> Event {
    let coin = |amount| Coin::new(NATIVE_DENOM, amount);
    event("Settled")
        .attr("escrow_id", s.escrow_id)
        .attr("sequence", s.sequence)
        .attr("adapter_id", s.adapter_id)
        .attr("fee", coin(s.fee))
        .attr("to_contributors", coin(shared.to_contributors))
        .attr("unattributed", coin(shared.unattributed))
}

pub(crate) fn claimed(address: &Address, payout: &Address, amount: &Coins) -> Event {
    event("Claimed").attr("address", address).attr("payout_address", payout).attr("amount", amount)
}

pub(crate) fn payout_rotated(address: &Address, payout: &Address) -> Event {
    event("PayoutRotated").attr("address", address).attr("payout_address", payout)
}

pub(crate) fn community_pool_spent(recipient: &Address, amount: &Coins) -> Event {
    event("CommunityPoolSpent").attr("recipient", recipient).attr("amount", amount)
}

pub(crate) fn params_updated(authority: &Address) -> Event {
    event("ParamsUpdated").attr("authority", authority)
}

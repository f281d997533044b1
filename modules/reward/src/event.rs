//! Events, one for each thing that happened; amounts are coin texts.

use whence_base::{Address, Coin, Coins, NATIVE_DENOM};
use whence_proto::whence::reward::v1 as pb;

use crate::keeper::Shared;
use crate::types::Settlement;

pub(crate) fn settled(s: &Settlement, shared: &Shared) -> pb::EventSettled {
    let coin = |amount| Coin::new(NATIVE_DENOM, amount).to_string();
    pb::EventSettled {
        escrow_id: s.escrow_id,
        sequence: s.sequence,
        adapter_id: s.adapter_id,
        fee: coin(s.fee),
        to_contributors: coin(shared.to_contributors),
        unattributed: coin(shared.unattributed),
    }
}

pub(crate) fn claimed(address: &Address, payout: &Address, amount: &Coins) -> pb::EventClaimed {
    pb::EventClaimed {
        address: address.to_string(),
        payout_address: payout.to_string(),
        amount: amount.to_string(),
    }
}

pub(crate) fn payout_rotated(address: &Address, payout: &Address) -> pb::EventPayoutRotated {
    let payout_address = payout.to_string();
    pb::EventPayoutRotated { address: address.to_string(), payout_address }
}

pub(crate) fn community_pool_spent(
    recipient: &Address,
    amount: &Coins,
) -> pb::EventCommunityPoolSpent {
    let amount = amount.to_string();
    pb::EventCommunityPoolSpent { recipient: recipient.to_string(), amount }
}

pub(crate) fn params_updated(authority: &Address) -> pb::EventParamsUpdated {
    pb::EventParamsUpdated { authority: authority.to_string() }
}

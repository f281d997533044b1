//! Events, one for each thing that happened; amounts are coin texts, hashes lower-case hex.

use whence_base::{Coin, Event, NATIVE_DENOM};

fn event(name: &str) -> Event {
    Event::new(format!("whence.attribution.v1.Event{name}"))
}

fn coin(amount: u128) -> Coin {
    Coin::new(NATIVE_DENOM, amount)
}

pub(crate) fn provider_registered(id: u64, operator: &str, bond: u128) -> Event {
    event("ProviderRegistered")
        .attr("provider_id", id)
        .attr("operator", operator)
        .attr("bond", coin(bond))
}

pub(crate) fn provider_updated(id: u64) -> Event {
    event("ProviderUpdated").attr("provider_id", id)
}

pub(crate) fn provider_unbonding(id: u64, height: u64) -> Event {
    event("ProviderUnbonding").attr("provider_id", id).attr("unbonding_height", height)
}

pub(crate) fn provider_unbonded(id: u64, bond: u128) -> Event {
    event("ProviderUnbonded").attr("provider_id", id).attr("bond", coin(bond))
}

pub(crate) fn escrow_funded(id: u64, caller: &str, provider_id: u64, amount: u128) -> Event {
    event("EscrowFunded")
        .attr("escrow_id", id)
        .attr("caller", caller)
        .attr("provider_id", provider_id)
        .attr("amount", coin(amount))
}

pub(crate) fn session_key_rotated(id: u64) -> Event {
    event("SessionKeyRotated").attr("escrow_id", id)
}

pub(crate) fn withdrawal_requested(id: u64, amount: u128, height: u64) -> Event {
    event("WithdrawalRequested")
        .attr("escrow_id", id)
        .attr("amount", coin(amount))
        .attr("withdrawal_height", height)
}

pub(crate) fn withdrawal_completed(id: u64, amount: u128) -> Event {
    event("WithdrawalCompleted").attr("escrow_id", id).attr("amount", coin(amount))
}

pub(crate) fn queries_reported(report: &whence_proto::whence::attribution::v1::Report) -> Event {
    let fees = report.fees.as_ref().map(|c| format!("{}{}", c.amount, c.denom));
    event("QueriesReported")
        .attr("report_id", report.id)
        .attr("provider_id", report.provider_id)
        .attr("root", hex(&report.root))
        .attr("query_count", report.query_count)
        .attr("fees", fees.unwrap_or_default())
}

/// One for each query: how its transaction is found by escrow and sequence, or by adapter.
pub(crate) fn query_reported(report_id: u64, query: &crate::types::ReportedQuery) -> Event {
    event("QueryReported")
        .attr("report_id", report_id)
        .attr("escrow_id", query.voucher.escrow_id)
        .attr("sequence", query.voucher.sequence)
        .attr("adapter_id", query.voucher.adapter_id)
        .attr("fee", coin(query.query.fee))
        .attr("digest", hex(&query.query.digest()))
}

pub(crate) fn report_settled(id: u64, fees: u128) -> Event {
    event("ReportSettled").attr("report_id", id).attr("fees", coin(fees))
}

pub(crate) fn params_updated(authority: impl ToString) -> Event {
    event("ParamsUpdated").attr("authority", authority)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

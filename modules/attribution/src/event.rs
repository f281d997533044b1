//! Events, one for each thing that happened; amounts are coin texts, hashes lower-case hex.

use whence_base::{Coin, NATIVE_DENOM};
use whence_proto::whence::attribution::v1 as pb;

use crate::types::ReportedQuery;

fn coin(amount: u128) -> String {
    Coin::new(NATIVE_DENOM, amount).to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn provider_registered(p: &pb::Provider, bond: u128) -> pb::EventProviderRegistered {
    let operator = p.operator.clone();
    pb::EventProviderRegistered { provider_id: p.id, operator, bond: coin(bond) }
}

pub(crate) fn provider_updated(provider_id: u64) -> pb::EventProviderUpdated {
    pb::EventProviderUpdated { provider_id }
}

pub(crate) fn provider_unbonding(provider_id: u64, height: u64) -> pb::EventProviderUnbonding {
    pb::EventProviderUnbonding { provider_id, unbonding_height: height }
}

pub(crate) fn provider_unbonded(provider_id: u64, bond: u128) -> pb::EventProviderUnbonded {
    pb::EventProviderUnbonded { provider_id, bond: coin(bond) }
}

pub(crate) fn escrow_funded(escrow: &pb::Escrow, amount: u128) -> pb::EventEscrowFunded {
    pb::EventEscrowFunded {
        escrow_id: escrow.id,
        caller: escrow.caller.clone(),
        provider_id: escrow.provider_id,
        amount: coin(amount),
    }
}

pub(crate) fn session_key_rotated(escrow_id: u64) -> pb::EventSessionKeyRotated {
    pb::EventSessionKeyRotated { escrow_id }
}

pub(crate) fn withdrawal_requested(
    escrow_id: u64,
    amount: u128,
    withdrawal_height: u64,
) -> pb::EventWithdrawalRequested {
    pb::EventWithdrawalRequested { escrow_id, amount: coin(amount), withdrawal_height }
}

pub(crate) fn withdrawal_completed(escrow_id: u64, amount: u128) -> pb::EventWithdrawalCompleted {
    pb::EventWithdrawalCompleted { escrow_id, amount: coin(amount) }
}

pub(crate) fn queries_reported(report: &pb::Report) -> pb::EventQueriesReported {
    let fees = report.fees.as_ref().map(|c| format!("{}{}", c.amount, c.denom));
    pb::EventQueriesReported {
        report_id: report.id,
        provider_id: report.provider_id,
        root: hex(&report.root),
        query_count: report.query_count,
        fees: fees.unwrap_or_default(),
    }
}

/// One for each query: how its transaction is found by escrow and sequence, or by adapter.
pub(crate) fn query_reported(report_id: u64, query: &ReportedQuery) -> pb::EventQueryReported {
    pb::EventQueryReported {
        report_id,
        escrow_id: query.voucher.escrow_id,
        sequence: query.voucher.sequence,
        adapter_id: query.voucher.adapter_id,
        fee: coin(query.query.fee),
        digest: hex(&query.query.digest()),
    }
}

pub(crate) fn report_settled(report_id: u64, fees: u128) -> pb::EventReportSettled {
    pb::EventReportSettled { report_id, fees: coin(fees) }
}

pub(crate) fn params_updated(authority: impl ToString) -> pb::EventParamsUpdated {
    pb::EventParamsUpdated { authority: authority.to_string() }
}

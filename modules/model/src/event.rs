//! Events, one for each thing that happened; hashes are lower-case hex.

use whence_base::Address;
use whence_proto::whence::model::v1 as pb;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn adapter_registered(a: &pb::Adapter) -> pb::EventAdapterRegistered {
    let training = a.training.clone().unwrap_or_default();
    pb::EventAdapterRegistered {
        adapter_id: a.id,
        model_id: a.model_id,
        developer: a.developer.clone(),
        adapter_digest: hex(&training.adapter_digest),
    }
}

pub(crate) fn adapter_retired(adapter_id: u64, reason: &str) -> pb::EventAdapterRetired {
    pb::EventAdapterRetired { adapter_id, reason: reason.to_owned() }
}

pub(crate) fn feedback_committed(f: &pb::Feedback) -> pb::EventFeedbackCommitted {
    let giver = f.giver.clone();
    pb::EventFeedbackCommitted { feedback_id: f.id, adapter_id: f.adapter_id, giver }
}

pub(crate) fn feedback_revealed(r: &pb::MsgRevealFeedback) -> pb::EventFeedbackRevealed {
    let m = r.manifest.clone().unwrap_or_default();
    pb::EventFeedbackRevealed { feedback_id: r.feedback_id, kind: m.kind, row_count: m.row_count }
}

pub(crate) fn review_committed(
    feedback_id: u64,
    reviewer: &Address,
) -> pb::EventFeedbackReviewCommitted {
    pb::EventFeedbackReviewCommitted { feedback_id, reviewer: reviewer.to_string() }
}

pub(crate) fn review_revealed(r: &pb::MsgRevealFeedbackReview) -> pb::EventFeedbackReviewRevealed {
    let reviewer = r.reviewer.clone();
    pb::EventFeedbackReviewRevealed { feedback_id: r.feedback_id, reviewer, quality: r.quality }
}

pub(crate) fn feedback_decided(f: &pb::Feedback) -> pb::EventFeedbackDecided {
    pb::EventFeedbackDecided {
        feedback_id: f.id,
        status: f.status,
        quality: f.quality,
        reason: f.reason.clone(),
    }
}

pub(crate) fn evaluation_recorded(e: &pb::Evaluation) -> pb::EventEvaluationRecorded {
    let evaluator = e.evaluator.clone();
    pb::EventEvaluationRecorded { evaluation_id: e.id, adapter_id: e.adapter_id, evaluator }
}

pub(crate) fn deployed(adapter_id: u64, provider_id: u64) -> pb::EventAdapterDeployed {
    pb::EventAdapterDeployed { adapter_id, provider_id }
}

pub(crate) fn undeployed(adapter_id: u64, provider_id: u64) -> pb::EventAdapterUndeployed {
    pb::EventAdapterUndeployed { adapter_id, provider_id }
}

pub(crate) fn flagged(f: &pb::Flag) -> pb::EventAdapterFlagged {
    pb::EventAdapterFlagged { flag_id: f.id, adapter_id: f.adapter_id, kind: f.kind }
}

pub(crate) fn params_updated(authority: &Address) -> pb::EventParamsUpdated {
    pb::EventParamsUpdated { authority: authority.to_string() }
}

//! Events, one for each thing that happened.

use whence_base::{Address, Event};
use whence_proto::whence::model::v1 as pb;

fn event(name: &str) -> Event {
    Event::new(format!("whence.model.v1.Event{name}"))
}

pub(crate) fn adapter_registered(a: &pb::Adapter) -> Event {
    event("AdapterRegistered")
        .attr("adapter_id", a.id)
        .attr("model_id", a.model_id)
        .attr("developer", &a.developer)
}

pub(crate) fn adapter_retired(id: u64, reason: &str) -> Event {
    event("AdapterRetired").attr("adapter_id", id).attr("reason", reason)
}

pub(crate) fn feedback_committed(f: &pb::Feedback) -> Event {
    event("FeedbackCommitted")
        .attr("feedback_id", f.id)
        .attr("adapter_id", f.adapter_id)
        .attr("giver", &f.giver)
}

pub(crate) fn feedback_revealed(id: u64) -> Event {
    event("FeedbackRevealed").attr("feedback_id", id)
}

pub(crate) fn review_committed(id: u64, reviewer: &Address) -> Event {
    event("FeedbackReviewCommitted").attr("feedback_id", id).attr("reviewer", reviewer)
}

pub(crate) fn review_revealed(id: u64, reviewer: &Address) -> Event {
    event("FeedbackReviewRevealed").attr("feedback_id", id).attr("reviewer", reviewer)
}

pub(crate) fn feedback_decided(f: &pb::Feedback) -> Event {
    event("FeedbackDecided")
        .attr("feedback_id", f.id)
        .attr("status", f.status().as_str_name())
        .attr("quality", f.quality)
        .attr("reason", &f.reason)
}

pub(crate) fn evaluation_recorded(e: &pb::Evaluation) -> Event {
    event("EvaluationRecorded").attr("evaluation_id", e.id).attr("adapter_id", e.adapter_id)
}

pub(crate) fn deployed(adapter: u64, provider: u64) -> Event {
    event("AdapterDeployed").attr("adapter_id", adapter).attr("provider_id", provider)
}

pub(crate) fn undeployed(adapter: u64, provider: u64) -> Event {
    event("AdapterUndeployed").attr("adapter_id", adapter).attr("provider_id", provider)
}

pub(crate) fn flagged(f: &pb::Flag) -> Event {
    event("AdapterFlagged")
        .attr("flag_id", f.id)
        .attr("adapter_id", f.adapter_id)
        .attr("kind", f.kind().as_str_name())
}

pub(crate) fn params_updated(authority: &Address) -> Event {
    event("ParamsUpdated").attr("authority", authority)
}

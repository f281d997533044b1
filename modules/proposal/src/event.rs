//! Events, one for each thing that happened.

use whence_base::{Address, Event};
use whence_proto::whence::proposal::v1::{ModelProposal, Stage};

fn event(name: &str) -> Event {
    Event::new(format!("whence.proposal.v1.Event{name}"))
}

pub(crate) fn proposed(p: &ModelProposal) -> Event {
    let name = p.spec.as_ref().map(|spec| spec.name.as_str()).unwrap_or_default();
    event("ModelProposed").attr("model_id", p.id).attr("proposer", &p.proposer).attr("name", name)
}

pub(crate) fn moved(id: u64, to: Stage, why: &str) -> Event {
    event("ModelMoved").attr("model_id", id).attr("stage", to.as_str_name()).attr("why", why)
}

pub(crate) fn params_updated(authority: &Address) -> Event {
    event("ParamsUpdated").attr("authority", authority)
}

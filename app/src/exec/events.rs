//! Events as ABCI carries them: all attributes indexed.

use tendermint_proto::v0_38::abci;
use whence_base::Event;

/// One event.
pub fn to_abci(event: Event) -> abci::Event {
    let attribute = |(key, value)| abci::EventAttribute { key, value, index: true };
    abci::Event {
        r#type: event.kind,
        attributes: event.attributes.into_iter().map(attribute).collect(),
    }
}

/// Events of a block's phase, marked with it.
pub fn of_phase(events: Vec<Event>, mode: &str) -> Vec<abci::Event> {
    events.into_iter().map(|event| to_abci(event.attr("mode", mode))).collect()
}

//! Events of our trades are typed events of their protos: all of them, and nothing else.

use std::path::{Path, PathBuf};

use tendermint_proto::v0_38::abci;
use whence_app::client::tx::pack;
use whence_base::testkit::event_faults;
use whence_base::{Event, authority};
use whence_proto::whence::proposal::v1::MsgApproveModel;

use crate::governance::{create_datanet, pass, propose, submit};
use crate::world::world;

const TRADES: [&str; 5] = ["datanet", "proposal", "model", "attribution", "reward"];

fn sources(trade: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (mut found, mut folders) = (Vec::new(), vec![root.join("modules").join(trade).join("src")]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

#[test]
fn each_event_proto_is_emitted_and_nothing_is_emitted_by_hand() {
    for trade in TRADES {
        let package = format!("whence.{trade}.v1");
        let files = sources(trade);
        let made = files.iter().find(|path| path.ends_with("event.rs")).unwrap();
        let made = std::fs::read_to_string(made).unwrap();
        let protos = whence_proto::pool().all_messages();
        let events =
            protos.filter(|m| m.package_name() == package && m.name().starts_with("Event"));
        let names: Vec<String> = events.map(|m| m.name().to_owned()).collect();
        assert!(names.len() >= 5, "{trade}: {names:?}");
        for name in names {
            assert!(made.contains(&format!("{name} {{")), "{package}.{name} is not emitted");
        }
        for path in files {
            let text = std::fs::read_to_string(&path).unwrap();
            let by_hand = ["Event::new(", ".emit("].iter().any(|words| text.contains(words));
            assert!(!by_hand, "{} emits an event that has no proto", path.display());
        }
    }
}

/// Our trades' events among others, back from ABCI.
fn ours(events: &[abci::Event]) -> Vec<Event> {
    let attributes = |event: &abci::Event| {
        event.attributes.iter().map(|a| (a.key.clone(), a.value.clone())).collect()
    };
    let own = events.iter().filter(|event| event.r#type.starts_with("whence."));
    own.map(|event| Event { kind: event.r#type.clone(), attributes: attributes(event) }).collect()
}

#[test]
fn events_of_txs_and_of_ends_of_blocks_are_those_of_the_protos() {
    let mut w = world();
    let alice = w.alice.clone();
    let approve = MsgApproveModel { authority: authority().to_string(), proposal_id: 1 };
    let messages =
        vec![create_datanet(&alice), propose(&alice), submit(&alice, vec![pack(&approve)])];
    let result = w.chain.deliver(&alice, messages).unwrap();
    assert_eq!(result.code, 0, "{}", result.log);
    let told = ours(&result.events);
    assert_eq!(event_faults("whence.", &told), Vec::<String>::new());
    let proposed = Event::new("whence.proposal.v1.EventModelProposed")
        .attr("name", "\"Helper\"")
        .attr("proposal_id", "\"1\"")
        .attr("proposer", format!("\"{}\"", alice.address()))
        .attr("stake", "\"10000000uwhn\"")
        .attr("msg_index", 1);
    assert!(told.contains(&proposed), "{told:?}");

    let told = ours(&pass(&mut w, 1..=1));
    assert_eq!(event_faults("whence.", &told), Vec::<String>::new());
    let entered = Event::new("whence.proposal.v1.EventStageEntered")
        .attr("evidence", "\"approved by governance\"")
        .attr("from", "\"STAGE_VOTING\"")
        .attr("proposal_id", "\"1\"")
        .attr("to", "\"STAGE_DATA_GATHERING\"")
        .attr("mode", "EndBlock");
    assert!(told.contains(&entered), "{told:?}");
}

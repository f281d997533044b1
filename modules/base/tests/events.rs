//! Typed events have the SDK's form, and the check that every trade's tests make sees other forms.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "tests")]

use whence_base::Event;
use whence_base::testkit::event_faults;
use whence_proto::whence::datanet::v1::{EventReviewRevealed, Verdict};

fn revealed() -> Event {
    let event = EventReviewRevealed {
        contribution_id: 7,
        curator: "whence1cara".to_owned(),
        quality: 80,
        verdict: Verdict::Accept.into(),
    };
    Event::typed(&event).unwrap()
}

#[test]
fn a_typed_event_has_the_messages_name_and_each_field_as_json() {
    let expected = Event::new("whence.datanet.v1.EventReviewRevealed")
        .attr("contribution_id", "\"7\"")
        .attr("curator", "\"whence1cara\"")
        .attr("quality", "80")
        .attr("verdict", "\"VERDICT_ACCEPT\"");
    assert_eq!(revealed(), expected);
    let unset = Event::typed(&EventReviewRevealed::default()).unwrap();
    let values: Vec<&str> = unset.attributes.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["\"0\"", "\"\"", "0", "\"VERDICT_UNSPECIFIED\""], "defaults are shown");
}

#[test]
fn other_forms_are_faults() {
    type Change = fn(&mut Event);
    let rows: [(&str, Change, &str); 10] = [
        ("as emitted", |_| (), ""),
        ("in a block's phase", |e| *e = e.clone().attr("mode", "EndBlock"), ""),
        ("of a message", |e| *e = e.clone().attr("msg_index", 3), ""),
        ("no such proto", |e| e.kind.push('X'), "is no message"),
        ("another trade's", |e| e.kind = "whence.reward.v1.EventClaimed".into(), "is no message"),
        ("a field too many", |e| *e = e.clone().attr("why", "\"\""), "its proto"),
        ("a field too few", |e| drop(e.attributes.pop()), "its proto"),
        ("another order", |e| e.attributes.swap(0, 1), "its proto"),
        ("a plain text", |e| e.attributes[1].1 = "whence1cara".into(), "expected value"),
        ("a number without quotes", |e| e.attributes[0].1 = "7".into(), "reads back as"),
    ];
    for (what, change, expected) in rows {
        let mut event = revealed();
        change(&mut event);
        let faults = event_faults("whence.datanet.v1.Event", &[event]);
        let seen = faults.first().map_or("", String::as_str);
        assert_eq!(faults.is_empty(), expected.is_empty(), "{what}: {seen}");
        assert!(seen.contains(expected), "{what}: {seen}");
    }
}

//! Fifty deadlines of each kind a block: of fifty-one that pass together, the last one waits.

use crate::world::{World, check, who};
use whence_proto::whence::datanet::v1 as pb;

/// The same steps fifty-one times, with the number of the time for `#`.
fn often(steps: &str) -> String {
    (1..=51).map(|n| steps.replace('#', &n.to_string())).collect()
}

#[test]
fn commits() {
    let commits = often("bob commit 1 b# rows=a \n");
    check(&format!(
        "
        alice create licences=CC0-1.0
        {commits}
        wait 100
        held 51000
        wait 1
        held 1000
        wait 1
        held 0
        balance bob -51000
    "
    ));
}

#[test]
fn reviews() {
    let contributions = often("bob commit 1 b# rows=a \n bob reveal b# \n");
    check(&format!(
        "
        alice create licences=CC0-1.0
        {contributions}
        wait 200
        balance bob -255000
        wait 1
        balance bob -5000
        status 50 unreviewed
        status 51 under_review
        wait 1
        balance bob +0
        status 51 unreviewed
    "
    ));
}

#[test]
fn duplicates() {
    let mut world = World::new();
    let finder = who("carol").to_string();
    for _ in 0..51 {
        let find = pb::MsgCommitDuplicate { finder: finder.clone(), commit_hash: vec![3; 32] };
        world.send(&find).unwrap();
    }
    world.check(
        "
        wait 100
        held 51000
        wait 1
        held 1000
        wait 1
        held 0
        balance carol -51000
    ",
    );
}

#[test]
fn disputes() {
    let disputes = often("eve dispute 1 evidence# \n");
    check(&format!(
        "
        alice create licences=CC0-1.0 with=cara_alone
        bob commit 1 b rows=a
        bob reveal b
        cara review 1 90 accept
        cara show 1
        {disputes}
        wait 100
        balance eve -510000
        wait 1
        balance eve -10000
        balance bob -5000
        wait 1
        balance eve +0
        balance bob +0
    "
    ));
}

#[test]
fn bonds() {
    let accepted = often(
        "bob commit 1 b# rows=a \n bob reveal b# \n cara review # 90 accept \n cara show # \n",
    );
    check(&format!(
        "
        alice create licences=CC0-1.0 with=cara_alone
        {accepted}
        wait 100
        balance bob -255000
        wait 1
        balance bob -5000
        wait 1
        balance bob +0
    "
    ));
}

//! Versions: what goes into one, what is taken back, who is paid.

use prost::Message as _;
use whence_proto::whence::datanet::v1 as pb;

use crate::world::{ACCEPTED, World, check, who};

#[test]
fn publish() {
    let story = format!(
        "{ACCEPTED}
        eve publish 1                        -> only the datanet's owner
        alice publish 9                      -> unknown datanet
        alice publish 1                      -> ok
        bob withdraw 1 rows=1+2              -> ok
        alice publish 1                      -> ok
        bob withdraw 1                       -> ok
        alice publish 1                      -> no accepted rows
    "
    );
    let world = check(&story);
    let version = |n| whence_datanet::keeper::version(&world.state, 1, n).unwrap();
    let (one, two) = (version(1).unwrap(), version(2).unwrap());
    assert_eq!((one.number, one.row_count, one.entries[0].dead_rows), (1, 4, 0));
    assert_eq!((two.number, two.row_count, two.entries[0].dead_rows), (2, 2, 2));
    assert_ne!(one.manifest_root, two.manifest_root);
    assert_eq!(one.licences, ["CC0-1.0"]);
    assert!(version(3).is_none());
    let c = whence_datanet::keeper::contribution(&world.state, 1).unwrap().unwrap();
    let versions = whence_datanet::keeper::versions_of(&world.state, &c, 100).unwrap();
    assert_eq!((c.first_version, versions), (1, vec![1, 2]));
}

/// Governance allows so many contributions in a version.
fn allow(world: &mut World, most: u32) {
    let genesis = pb::GenesisState::decode(world.export().as_slice()).unwrap();
    let params = genesis.params.unwrap();
    let params = Some(pb::Params { max_contributions_per_version: most, ..params });
    world.send(&pb::MsgUpdateParams { authority: who("gov").to_string(), params }).unwrap();
}

#[test]
fn a_version_holds_as_many_contributions_as_allowed() {
    let mut world = check(&format!(
        "{ACCEPTED}
        carol commit 1 c rows=x,y
        carol reveal c
        cara review 2 80 accept
        dan review 2 90 accept
        cara show 2
        dan show 2
    "
    ));
    allow(&mut world, 1);
    world.check("alice publish 1 -> too many contributions for one version: expected at most 1");
    allow(&mut world, 2);
    world.check("alice publish 1 -> ok");
    let version = whence_datanet::keeper::version(&world.state, 1, 1).unwrap().unwrap();
    assert_eq!((version.entries.len(), version.row_count), (2, 6));
}

#[test]
fn withdraw() {
    let story = format!(
        "{ACCEPTED}
        eve withdraw 1                       -> only the author
        bob withdraw 9                       -> unknown contribution
        bob withdraw 1 rows=4+1              -> unknown row
        bob withdraw 1 rows=0+0              -> field cannot be used: row ranges
        bob withdraw 1 rows=2+1,1+1          -> field cannot be used: row ranges
        bob withdraw 1 rows=0+1001           -> too many rows
        bob withdraw 1 rows=0+1,2+1          -> ok
        standing 1.0 withdrawn
        standing 1.1 bob
        standing 1.2 withdrawn
        bob withdraw 1 rows=2+2              -> row was revoked or withdrawn
        bob withdraw 1                       -> ok
        status 1 withdrawn
        standing 1.1 withdrawn
        standing 1.4 unknown
        bob withdraw 1                       -> contribution is not accepted
        bob commit 1 c rows=z payout=carol
        bob reveal c
        bob withdraw 2                       -> contribution is not accepted
    "
    );
    check(&story);
}

#[test]
fn the_payout_address_is_paid() {
    check(
        "
        alice create licences=CC0-1.0 with=cara_alone
        bob commit 1 c rows=z payout=carol
        bob reveal c
        cara review 1 90 accept
        cara show 1
        standing 1.0 carol
        standing 2.0 unknown
    ",
    );
}

//! Every message: what it does, and each way in which it is refused.

use crate::world::{ACCEPTED, World, check, who};
use prost::Message as _;
use whence_proto::whence::datanet::v1 as pb;

#[test]
fn create() {
    check(
        "
        alice create licences=CC0-1.0,MIT            -> ok
        balance alice -1000
        bob create licences=CC0-1.0 with=permissioned -> ok
        bob create licences=                         -> licence is not accepted: expected at least
        bob create licences=Mine                     -> licence is not accepted
        bob create licences=CC-BY-ND-4.0             -> licence is not accepted
        bob create licences=MIT,MIT                  -> licence is not accepted: one is repeated
        bob create licences=MIT with=no_admission    -> field cannot be used: admission
        bob create licences=MIT with=no_name         -> field cannot be used: name
        bob create licences=MIT with=long_name       -> field cannot be used: name
        bob create licences=MIT with=low_bond        -> bond is too small
        bob create licences=MIT with=foreign_bond    -> expected denom uwhn
        bob create licences=MIT with=no_curators     -> curators cannot be used
        bob create licences=MIT with=twice_cara      -> field cannot be used: address
        bob create licences=MIT with=many_curators   -> curators cannot be used: 17
        bob create licences=MIT with=threshold       -> field cannot be used: acceptance_threshold
        poor create licences=MIT                     -> 0 is smaller than 1000: insufficient funds
    ",
    );
}

#[test]
fn roles_and_ownership() {
    check(
        "
        alice create licences=MIT with=permissioned
        bob commit 1 b rows=a                -> author is not a contributor
        bob roles 1 contributor +bob         -> only the datanet's owner
        alice roles 1 contributor +bob       -> ok
        bob commit 1 b rows=a licence=MIT    -> ok
        alice roles 1 contributor -bob       -> ok
        bob reveal b                         -> author is not a contributor
        alice roles 1 nothing +bob           -> field cannot be used: role
        alice roles 1 contributor            -> field cannot be used: 0 accounts
        alice roles 1 contributor +bob -bob  -> field cannot be used: an account is both
        alice roles 1 curator -cara          -> ok
        alice roles 1 curator -cara          -> curators cannot be used
        alice roles 1 curator -dan           -> curators cannot be used: 0
        alice roles 9 curator +eve           -> unknown datanet
        bob accept 1                         -> no transfer
        bob transfer 1 eve                   -> only the datanet's owner
        alice transfer 1 bob                 -> ok
        eve accept 1                         -> no transfer
        alice transfer 1 nobody              -> ok
        bob accept 1                         -> no transfer
        alice transfer 1 bob                 -> ok
        bob accept 1                         -> ok
        alice publish 1                      -> only the datanet's owner
        bob publish 1                        -> no accepted rows
    ",
    );
}

#[test]
fn contribute() {
    check(
        "
        alice create licences=CC0-1.0,MIT
        bob commit 9 x rows=a                -> unknown datanet
        bob commit 1 b rows=a,b,c            -> ok
        balance bob -1000
        carol reveal b                       -> only the author
        bob reveal b with=unknown_commit     -> unknown commit
        bob reveal b with=no_manifest        -> field cannot be used: manifest
        bob reveal b with=no_rows            -> batch has no rows
        bob reveal b with=more_rows          -> what is shown is not what was committed to
        bob reveal b with=other_salt         -> what is shown is not what was committed to
        bob reveal b with=short_salt         -> field cannot be used: salt
        bob reveal b with=short_root         -> field cannot be used: row_root
        bob reveal b with=no_bytes           -> field cannot be used: byte_size
        bob reveal b with=no_consent         -> field cannot be used: consent
        bob reveal b with=no_uris            -> field cannot be used: 0 uris
        bob reveal b with=many_uris          -> field cannot be used: 9 uris
        bob reveal b with=long_uri           -> field cannot be used: uri
        bob reveal b with=bad_uri            -> field cannot be used: uri
        bob reveal b with=no_origin          -> field cannot be used: origin
        bob reveal b with=bad_licence        -> licence is not accepted
        bob reveal b with=bad_payout         -> decoding bech32 failed
        bob reveal b                         -> ok
        balance bob -5000
        bob reveal b                         -> already revealed
        standing 1.0 unknown
        bob commit 1 l rows=x licence=ISC    -> ok
        bob reveal l                         -> licence is not accepted: ISC
        bob commit 1 n rows=x count=1000001  -> ok
        bob reveal n                         -> too many rows
        bob commit 1 late rows=x             -> ok
        wait 100
        bob reveal late                      -> ok
        bob commit 1 late rows=x             -> ok
        wait 101
        bob reveal late                      -> deadline has passed
    ",
    );
}

#[test]
fn a_commit_that_is_never_shown_loses_its_deposit() {
    check(
        "
        alice create licences=CC0-1.0
        bob commit 1 b rows=a
        wait 101
        balance bob -1000
        carol commit 1 b rows=a              -> ok
    ",
    );
}

#[test]
fn review() {
    check(
        "
        alice create licences=CC0-1.0 with=author_curates
        bob commit 1 b rows=a,b
        bob reveal b
        eve review 1 80 accept               -> only a curator
        bob review 1 80 accept               -> curators do not judge their own
        cara review 9 80 accept              -> unknown contribution
        cara show 1                          -> no review was committed
        cara review 1 80 accept              -> ok
        balance cara -1000
        cara review 1 70 accept              -> the curator has judged already
        cara show 1                          -> too early
        dan review 1 60 accept               -> ok
        cara show 1 quality=81               -> what is shown is not
        cara show 1 quality=101              -> field cannot be used: quality
        cara show 1                          -> ok
        cara show 1                          -> already revealed
        dan show 1                           -> ok
        status 1 accepted 60
        balance cara +0
        standing 1.1 bob
        dan show 1                           -> contribution is not under review
        cara review 1 80 accept              -> contribution is not under review
        balance bob -5000
        wait 101
        balance bob +0
    ",
    );
}

#[test]
fn verdicts() {
    let both = |first: &str, second: &str, expected: &str| {
        check(&format!(
            "
            alice create licences=CC0-1.0
            bob commit 1 b rows=a
            bob reveal b
            cara review 1 {first}
            dan review 1 {second}
            dan show 1
            cara show 1
            {expected}
            balance cara +0
            balance dan +0
        "
        ));
    };
    both("60 accept", "100 accept", "status 1 accepted 60");
    both("59 accept", "100 accept", "status 1 refused 59\n balance bob +0");
    both("90 refuse", "100 refuse", "status 1 refused 90\n balance bob +0");
    both("90 refuse", "90 accept", "status 1 accepted 90");
    both("1 spam", "90 refuse", "status 1 refused 1\n balance bob +0");
    both("1 spam", "1 spam", "status 1 spam 1\n balance bob -5000\n standing 1.0 unknown");
}

#[test]
fn deadlines_of_reviews() {
    check(
        "
        alice create licences=CC0-1.0
        bob commit 1 b rows=a
        bob reveal b
        cara review 1 80 accept
        dan review 1 80 accept
        cara show 1
        wait 200
        status 1 under_review
        wait 1
        status 1 accepted 80
        balance cara +0
        balance dan -1000
        carol commit 1 c rows=z
        carol reveal c
        wait 100
        dan review 2 80 accept               -> ok
        wait 1
        cara review 2 80 accept              -> deadline has passed
        wait 99
        dan show 2                           -> ok
        status 2 accepted 80
        balance carol -5000
        carol commit 1 d rows=y
        carol reveal d
        balance carol -10000
        wait 201
        status 3 unreviewed
        balance carol +0
    ",
    );
}

#[test]
fn duplicates() {
    let story = format!(
        "{ACCEPTED}
        eve commit 1 copy rows=x,b,c,y,z
        eve reveal copy
        carol find 1.1 2.1                   -> ok
        carol prove 1                        -> too early
        wait 1
        dan prove 1                          -> only the author
        carol prove 1 with=unknown_commit    -> unknown commit
        carol prove 1 with=no_proof          -> field cannot be used: a row proof
        carol prove 1 with=other_salt        -> what is shown is not
        carol prove 1 with=other_row         -> what is shown is not
        carol prove 1 with=bad_path          -> row proof does not verify
        carol prove 1 with=long_path         -> row proof does not verify: path has 65
        carol prove 1                        -> ok
        standing 2.1 revoked
        standing 1.1 bob
        balance carol +0
        carol prove 1                        -> already revealed
        carol find 1.1 2.1
        carol find 2.2 1.2
        carol find 1.0 2.0
        carol find 1.2 2.2
        wait 1
        carol prove 2                        -> row was revoked
        carol prove 3                        -> the original must have been committed
        carol prove 4                        -> row proof does not verify
        carol prove 5                        -> ok
        standing 2.2 revoked
        balance carol -500
        balance eve -5000
        wait 101
        carol prove 4                        -> deadline has passed
        balance carol -500
    "
    );
    check(&story);
}

#[test]
fn priority_survives_a_refusal_and_copying_within_a_batch_does_not_pay() {
    check(
        "
        alice create licences=CC0-1.0
        bob commit 1 b rows=a,b
        bob reveal b
        cara review 1 10 refuse
        dan review 1 10 refuse
        dan show 1
        cara show 1
        status 1 refused
        eve commit 1 copy rows=a,q,q,r,s
        eve reveal copy
        carol find 1.0 2.0
        eve find 2.1 2.2
        wait 1
        carol prove 1                        -> ok
        eve prove 2                          -> ok
        standing 2.0 revoked
        standing 2.2 revoked
        balance eve -5000
    ",
    );
}

#[test]
fn disputes() {
    let story = format!(
        "{ACCEPTED}
        eve dispute 9 x                      -> unknown contribution
        eve dispute 1 x tag=none             -> field cannot be used: tag
        eve dispute 1 x rows=4+1             -> unknown row
        eve dispute 1 x rows=1+2             -> ok
        balance eve -10000
        eve dispute 1 x                      -> evidence was used before
        bob rule 1 upheld                    -> only a curator
        cara rule 9 upheld                   -> unknown dispute
        cara rule 1 maybe                    -> field cannot be used: ruling
        cara rule 1 upheld                   -> ok
        cara rule 1 upheld                   -> the curator has judged already
        standing 1.1 bob
        dan rule 1 upheld                    -> ok
        standing 1.1 withdrawn
        standing 1.3 bob
        balance eve +0
        dan rule 1 upheld                    -> dispute is decided
        eve dispute 1 y                      -> ok
        wait 100
        cara rule 2 rejected                 -> ok
        balance bob -5000
        wait 1
        balance eve +0
        wait 1
        balance bob +0
        dan rule 2 rejected                  -> dispute is decided
        eve dispute 1 z                      -> ok
        gov rule 3 rejected                  -> ok
        balance eve -10000
        eve dispute 1 w                      -> ok
        gov rule 4 upheld                    -> ok
        status 1 withdrawn
        balance eve -10000
        eve dispute 1 v                      -> contribution is not accepted
    "
    );
    check(&story);
}

#[test]
fn a_ruling_that_takes_all_burns_the_bond() {
    let story = format!(
        "{ACCEPTED}
        eve dispute 1 x                      -> ok
        bob withdraw 1                       -> ok
        gov rule 1 upheld                    -> ok
        wait 101
        balance bob -5000
    "
    );
    check(&story);
}

/// A change of the parameters.
type Change = fn(&mut pb::Params);
/// Codespace and code of a refusal.
type Code = (&'static str, u32);

#[test]
fn params() {
    let mut world = World::new();
    let genesis = pb::GenesisState::decode(world.export().as_slice()).unwrap();
    let params = genesis.params.unwrap();
    let message = |who_: &str, change: Change| {
        let mut params = params.clone();
        change(&mut params);
        pb::MsgUpdateParams { authority: who(who_).to_string(), params: Some(params) }
    };
    let (coins, bounds) = (("sdk", 10), ("datanet", 34));
    let refused: [(Change, Code); 10] = [
        (|p| p.commit_deposit = None, coins),
        (|p| p.creation_fee.as_mut().unwrap().amount = "0".into(), bounds),
        (|p| p.review_bond.as_mut().unwrap().denom = "uatom".into(), coins),
        (|p| p.reveal_window_blocks = 1, bounds),
        (|p| p.dispute_window_blocks = 10_000_001, bounds),
        (|p| p.review_quorum = 0, bounds),
        (|p| p.duplicate_slash_ratio_ppb = 1_000_000_001, bounds),
        (|p| p.max_curators = 33, bounds),
        (|p| p.max_rows_per_batch = 0, bounds),
        (|p| p.max_contributions_per_version = 2_001, bounds),
    ];
    let code = |answer: whence_base::Result<Vec<u8>>| {
        let error = answer.unwrap_err();
        (error.codespace, error.code)
    };
    for (i, (change, expected)) in refused.into_iter().enumerate() {
        assert_eq!(code(world.send(&message("gov", change))), expected, "change {i}");
    }
    assert_eq!(code(world.send(&message("alice", |_| {}))), ("datanet", 35));
    assert_eq!(code(world.send(&pb::MsgUpdateParams::default())), bounds);
    world.send(&message("gov", |p| p.review_quorum = 3)).unwrap();
}

#[test]
fn every_query_answers() {
    let story = format!("{ACCEPTED} alice publish 1\n eve dispute 1 x\n eve find 1.0 1.1");
    let world = check(&story);
    let ask = |path: &str, bytes: Vec<u8>| {
        let path = format!("/whence.datanet.v1.Query/{path}");
        world.queries.answer(&path, &world.query(), &bytes).unwrap()
    };
    let one = |path: &str| ask(path, vec![8, 1]);
    for path in ["Datanet", "Commit", "Contribution", "DuplicateCommit", "Dispute"] {
        assert!(!one(path).unwrap().is_empty(), "{path}");
        assert!(ask(path, vec![8, 9]).unwrap_err().message.ends_with("key not found"), "{path}");
    }
    for path in ["Params", "Datanets", "Disputes"] {
        assert!(!ask(path, vec![]).unwrap().is_empty(), "{path}");
    }
    for path in ["Contributors", "Contributions", "Reviews", "DeadRows", "Versions"] {
        assert!(one(path).is_ok(), "{path}");
    }
    assert!(!ask("Version", vec![8, 1, 16, 1]).unwrap().is_empty());
    let author =
        pb::QueryContributionsByAuthorRequest { author: who("bob").to_string(), pagination: None };
    let answer = ask("ContributionsByAuthor", author.encode_to_vec()).unwrap();
    let answer = pb::QueryContributionsByAuthorResponse::decode(answer.as_slice()).unwrap();
    assert_eq!(answer.contributions.len(), 1);
}

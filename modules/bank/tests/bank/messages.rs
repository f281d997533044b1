//! Every message, done and refused.

use prost::{Message, Name};
use whence_base::authority;
use whence_base::testkit::MemState;
use whence_proto::cosmos::bank::v1beta1 as pb;
use whence_proto::cosmos::base::v1beta1::Coin;

use crate::support::{bank, broken, chain, coins, has_account, holds, run, step, user};

fn start() -> MemState {
    chain(&[("ann", "100uwhn,5atom"), ("bob", "5uwhn"), ("vesting", "40uwhn")])
}

fn send(from: &str, to: &str, amount: &str) -> pb::MsgSend {
    pb::MsgSend {
        from_address: user(from).to_string(),
        to_address: user(to).to_string(),
        amount: coins(amount).to_proto(),
    }
}

fn raw(list: &[(&str, &str)]) -> Vec<Coin> {
    let coin = |(denom, amount): &(&str, &str)| Coin {
        denom: (*denom).to_owned(),
        amount: (*amount).to_owned(),
    };
    list.iter().map(coin).collect()
}

/// A refusal changes nothing, and has its codespace, code and text.
fn refused<M: Message + Name>(message: &M, codespace: &str, code: u32, text: &str) {
    let mut state = start();
    let error = run(&mut state, message).expect_err(text);
    assert_eq!((error.codespace, error.code), (codespace, code), "{error}");
    assert!(error.message.contains(text), "{:?} lacks {text:?}", error.message);
    assert!(state == start(), "a refused message changed the state: {text}");
}

#[test]
fn a_send_moves_coins_and_makes_the_receivers_account() {
    for (from, to, amount, left, got) in [
        ("ann", "bob", "40uwhn", "5atom,60uwhn", "45uwhn"),
        ("ann", "new", "100uwhn,5atom", "", "5atom,100uwhn"),
        ("ann", "ann", "100uwhn", "5atom,100uwhn", "5atom,100uwhn"),
        ("vesting", "bob", "10uwhn", "30uwhn", "15uwhn"),
    ] {
        let mut state = start();
        run(&mut state, &send(from, to, amount)).unwrap();
        assert_eq!((holds(&state, from), holds(&state, to)), (left.to_owned(), got.to_owned()));
        assert!(has_account(&state, &user(to)));
        assert_eq!(broken(&state), Vec::<String>::new());
    }
}

#[test]
fn a_send_is_refused() {
    for (from, to, amount, code, text) in [
        (
            "bob",
            "ann",
            "10uwhn",
            5,
            "spendable balance 5uwhn is smaller than 10uwhn: insufficient f",
        ),
        (
            "bob",
            "ann",
            "1atom",
            5,
            "spendable balance 0atom is smaller than 1atom: insufficient fun",
        ),
        ("ann", "bob", "9atom,1uwhn", 5, "spendable balance 5atom is smaller than 9atom"),
        ("vesting", "bob", "11uwhn", 5, "spendable balance 10uwhn is smaller than 11uwhn"),
        ("ann", "gov", "1uwhn", 4, "is not allowed to receive funds: unauthorized"),
        ("ann", "fee_collector", "1uwhn", 4, "is not allowed to receive funds: unauthorized"),
        ("ann", "bob", "", 10, "0 coins, expected 1 to 64: invalid coins"),
    ] {
        refused(&send(from, to, amount), "sdk", code, text);
    }
    let error = run(&mut start(), &send("bob", "ann", "10uwhn")).unwrap_err();
    assert_eq!(error.message, "spendable balance 5uwhn is smaller than 10uwhn: insufficient funds");
    let error = run(&mut start(), &send("bob", "gov", "1uwhn")).unwrap_err();
    let text = format!("{} is not allowed to receive funds: unauthorized", user("gov"));
    assert_eq!(error.message, text);
}

#[test]
fn a_malformed_send_is_refused() {
    let good = send("ann", "bob", "1uwhn");
    let with = |amount: &[(&str, &str)]| pb::MsgSend { amount: raw(amount), ..good.clone() };
    for (amount, text) in [
        (vec![("uwhn", "0")], "coin 0uwhn amount is not positive"),
        (vec![("uwhn", "-1")], "invalid amount"),
        (vec![("uwhn", "01")], "invalid amount"),
        (vec![("uwhn", "340282366920938463463374607431768211456")], "invalid amount"),
        (vec![("u", "1")], "invalid denom"),
        (vec![("uwhn", "1"), ("atom", "1")], "not sorted or is repeated"),
        (vec![("uwhn", "1"), ("uwhn", "1")], "not sorted or is repeated"),
    ] {
        refused(&with(&amount), "sdk", 10, text);
    }
    let many: Vec<Coin> =
        (0..65).map(|n| Coin { denom: format!("d{n:03}"), amount: "1".into() }).collect();
    refused(&pb::MsgSend { amount: many, ..good.clone() }, "sdk", 10, "65 coins, expected 1 to 64");
    for (from, to, text) in [
        ("", "x", "invalid from address: empty address"),
        ("whence1qqq", "x", "invalid from address: decoding bech32 failed"),
        ("cosmos1w3jhxapdden8gttrd9hxxctnw3jhxardw7v4x5", "x", "invalid from address"),
    ] {
        let bad = pb::MsgSend { from_address: from.into(), to_address: to.into(), ..good.clone() };
        refused(&bad, "sdk", 7, text);
    }
    let bad = pb::MsgSend { to_address: "x".into(), ..good };
    refused(&bad, "sdk", 7, "invalid to address");
}

fn multi(from: &[(&str, &str)], to: &[(&str, &str)]) -> pb::MsgMultiSend {
    let side = |(name, amount): &(&str, &str)| (user(name).to_string(), coins(amount).to_proto());
    pb::MsgMultiSend {
        inputs: from
            .iter()
            .map(side)
            .map(|(address, coins)| pb::Input { address, coins })
            .collect(),
        outputs: to
            .iter()
            .map(side)
            .map(|(address, coins)| pb::Output { address, coins })
            .collect(),
    }
}

#[test]
fn a_multi_send_gives_what_it_takes() {
    let mut state = start();
    let outputs = [("bob", "10uwhn"), ("new", "20uwhn,5atom"), ("bob", "30uwhn")];
    run(&mut state, &multi(&[("ann", "60uwhn,5atom")], &outputs)).unwrap();
    assert_eq!(holds(&state, "ann"), "40uwhn");
    assert_eq!(holds(&state, "bob"), "45uwhn");
    assert_eq!(holds(&state, "new"), "5atom,20uwhn");
    assert!(has_account(&state, &user("new")));
    assert_eq!(broken(&state), Vec::<String>::new());
}

#[test]
fn a_multi_send_is_refused() {
    let bob = [("bob", "1uwhn")];
    refused(&multi(&[], &bob), "bank", 2, "no inputs to send transaction");
    refused(&multi(&[("ann", "1uwhn")], &[]), "bank", 3, "no outputs to send transaction");
    let two = [("ann", "1uwhn"), ("bob", "1uwhn")];
    refused(&multi(&two, &[("new", "2uwhn")]), "bank", 9, "multiple senders not allowed");
    for taken in ["2uwhn", "1uwhn,1atom", "1atom"] {
        refused(&multi(&[("ann", taken)], &bob), "bank", 4, "sum inputs != sum outputs");
    }
    refused(&multi(&[("ann", "1uwhn")], &[("gov", "1uwhn")]), "sdk", 4, "not allowed to receive");
    refused(&multi(&[("bob", "9uwhn")], &[("ann", "9uwhn")]), "sdk", 5, "spendable balance 5uwhn");
    refused(&multi(&[("ann", "")], &[("bob", "")]), "sdk", 10, "0 coins");
    let largest = u128::MAX.to_string() + "uwhn";
    let over = [("bob", largest.as_str()), ("new", "1uwhn")];
    refused(&multi(&[("ann", "1uwhn")], &over), "sdk", 18, "overflows");
    let many = vec![("bob", "1uwhn"); 1001];
    refused(&multi(&[("ann", "100uwhn")], &many), "sdk", 18, "1001 outputs, expected at most 1000");
}

fn any<M: Message + Name>(message: &M) -> whence_proto::Any {
    whence_proto::Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

#[test]
fn gas_and_signers_are_known_from_the_message_alone() {
    let mut router = whence_base::Router::default();
    whence_base::Module::messages(&whence_bank::module(&crate::support::PORTS), &mut router);
    let gov = authority().to_string();
    let three = multi(&[("ann", "3uwhn")], &[("bob", "1uwhn"); 3]);
    let params = Some(listing(&["uwhn", "atom"]));
    for (message, gas, signer) in [
        (any(&send("ann", "bob", "1uwhn")), 40_000, user("ann")),
        (any(&send("bob", "ann", "1uwhn,1atom")), 50_000, user("bob")),
        (any(&three), 120_000, user("ann")),
        (any(&enabled(&gov, &[("uwhn", true)], &["atom", "zeta"])), 70_000, authority()),
        (any(&pb::MsgUpdateParams { authority: gov.clone(), params }), 60_000, authority()),
    ] {
        let parsed = router.parse(&message).unwrap();
        let known = (parsed.gas(), parsed.signers());
        assert_eq!(known, (gas, vec![signer]), "{}", message.type_url);
    }
}

/// Parameters with the deprecated list: these denominations cannot be sent.
#[allow(deprecated, reason = "clients may still fill the field")]
fn listing(denoms: &[&str]) -> pb::Params {
    let entry = |denom: &&str| pb::SendEnabled { denom: (*denom).to_owned(), enabled: false };
    pb::Params { send_enabled: denoms.iter().map(entry).collect(), default_send_enabled: true }
}

#[test]
fn the_deprecated_list_of_the_parameters_becomes_entries() {
    let authority = authority().to_string();
    let mut state = start();
    let params = Some(listing(&["uwhn"]));
    run(&mut state, &pb::MsgUpdateParams { authority, params }).unwrap();
    assert!(run(&mut state, &send("ann", "bob", "1uwhn")).is_err());
    run(&mut state, &send("ann", "bob", "1atom")).unwrap();
}

#[test]
fn modules_take_give_and_pass_on() {
    let mut state = start();
    let (ann, two) = (user("ann"), coins("2uwhn"));
    step(&mut state, |ctx| bank().send_to_module(ctx, &ann, "gov", &coins("7uwhn"))).unwrap();
    step(&mut state, |ctx| bank().send_between_modules(ctx, "gov", "pool", &coins("5uwhn")))
        .unwrap();
    step(&mut state, |ctx| bank().send_from_module(ctx, "pool", &user("bob"), &two)).unwrap();
    let held = ["ann", "gov", "pool", "bob"].map(|name| holds(&state, name));
    assert_eq!(held, ["5atom,93uwhn", "2uwhn", "3uwhn", "7uwhn"]);
    assert_eq!(broken(&state), Vec::<String>::new());
}

fn enabled(
    authority: &str,
    entries: &[(&str, bool)],
    default_for: &[&str],
) -> pb::MsgSetSendEnabled {
    let entry = |(denom, enabled): &(&str, bool)| pb::SendEnabled {
        denom: (*denom).to_owned(),
        enabled: *enabled,
    };
    pb::MsgSetSendEnabled {
        authority: authority.to_owned(),
        send_enabled: entries.iter().map(entry).collect(),
        use_default_for: default_for.iter().map(|&d| d.to_owned()).collect(),
    }
}

#[test]
fn governance_stops_and_frees_sends_of_a_denomination() {
    let gov = authority().to_string();
    let mut state = start();
    let message = send("ann", "bob", "1uwhn");
    run(&mut state, &enabled(&gov, &[("uwhn", false)], &[])).unwrap();
    let error = run(&mut state, &message).unwrap_err();
    assert_eq!((error.codespace, error.code), ("bank", 5));
    let text = "uwhn transfers are currently disabled: send transactions are disabled";
    assert_eq!(error.message, text);
    assert!(run(&mut state, &multi(&[("ann", "1uwhn")], &[("bob", "1uwhn")])).is_err());
    run(&mut state, &send("ann", "bob", "1atom")).unwrap();

    run(&mut state, &enabled(&gov, &[], &["uwhn"])).unwrap();
    run(&mut state, &message).unwrap();

    let params = Some(pb::Params::default());
    run(&mut state, &pb::MsgUpdateParams { authority: gov.clone(), params }).unwrap();
    assert!(run(&mut state, &message).is_err(), "the default is not to send");
    run(&mut state, &enabled(&gov, &[("uwhn", true)], &[])).unwrap();
    run(&mut state, &message).unwrap();
}

#[test]
fn settings_are_refused() {
    let (gov, ann) = (authority().to_string(), user("ann").to_string());
    let text = "invalid authority; expected";
    refused(&enabled(&ann, &[("uwhn", false)], &[]), "sdk", 4, text);
    let params = Some(pb::Params::default());
    refused(&pb::MsgUpdateParams { authority: ann, params }, "sdk", 4, text);
    let none = pb::MsgUpdateParams { authority: gov.clone(), params: None };
    refused(&none, "sdk", 18, "params are missing");
    let params = Some(listing(&["uwhn", "uwhn"]));
    let twice = pb::MsgUpdateParams { authority: gov.clone(), params };
    refused(&twice, "sdk", 18, "duplicate denomination uwhn");
    refused(&enabled("x", &[], &[]), "sdk", 7, "bech32");
    refused(&enabled(&gov, &[("uwhn", true), ("uwhn", false)], &[]), "sdk", 18, "duplicate");
    refused(&enabled(&gov, &[("u", true)], &[]), "sdk", 10, "invalid denom");
    refused(&enabled(&gov, &[], &["uwhn", "uwhn"]), "sdk", 18, "duplicate denomination uwhn");
    refused(&enabled(&gov, &[], &["a\0b"]), "sdk", 10, "invalid denom");
}

//! The events that wallets, explorers and relayers search for, exactly.

use whence_proto::cosmos::bank::v1beta1 as pb;

use crate::support::{bank, chain, coins, run, show, step, user};

const NAMES: [&str; 6] = ["ann", "bob", "eve", "mint", "gov", "fee_collector"];

#[test]
fn a_send_emits_what_the_sdk_emits() {
    let mut state = chain(&[("ann", "100uwhn,5atom")]);
    let events =
        step(&mut state, |ctx| bank().send(ctx, &user("ann"), &user("bob"), &coins("7uwhn,2atom")));
    assert_eq!(
        show(&events.unwrap().1, &NAMES),
        [
            "coin_spent{spender=ann amount=2atom,7uwhn}",
            "coin_received{receiver=bob amount=2atom,7uwhn}",
            "transfer{recipient=bob sender=ann amount=2atom,7uwhn}",
            "message{sender=ann}",
        ]
    );
}

#[test]
fn a_multi_send_emits_what_the_sdk_emits() {
    let mut state = chain(&[("ann", "100uwhn")]);
    let side = |name: &str, amount: &str| (user(name).to_string(), coins(amount).to_proto());
    let (address, spent) = side("ann", "9uwhn");
    let message = pb::MsgMultiSend {
        inputs: vec![pb::Input { address, coins: spent }],
        outputs: [side("bob", "4uwhn"), side("eve", "5uwhn")]
            .into_iter()
            .map(|(address, coins)| pb::Output { address, coins })
            .collect(),
    };
    assert_eq!(
        show(&run(&mut state, &message).unwrap(), &NAMES),
        [
            "coin_spent{spender=ann amount=9uwhn}",
            "message{sender=ann}",
            "coin_received{receiver=bob amount=4uwhn}",
            "transfer{recipient=bob amount=4uwhn}",
            "coin_received{receiver=eve amount=5uwhn}",
            "transfer{recipient=eve amount=5uwhn}",
        ]
    );
}

#[test]
fn minting_and_burning_emit_what_the_sdk_emits() {
    let mut state = chain(&[("gov", "9uwhn")]);
    let minted = step(&mut state, |ctx| bank().mint(ctx, "mint", &coins("5uwhn")));
    assert_eq!(
        show(&minted.unwrap().1, &NAMES),
        ["coin_received{receiver=mint amount=5uwhn}", "coinbase{minter=mint amount=5uwhn}"]
    );
    let burned = step(&mut state, |ctx| bank().burn(ctx, "gov", &coins("3uwhn")));
    assert_eq!(
        show(&burned.unwrap().1, &NAMES),
        ["coin_spent{spender=gov amount=3uwhn}", "burn{burner=gov amount=3uwhn}"]
    );
}

#[test]
fn nothing_sent_says_nothing() {
    let mut state = chain(&[("ann", "1uwhn")]);
    let none = coins("");
    let sent = step(&mut state, |ctx| bank().send(ctx, &user("ann"), &user("bob"), &none));
    assert_eq!(sent.unwrap().1, []);
}

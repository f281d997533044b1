//! Genesis: comes back as it went in, and refuses what does not add up.

use prost::Message;
use whence_base::ctx::Block;
use whence_base::testkit::MemState;
use whence_base::{Module, QueryCtx};
use whence_proto::cosmos::bank::v1beta1 as pb;

use crate::support::{PORTS, broken, chain, coins, genesis, has_account, init, user};

fn export(state: &MemState) -> pb::GenesisState {
    let block = Block::default();
    let bytes = whence_bank::module(&PORTS).export_genesis(&QueryCtx::new(state, &block)).unwrap();
    pb::GenesisState::decode(bytes.as_slice()).unwrap()
}

#[test]
fn the_default_shows_the_native_coin() {
    let module = whence_bank::module(&PORTS);
    assert_eq!(
        (module.name(), module.genesis_type()),
        ("bank", "cosmos.bank.v1beta1.GenesisState")
    );
    let genesis = export(&chain(&[]));
    assert_eq!(module.default_genesis(), genesis.encode_to_vec());
    assert!(genesis.params.unwrap().default_send_enabled);
    let native = &genesis.denom_metadata[0];
    assert_eq!((native.base.as_str(), native.display.as_str()), ("uwhn", "whn"));
    assert_eq!((native.name.as_str(), native.symbol.as_str()), ("Whence", "WHN"));
    assert!(native.description.starts_with("The native coin"), "{}", native.description);
    let units: Vec<_> = native.denom_units.iter().map(|u| (u.denom.as_str(), u.exponent)).collect();
    assert_eq!(units, [("uwhn", 0), ("mwhn", 3), ("whn", 6)]);
}

#[test]
fn what_is_exported_can_be_imported_again() {
    let mut first = genesis(&[("ann", "7uwhn,1atom"), ("bob", "3uwhn"), ("gov", "2uwhn")]);
    first.send_enabled = vec![
        pb::SendEnabled { denom: "atom".into(), enabled: false },
        pb::SendEnabled { denom: "uwhn".into(), enabled: true },
    ];
    let state = init(&first).unwrap();
    let exported = export(&state);
    assert_eq!(exported.supply, coins("12uwhn,1atom").to_proto());
    let again = init(&exported).unwrap();
    assert!(again == state, "the imported state differs");
    assert_eq!(export(&again), exported);
    assert_eq!(broken(&again), Vec::<String>::new());
    assert!(has_account(&again, &user("ann")));
}

#[test]
fn a_genesis_that_is_wrong_is_refused() {
    type Change = fn(&mut pb::GenesisState);
    let table: [(&str, Change); 15] = [
        ("genesis supply is incorrect", |g| g.supply = coins("11uwhn").to_proto()),
        ("address comes twice", |g| g.balances.push(g.balances[0].clone())),
        ("balances.x: decoding", |g| g.balances[0].address = "x".into()),
        ("amount is not positive", |g| g.balances[0].coins[0].amount = "0".into()),
        ("not sorted or is repeated", |g| {
            let coin = g.balances[0].coins[0].clone();
            g.balances[0].coins.push(coin);
        }),
        ("coin amount overflows", |g| {
            g.balances[0].coins = coins(&format!("{}uwhn", u128::MAX)).to_proto();
        }),
        ("duplicate denomination uwhn", |g| g.denom_metadata.push(g.denom_metadata[0].clone())),
        ("name is blank", |g| g.denom_metadata[0].name = " ".into()),
        ("ascending exponents", |g| g.denom_metadata[0].denom_units[2].exponent = 3),
        ("no unit is the display", |g| g.denom_metadata[0].display = "other".into()),
        ("first unit must be the base", |g| {
            g.denom_metadata[0].denom_units.remove(0);
        }),
        ("first unit must be the base", |g| g.denom_metadata[0].denom_units[0].exponent = 1),
        ("first unit must be the base", |g| {
            g.denom_metadata[0].denom_units[0].denom = "nwhn".into();
        }),
        ("alias \" \" is blank or comes twice", |g| {
            g.denom_metadata[0].denom_units[1].aliases = vec![" ".into()];
        }),
        ("alias \"uwhn\" is blank or comes twice", |g| {
            g.denom_metadata[0].denom_units[1].aliases = vec!["uwhn".into()];
        }),
    ];
    for (text, change) in table {
        let mut genesis = genesis(&[("ann", "10uwhn"), ("bob", "3uwhn")]);
        change(&mut genesis);
        let error = init(&genesis).expect_err(text);
        assert!(error.message.contains(text), "{:?} lacks {text:?}", error.message);
        let bytes = genesis.encode_to_vec();
        assert_eq!(whence_bank::module(&PORTS).validate_genesis(&bytes), Err(error));
    }
    assert!(whence_bank::module(&PORTS).validate_genesis(&[0xff]).is_err());
}

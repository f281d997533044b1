//! Parameters are governance's alone, and stay within their ranges.

use whence_auth::keeper;
use whence_base::authority;
use whence_proto::cosmos::auth::v1beta1::{MsgUpdateParams, Params};

use crate::support::{chain, run, user};

fn message(change: fn(&mut MsgUpdateParams)) -> MsgUpdateParams {
    let params = Params { max_memo_characters: 512, ..whence_auth::params::default() };
    let mut message = MsgUpdateParams { authority: authority().to_string(), params: Some(params) };
    change(&mut message);
    message
}

fn params(message: &mut MsgUpdateParams) -> &mut Params {
    message.params.as_mut().unwrap()
}

#[test]
fn the_defaults_are_the_sdks() {
    let expected = Params {
        max_memo_characters: 256,
        tx_sig_limit: 7,
        tx_size_cost_per_byte: 10,
        sig_verify_cost_ed25519: 590,
        sig_verify_cost_secp256k1: 1000,
    };
    assert_eq!(keeper::params(&chain(&[])).unwrap(), expected);
}

#[test]
fn governance_sets_the_parameters() {
    let mut state = chain(&[]);
    run(&mut state, &message(|_| ())).unwrap();
    assert_eq!(keeper::params(&state).unwrap().max_memo_characters, 512);
}

#[test]
fn other_parameters_are_refused() {
    type Change = fn(&mut MsgUpdateParams);
    let table: [(u32, &str, Change); 9] = [
        (4, "invalid authority; expected", |m| m.authority = user("ann").to_string()),
        (7, "empty address", |m| m.authority.clear()),
        (18, "params are missing", |m| m.params = None),
        (18, "max_memo_characters is 0", |m| params(m).max_memo_characters = 0),
        (18, "max_memo_characters is 65537", |m| params(m).max_memo_characters = 65_537),
        (18, "tx_sig_limit is 101", |m| params(m).tx_sig_limit = 101),
        (18, "tx_size_cost_per_byte is 0", |m| params(m).tx_size_cost_per_byte = 0),
        (18, "sig_verify_cost_ed25519 is 0", |m| params(m).sig_verify_cost_ed25519 = 0),
        (18, "sig_verify_cost_secp256k1 is", |m| params(m).sig_verify_cost_secp256k1 = u64::MAX),
    ];
    for (code, text, change) in table {
        let mut state = chain(&[]);
        let error = run(&mut state, &message(change)).expect_err(text);
        assert_eq!((error.codespace, error.code), ("sdk", code));
        assert!(error.message.contains(text), "{:?} lacks {text:?}", error.message);
        assert!(state == chain(&[]), "a refused message changed the state");
    }
}

//! Raw bytes that say more than the types, or say it in another way, are refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use proptest::prelude::*;
use prost::{Message, Name};
use whence_proto::cosmos::authz::v1beta1::MsgExec;
use whence_proto::cosmos::bank::v1beta1::MsgSend;
use whence_proto::cosmos::base::v1beta1::Coin;
use whence_proto::cosmos::tx::v1beta1::{AuthInfo, Fee, TxBody, TxRaw};
use whence_proto::strict::{self, Checked};
use whence_proto::{Any, whence};

fn packed<M: Message + Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

fn send() -> MsgSend {
    let coin = Coin { denom: "uwhn".into(), amount: "5".into() };
    MsgSend { from_address: "a".into(), to_address: "b".into(), amount: vec![coin] }
}

fn raw(body: Vec<u8>) -> TxRaw {
    let fee = Fee { gas_limit: 9, ..Default::default() };
    let auth_info = AuthInfo { fee: Some(fee), ..Default::default() };
    TxRaw {
        body_bytes: body,
        auth_info_bytes: auth_info.encode_to_vec(),
        signatures: vec![vec![1; 64], vec![]],
    }
}

fn tx() -> TxRaw {
    raw(TxBody { messages: vec![packed(&send())], memo: "m".into(), ..Default::default() }
        .encode_to_vec())
}

/// The bytes of one field: its number and length-prefixed content.
fn field(number: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    prost::encoding::encode_key(number, prost::encoding::WireType::LengthDelimited, &mut out);
    prost::encoding::encode_varint(payload.len() as u64, &mut out);
    out.extend_from_slice(payload);
    out
}

fn code(bytes: &[u8]) -> u32 {
    strict::check_tx(bytes).map_or_else(|e| e.code(), |_| 0)
}

#[test]
fn a_sound_transaction_passes() {
    assert_eq!(
        strict::check_tx(&tx().encode_to_vec()),
        Ok(Checked { unknown_non_critical: false })
    );
    strict::check("cosmos.bank.v1beta1.MsgSend", &send().encode_to_vec()).unwrap();
    let publish = whence::datanet::v1::MsgPublishVersion { owner: "a".into(), datanet_id: 1 };
    strict::check("whence.datanet.v1.MsgPublishVersion", &publish.encode_to_vec()).unwrap();
}

#[test]
fn unknown_fields_are_refused_wherever_they_are() {
    let body = tx().body_bytes;
    let with = |bytes: Vec<u8>| raw(bytes).encode_to_vec();
    // In the transaction, the body, a message inside Any, a coin inside that, and the auth info.
    assert_eq!(code(&[tx().encode_to_vec(), field(4, b"x")].concat()), 3);
    assert_eq!(code(&with([body.clone(), field(6, b"x")].concat())), 3);
    let in_message = [send().encode_to_vec(), field(4, b"x")].concat();
    let message = Any { type_url: MsgSend::type_url(), value: in_message };
    assert_eq!(code(&with(field(1, &message.encode_to_vec()))), 3);
    let in_coin = field(3, &[field(1, b"uwhn"), field(3, b"x")].concat());
    let message = Any { type_url: MsgSend::type_url(), value: in_coin };
    assert_eq!(code(&with(field(1, &message.encode_to_vec()))), 3);
    let in_any = [packed(&send()).encode_to_vec(), field(3, b"x")].concat();
    assert_eq!(code(&with(field(1, &in_any))), 3);
    let mut changed = tx();
    changed.auth_info_bytes.extend(field(9, b"x"));
    assert_eq!(code(&changed.encode_to_vec()), 3);
}

#[test]
fn only_a_body_may_have_unknown_non_critical_fields() {
    let body = [tx().body_bytes, field(1024, b"x")].concat();
    let found = strict::check_tx(&raw(body.clone()).encode_to_vec()).unwrap();
    assert!(found.unknown_non_critical);
    assert_eq!(strict::check("cosmos.tx.v1beta1.TxBody", &body).unwrap_err().code(), 3);
    // 2048 has bit 12, not bit 11.
    assert_eq!(code(&raw([tx().body_bytes, field(2048, b"x")].concat()).encode_to_vec()), 3);
    let mut changed = tx();
    changed.auth_info_bytes.extend(field(1024, b"x"));
    assert_eq!(code(&changed.encode_to_vec()), 3);
}

#[test]
fn unordered_transactions_are_refused_by_name() {
    let body = [tx().body_bytes, vec![0x20, 1]].concat();
    let error = strict::check_tx(&raw(body).encode_to_vec()).unwrap_err();
    assert_eq!(error.code(), 4);
    assert!(error.to_string().contains("unordered"), "{error}");
    assert_eq!(code(&raw([tx().body_bytes, field(5, &[8, 1])].concat()).encode_to_vec()), 4);
}

#[test]
fn a_transaction_has_one_encoding() {
    let TxRaw { body_bytes, auth_info_bytes, .. } = tx();
    let (body, auth, signature) =
        (field(1, &body_bytes), field(2, &auth_info_bytes), field(3, b"s"));
    let join = |parts: &[&[u8]]| parts.concat();
    assert_eq!(code(&join(&[&body, &auth, &signature, &signature])), 0);
    for (bytes, expected, why) in [
        (join(&[&auth, &body, &signature]), 8, "order"),
        (join(&[&body, &body, &auth]), 8, "body twice"),
        (join(&[&body, &auth, &auth]), 8, "auth info twice"),
        (join(&[&body, &signature, &auth]), 8, "signature before auth info"),
        (join(&[&[0x0a, 0x00], &auth]), 8, "an explicit default"),
        (join(&[&[0x0a, 0x81, 0x00, 0x01], &auth]), 8, "a long length"),
        (join(&[&[0x8a, 0x00, 0x01, 0x01], &auth]), 8, "a long tag"),
        (join(&[&body, &auth, &[0]]), 2, "a trailing byte"),
        (join(&[&body, &auth, &[0x1a]]), 2, "a tag without its value"),
        (join(&[&body, &auth, &[0x1a, 5, 1]]), 2, "a value cut short"),
        (join(&[&body, &auth, &[0x18, 5]]), 5, "a signature as a number"),
        (join(&[&body, &auth, &[0x1b, 0x1c]]), 2, "a group"),
    ] {
        assert_eq!(code(&bytes), expected, "{why}");
    }
}

#[test]
fn wire_types_must_fit() {
    let name = "cosmos.tx.v1beta1.Fee";
    assert_eq!(strict::check(name, &[0x10, 1]), Ok(()));
    assert_eq!(strict::check(name, &field(2, b"x")).unwrap_err().code(), 5);
    assert_eq!(strict::check(name, &[0x08, 1]).unwrap_err().code(), 5);
    // Repeated numbers may come one by one or packed.
    let explain = "whence.reward.v1.QueryExplainResponse";
    assert_eq!(strict::check(explain, &[0x10, 1, 0x10, 2]), Ok(()));
    assert_eq!(strict::check(explain, &field(2, &[1, 2])), Ok(()));
}

#[test]
fn an_any_is_checked_as_what_it_names() {
    let name = "google.protobuf.Any";
    for (bytes, expected) in [
        (packed(&send()).encode_to_vec(), 0),
        (vec![], 1),
        (field(1, b"/no.Such"), 1),
        (field(1, b"type.googleapis.com/cosmos.bank.v1beta1.MsgSend"), 1),
        (field(1, &[0xff]), 2),
        ([field(1, b"/cosmos.bank.v1beta1.MsgSend"), field(2, b""), field(2, b"")].concat(), 2),
        ([field(1, b"/cosmos.bank.v1beta1.MsgSend"), field(2, &[0x20])].concat(), 2),
    ] {
        assert_eq!(strict::check(name, &bytes).map_or_else(|e| e.code(), |()| 0), expected);
    }
}

#[test]
fn nesting_is_bounded() {
    let nest = |depth: usize| {
        let mut inner = packed(&send());
        for _ in 1..depth {
            inner = packed(&MsgExec { grantee: "a".into(), msgs: vec![inner] });
        }
        TxBody { messages: vec![inner], ..Default::default() }.encode_to_vec()
    };
    assert_eq!(strict::check_tx_body(&nest(10)), Ok(false));
    assert_eq!(strict::check_tx_body(&nest(11)).unwrap_err().code(), 7);

    // A file descriptor's messages nest in each other without any Any.
    let nest = |depth: usize| (1..depth).fold(Vec::new(), |inner, _| field(3, &inner));
    let name = "google.protobuf.DescriptorProto";
    assert_eq!(strict::check(name, &nest(64)), Ok(()));
    assert_eq!(strict::check(name, &nest(65)).unwrap_err().code(), 6);
    assert_eq!(strict::check(name, &nest(20_000)).unwrap_err().code(), 6);
}

#[test]
fn varints_have_an_end() {
    let name = "cosmos.tx.v1beta1.Fee";
    let number = |bytes: &[u8]| [&[0x10], bytes].concat();
    let max = [[0xff; 9].as_slice(), &[0x01]].concat();
    assert_eq!(strict::check(name, &number(&max)), Ok(()));
    for bad in [[[0xff; 9].as_slice(), &[0x02]].concat(), vec![0x80; 10], vec![0x80]] {
        assert_eq!(strict::check(name, &number(&bad)).unwrap_err().code(), 2);
    }
    assert_eq!(strict::check(name, &field(2, b"")[..1]).unwrap_err().code(), 2);
    assert_eq!(strict::check(name, &[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f]).unwrap_err().code(), 2);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let any = strict::check("google.protobuf.Any", &bytes);
        prop_assert!(code(&bytes) <= 8);
        prop_assert!(strict::check_tx_body(&bytes).map_or_else(|e| e.code(), |_| 0) <= 8);
        prop_assert!(any.map_or_else(|e| e.code(), |()| 0) <= 8);
    }

    #[test]
    fn damage_makes_neither_panic_nor_disagreement(at in 0usize..400, bits in 1u8..=255) {
        let mut bytes = tx().encode_to_vec();
        let at = at % bytes.len();
        bytes[at] ^= bits;
        // What passes and decodes says the same when it is encoded again.
        let passed = strict::check_tx(&bytes).ok();
        let decoded = passed.and_then(|_| TxRaw::decode(bytes.as_slice()).ok());
        prop_assert!(decoded.is_none_or(|tx| tx.encode_to_vec() == bytes));
    }
}

//! Keys cannot collide: what is encoded comes back, no key is a prefix of another, and order is
//! kept.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs, reason = "tests")]

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::*;
use whence_base::Address;
use whence_base::state::Key;

fn encoded(key: &impl Key) -> Vec<u8> {
    let mut out = Vec::new();
    key.encode(&mut out);
    out
}

/// Round trip of each, and no encoding of one begins the encoding of the other.
fn check<K: Key + PartialEq + Debug>(a: &K, b: &K) {
    for key in [a, b] {
        let bytes = encoded(key);
        let mut rest = bytes.as_slice();
        assert_eq!(&K::decode(&mut rest).unwrap(), key);
        assert!(rest.is_empty(), "nothing is left over");
    }
    let (x, y) = (encoded(a), encoded(b));
    assert_eq!(a == b, x == y, "equal keys, equal bytes");
    if a != b {
        assert!(!x.starts_with(&y) && !y.starts_with(&x), "{a:?} and {b:?}");
    }
}

fn address() -> impl Strategy<Value = Address> {
    vec(any::<u8>(), 1..40).prop_map(|bytes| Address::new(bytes).unwrap())
}

proptest! {
    #[test]
    fn numbers(a: u64, b: u64) {
        check(&a, &b);
        prop_assert_eq!(a.cmp(&b), encoded(&a).cmp(&encoded(&b)));
    }

    #[test]
    fn texts(a in "[a-z/:.]{0,6}", b in "[a-z/:.]{0,6}") {
        check(&a, &b);
        prop_assert_eq!(a.cmp(&b), encoded(&a).cmp(&encoded(&b)), "order of texts is kept");
    }

    #[test]
    fn addresses(a in address(), b in address()) {
        check(&a, &b);
    }

    #[test]
    fn texts_beside_addresses(
        a in (address(), "[a-z]{0,4}", any::<u32>()),
        b in (address(), "[a-z]{0,4}", any::<u32>()),
    ) {
        check(&a, &b);
    }

    #[test]
    fn four_parts(
        a in (any::<u8>(), "[a-c]{0,2}", "[a-c]{0,2}", any::<u16>()),
        b in (any::<u8>(), "[a-c]{0,2}", "[a-c]{0,2}", any::<u16>()),
    ) {
        check(&a, &b);
    }

    #[test]
    fn any_bytes_decode_or_are_refused(bytes in vec(any::<u8>(), 0..64)) {
        let mut rest = bytes.as_slice();
        if let Ok(key) = <(Address, String, u64)>::decode(&mut rest) {
            let used = bytes.len() - rest.len();
            prop_assert_eq!(encoded(&key), bytes.get(..used).unwrap());
        }
    }
}

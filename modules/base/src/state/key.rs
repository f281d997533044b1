//! Key encodings: order-preserving, and no encoding is a prefix of another of the same type.

use crate::address::{Address, MAX_LEN};
use crate::error::Error;

/// A stored key that does not decode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stored key does not decode: {0}")]
pub struct KeyError(pub &'static str);

impl From<KeyError> for Error {
    fn from(e: KeyError) -> Self {
        Error::logic(e)
    }
}

/// A part of a key. Numbers are big-endian; addresses carry their length in front; texts end with a
/// zero byte (and hold none), so that their order is kept.
pub trait Key: Sized {
    /// Appends the encoding.
    fn encode(&self, out: &mut Vec<u8>);
    /// Takes the encoding off the front.
    fn decode(from: &mut &[u8]) -> Result<Self, KeyError>;
}

fn take<'a>(from: &mut &'a [u8], len: usize) -> Result<&'a [u8], KeyError> {
    let (head, tail) = from.split_at_checked(len).ok_or(KeyError("too short"))?;
    *from = tail;
    Ok(head)
}

macro_rules! number_key {
    ($($t:ty),*) => {$(
        impl Key for $t {
            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }
            fn decode(from: &mut &[u8]) -> Result<Self, KeyError> {
                let bytes = take(from, size_of::<$t>())?;
                let bytes = bytes.try_into().map_err(|_| KeyError("number width"))?;
                Ok(<$t>::from_be_bytes(bytes))
            }
        }
    )*};
}
number_key!(u8, u16, u32, u64, u128);

impl Key for [u8; 32] {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
    fn decode(from: &mut &[u8]) -> Result<Self, KeyError> {
        take(from, 32)?.try_into().map_err(|_| KeyError("hash width"))
    }
}

impl Key for Address {
    fn encode(&self, out: &mut Vec<u8>) {
        // Addresses hold 1 to 255 bytes by construction.
        out.push(u8::try_from(self.as_bytes().len()).unwrap_or(u8::MAX));
        out.extend_from_slice(self.as_bytes());
    }
    fn decode(from: &mut &[u8]) -> Result<Self, KeyError> {
        let len = usize::from(u8::decode(from)?).min(MAX_LEN);
        Address::new(take(from, len)?).map_err(|_| KeyError("address length"))
    }
}

impl Key for String {
    fn encode(&self, out: &mut Vec<u8>) {
        debug_assert!(!self.bytes().any(|b| b == 0), "texts in keys hold no zero byte");
        out.extend(self.bytes().filter(|b| *b != 0));
        out.push(0);
    }
    fn decode(from: &mut &[u8]) -> Result<Self, KeyError> {
        let len = from.iter().position(|b| *b == 0).ok_or(KeyError("text has no end"))?;
        let text = take(from, len)?.to_vec();
        take(from, 1)?;
        String::from_utf8(text).map_err(|_| KeyError("text is not UTF-8"))
    }
}

impl Key for () {
    fn encode(&self, _: &mut Vec<u8>) {}
    fn decode(_: &mut &[u8]) -> Result<Self, KeyError> {
        Ok(())
    }
}

macro_rules! tuple_key {
    ($($name:ident.$i:tt),*) => {
        impl<$($name: Key),*> Key for ($($name,)*) {
            fn encode(&self, out: &mut Vec<u8>) {
                $(self.$i.encode(out);)*
            }
            fn decode(from: &mut &[u8]) -> Result<Self, KeyError> {
                Ok(($($name::decode(from)?,)*))
            }
        }
    };
}
tuple_key!(A.0, B.1);
tuple_key!(A.0, B.1, C.2);
tuple_key!(A.0, B.1, C.2, D.3);

/// The smallest key after every key that starts with the prefix; `None` when there is none.
pub fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

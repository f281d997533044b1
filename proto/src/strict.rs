//! Checks raw bytes against the descriptors before anything decodes them.
//!
//! A decoder drops what it does not know; a signature would then cover more than was executed.
//! So fields that no descriptor names are refused, as the Cosmos SDK does, and so are deep nesting,
//! groups and wire types that do not fit. Every byte is looked at once.

mod shape;
mod wire;

use shape::{Shape, shapes};
use wire::Reader;

/// How deep messages may nest, those inside `Any` included.
pub const MESSAGE_DEPTH_MAX: u32 = 64;
/// How deep `Any` may nest in `Any`.
pub const ANY_DEPTH_MAX: u32 = 10;

/// Unknown fields with this bit in their number are non-critical: a `TxBody` may carry them.
const NON_CRITICAL: u32 = 1 << 10;
const TX_RAW: &str = "cosmos.tx.v1beta1.TxRaw";
const TX_BODY: &str = "cosmos.tx.v1beta1.TxBody";
const AUTH_INFO: &str = "cosmos.tx.v1beta1.AuthInfo";

/// Why bytes are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StrictError {
    /// The name is not among the descriptors.
    #[error("unknown type {0:?}")]
    UnknownType(String),
    /// The bytes end within a field, or are no protobuf.
    #[error("malformed {0}: {1}")]
    Malformed(String, &'static str),
    /// No descriptor names the field.
    #[error("unknown field number {1} in {0}")]
    UnknownField(String, u32),
    /// The field is in the dialect, but this chain does not offer what it asks for.
    #[error("field number {1} of {0} is not offered: unordered transactions")]
    NotOffered(String, u32),
    /// The field has another wire type than its type asks for.
    #[error("field number {1} of {0} has wire type {2}")]
    WireType(String, u32, u8),
    /// Messages nest too deep.
    #[error("nests deeper than 64 messages")]
    TooDeep,
    /// `Any` nests too deep.
    #[error("nests deeper than 10 Any")]
    TooManyAny,
    /// The bytes are not the one encoding that ADR-027 allows.
    #[error("transaction does not follow ADR-027: {0}")]
    NotCanonical(&'static str),
}

impl StrictError {
    /// A stable number of the kind of error.
    pub fn code(&self) -> u32 {
        match self {
            Self::UnknownType(_) => 1,
            Self::Malformed(..) => 2,
            Self::UnknownField(..) => 3,
            Self::NotOffered(..) => 4,
            Self::WireType(..) => 5,
            Self::TooDeep => 6,
            Self::TooManyAny => 7,
            Self::NotCanonical(_) => 8,
        }
    }
}

type Result<T> = std::result::Result<T, StrictError>;

/// What was found in a transaction that is otherwise sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its body has unknown non-critical fields: it may be signed in mode DIRECT only.
    pub unknown_non_critical: bool,
}

/// Refuses bytes that are not wholly described by the type.
pub fn check(type_name: &str, bytes: &[u8]) -> Result<()> {
    run(type_name, bytes, Unknown::Refused).map(|_| ())
}

/// Checks a transaction: its own encoding (ADR-027), its body and its auth info.
pub fn check_tx(bytes: &[u8]) -> Result<Checked> {
    check_tx_raw(bytes)?;
    let (mut body, mut auth_info): (&[u8], &[u8]) = (&[], &[]);
    let mut reader = Reader::new(bytes);
    while let Some(field) = reader.field().map_err(|e| malformed(TX_RAW, e))? {
        match field.number {
            1 => body = field.payload,
            2 => auth_info = field.payload,
            _ => {}
        }
    }
    let unknown_non_critical = check_tx_body(body)?;
    check(AUTH_INFO, auth_info)?;
    Ok(Checked { unknown_non_critical })
}

/// Checks a `TxBody`, in which unknown non-critical fields are allowed; true when there are some.
pub fn check_tx_body(bytes: &[u8]) -> Result<bool> {
    run(TX_BODY, bytes, Unknown::OnlyNonCritical)
}

/// Refuses every encoding of a `TxRaw` but the one of ADR-027: fields in ascending order, none
/// twice but signatures, none empty but signatures, lengths as short as possible, nothing unknown.
pub fn check_tx_raw(bytes: &[u8]) -> Result<()> {
    let mut reader = Reader::new(bytes);
    let mut last = 0;
    while let Some(field) = reader.field().map_err(|e| malformed(TX_RAW, e))? {
        if !(1..=3).contains(&field.number) {
            return Err(StrictError::UnknownField(TX_RAW.to_owned(), field.number));
        }
        if field.wire != wire::BYTES {
            return Err(StrictError::WireType(TX_RAW.to_owned(), field.number, field.wire));
        }
        if field.number < last || (field.number == last && field.number != 3) {
            return Err(StrictError::NotCanonical("a field is out of order or given twice"));
        }
        if !field.shortest {
            return Err(StrictError::NotCanonical("a length is not as short as possible"));
        }
        if field.payload.is_empty() && field.number != 3 {
            return Err(StrictError::NotCanonical("an empty field is written out"));
        }
        last = field.number;
    }
    Ok(())
}

/// Which unknown fields may be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Refused,
    OnlyNonCritical,
}

fn run(type_name: &str, bytes: &[u8], unknown: Unknown) -> Result<bool> {
    let shape = shapes().named(type_name)?;
    let mut walk = Walk { allowed: unknown, unknown_non_critical: false };
    walk.message(shape, bytes, Depth { messages: MESSAGE_DEPTH_MAX, anys: ANY_DEPTH_MAX })?;
    Ok(walk.unknown_non_critical)
}

/// How much deeper the walk may go.
#[derive(Clone, Copy)]
struct Depth {
    messages: u32,
    anys: u32,
}

struct Walk {
    allowed: Unknown,
    unknown_non_critical: bool,
}

impl Walk {
    fn message(&mut self, shape: &'static Shape, bytes: &[u8], depth: Depth) -> Result<()> {
        let messages = depth.messages.checked_sub(1).ok_or(StrictError::TooDeep)?;
        let depth = Depth { messages, ..depth };
        if shape.is_any {
            return self.any(shape, bytes, depth);
        }
        let mut reader = Reader::new(bytes);
        while let Some(field) = reader.field().map_err(|e| malformed(&shape.name, e))? {
            let Some(known) = shape.field(field.number) else {
                self.unknown(shape, field.number)?;
                continue;
            };
            if !known.offered {
                return Err(StrictError::NotOffered(shape.name.clone(), field.number));
            }
            if !known.accepts(field.wire) {
                return Err(StrictError::WireType(shape.name.clone(), field.number, field.wire));
            }
            if let Some(inner) = known.message.and_then(|i| shapes().at(i)) {
                self.message(inner, field.payload, depth)?;
            }
        }
        Ok(())
    }

    /// An `Any`: its two fields, each at most once, and a value of the type that it names.
    fn any(&mut self, shape: &'static Shape, bytes: &[u8], depth: Depth) -> Result<()> {
        let anys = depth.anys.checked_sub(1).ok_or(StrictError::TooManyAny)?;
        let (mut url, mut value) = (None, None);
        let mut reader = Reader::new(bytes);
        while let Some(field) = reader.field().map_err(|e| malformed(&shape.name, e))? {
            let slot = match field.number {
                1 => &mut url,
                2 => &mut value,
                other => {
                    self.unknown(shape, other)?;
                    continue;
                }
            };
            if field.wire != wire::BYTES {
                return Err(StrictError::WireType(shape.name.clone(), field.number, field.wire));
            }
            if slot.replace(field.payload).is_some() {
                return Err(malformed(&shape.name, "a field is given twice"));
            }
        }
        let url = std::str::from_utf8(url.unwrap_or_default())
            .map_err(|_| malformed(&shape.name, "the type URL is not UTF-8"))?;
        let inner = shapes().named(url.strip_prefix('/').unwrap_or(url))?;
        self.message(inner, value.unwrap_or_default(), Depth { anys, ..depth })
    }

    fn unknown(&mut self, shape: &Shape, number: u32) -> Result<()> {
        if self.allowed == Unknown::Refused || number & NON_CRITICAL == 0 {
            return Err(StrictError::UnknownField(shape.name.clone(), number));
        }
        self.unknown_non_critical = true;
        Ok(())
    }
}

fn malformed(type_name: &str, why: &'static str) -> StrictError {
    StrictError::Malformed(type_name.to_owned(), why)
}

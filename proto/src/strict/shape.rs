//! The descriptors, boiled down to what the walk over raw bytes asks for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use prost_reflect::{Cardinality, FieldDescriptor, Kind, MessageDescriptor};

use super::{StrictError, TX_BODY, wire};
use crate::descriptors::pool;

/// `unordered` and `timeout_timestamp` of a body: in the descriptors, but neither in our Rust types
/// nor offered.
const NOT_OFFERED: [u32; 2] = [4, 5];

/// One message type.
pub(super) struct Shape {
    pub(super) name: String,
    pub(super) is_any: bool,
    /// Sorted by number.
    fields: Vec<Known>,
}

/// One field of a message type.
pub(super) struct Known {
    number: u32,
    wire: u8,
    /// A repeated number, which may also come packed into bytes.
    packable: bool,
    pub(super) offered: bool,
    /// The type of a message field.
    pub(super) message: Option<usize>,
}

impl Shape {
    pub(super) fn field(&self, number: u32) -> Option<&Known> {
        let at = self.fields.binary_search_by_key(&number, |f| f.number).ok()?;
        self.fields.get(at)
    }
}

impl Known {
    pub(super) fn accepts(&self, wire: u8) -> bool {
        wire == self.wire || (self.packable && wire == wire::BYTES)
    }
}

/// All message types.
pub(super) struct Shapes {
    all: Vec<Shape>,
    by_name: BTreeMap<String, usize>,
}

impl Shapes {
    pub(super) fn at(&self, index: usize) -> Option<&Shape> {
        self.all.get(index)
    }

    pub(super) fn named(&self, name: &str) -> Result<&Shape, StrictError> {
        let found = self.by_name.get(name).and_then(|&i| self.all.get(i));
        found.ok_or_else(|| StrictError::UnknownType(name.to_owned()))
    }
}

/// The types on the wire, boiled down once.
pub(super) fn shapes() -> &'static Shapes {
    static SHAPES: LazyLock<Shapes> = LazyLock::new(boil_down);
    &SHAPES
}

fn boil_down() -> Shapes {
    let messages: Vec<_> = pool().all_messages().collect();
    let named = |(i, m): (usize, &MessageDescriptor)| (m.full_name().to_owned(), i);
    let by_name: BTreeMap<_, _> = messages.iter().enumerate().map(named).collect();
    let all = messages.iter().map(|message| {
        let mut fields: Vec<_> = message.fields().map(|f| known(message, &f, &by_name)).collect();
        fields.sort_by_key(|f| f.number);
        let name = message.full_name().to_owned();
        Shape { is_any: name == "google.protobuf.Any", name, fields }
    });
    Shapes { all: all.collect(), by_name }
}

fn known(
    message: &MessageDescriptor,
    field: &FieldDescriptor,
    by_name: &BTreeMap<String, usize>,
) -> Known {
    let wire = wire_of(&field.kind());
    Known {
        number: field.number(),
        wire,
        packable: field.cardinality() == Cardinality::Repeated && wire != wire::BYTES,
        offered: message.full_name() != TX_BODY || !NOT_OFFERED.contains(&field.number()),
        message: match field.kind() {
            Kind::Message(inner) => by_name.get(inner.full_name()).copied(),
            _ => None,
        },
    }
}

fn wire_of(kind: &Kind) -> u8 {
    match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => wire::FIXED64,
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => wire::FIXED32,
        Kind::String | Kind::Bytes | Kind::Message(_) => wire::BYTES,
        _ => wire::VARINT,
    }
}

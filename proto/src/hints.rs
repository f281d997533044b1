//! What the protos say about a field beyond its type: gogoproto and amino options, read once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use prost_reflect::{DynamicMessage, ExtensionDescriptor, FieldDescriptor, MessageDescriptor};

use crate::descriptors::pool;

/// A number that travels as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// `math.Int`: a decimal integer.
    Int,
    /// `math.LegacyDec`: on the wire an integer scaled by 10^18, in JSON a decimal.
    Dec,
}

/// Options of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldHint {
    /// `gogoproto.customtype`, where it is one of the two numbers.
    pub(crate) number: Option<Number>,
    /// `gogoproto.nullable = false`: an absent message shows as an empty one.
    pub(crate) never_null: bool,
    /// `cosmos_proto.scalar = "cosmos.Int"`.
    pub(crate) int_scalar: bool,
    /// `cosmos_proto.scalar = "cosmos.Dec"`.
    pub(crate) dec_scalar: bool,
    /// `amino.field_name`.
    pub(crate) amino_name: Option<String>,
    /// `amino.encoding`.
    pub(crate) amino_encoding: Option<String>,
    /// `amino.oneof_name`.
    pub(crate) amino_oneof_name: Option<String>,
    /// `amino.dont_omitempty`.
    pub(crate) dont_omit_empty: bool,
}

/// Options of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MessageHint {
    /// `amino.name`.
    pub(crate) amino_name: Option<String>,
    /// `amino.message_encoding`.
    pub(crate) amino_encoding: Option<String>,
}

/// The field's options; empty ones for a field that has none.
pub(crate) fn of_field(field: &FieldDescriptor) -> &'static FieldHint {
    HINTS.fields.get(field.full_name()).unwrap_or(&HINTS.plain)
}

/// The message's options; empty ones for a message that has none.
pub(crate) fn of_message(message: &MessageDescriptor) -> &'static MessageHint {
    HINTS.messages.get(message.full_name()).unwrap_or(&HINTS.bare)
}

#[derive(Default)]
struct Hints {
    fields: BTreeMap<String, FieldHint>,
    messages: BTreeMap<String, MessageHint>,
    plain: FieldHint,
    bare: MessageHint,
}

static HINTS: LazyLock<Hints> = LazyLock::new(read_all);

fn read_all() -> Hints {
    let mut hints = Hints::default();
    let options = Extensions::find();
    for message in pool().all_messages() {
        let hint = options.message(&message.options());
        if hint != hints.bare {
            hints.messages.insert(message.full_name().to_owned(), hint);
        }
        for field in message.fields() {
            let hint = options.field(&field.options());
            if hint != hints.plain {
                hints.fields.insert(field.full_name().to_owned(), hint);
            }
        }
    }
    hints
}

/// The extensions that carry the options.
struct Extensions {
    by_name: BTreeMap<&'static str, ExtensionDescriptor>,
}

const NAMES: [&str; 9] = [
    "gogoproto.customtype",
    "gogoproto.nullable",
    "cosmos_proto.scalar",
    "amino.field_name",
    "amino.encoding",
    "amino.oneof_name",
    "amino.dont_omitempty",
    "amino.name",
    "amino.message_encoding",
];

impl Extensions {
    fn find() -> Self {
        let found = |name| Some((name, pool().get_extension_by_name(name)?));
        Self { by_name: NAMES.into_iter().filter_map(found).collect() }
    }

    fn text(&self, options: &DynamicMessage, name: &str) -> Option<String> {
        let extension = self.by_name.get(name).filter(|e| options.has_extension(e))?;
        options.get_extension(extension).as_str().map(str::to_owned)
    }

    fn flag(&self, options: &DynamicMessage, name: &str) -> Option<bool> {
        let extension = self.by_name.get(name).filter(|e| options.has_extension(e))?;
        options.get_extension(extension).as_bool()
    }

    fn message(&self, options: &DynamicMessage) -> MessageHint {
        MessageHint {
            amino_name: self.text(options, "amino.name"),
            amino_encoding: self.text(options, "amino.message_encoding"),
        }
    }

    fn field(&self, options: &DynamicMessage) -> FieldHint {
        let number = match self.text(options, "gogoproto.customtype").as_deref() {
            Some("cosmossdk.io/math.Int") => Some(Number::Int),
            Some("cosmossdk.io/math.LegacyDec") => Some(Number::Dec),
            _ => None,
        };
        let scalar = self.text(options, "cosmos_proto.scalar");
        FieldHint {
            number,
            never_null: self.flag(options, "gogoproto.nullable") == Some(false),
            int_scalar: scalar.as_deref() == Some("cosmos.Int"),
            dec_scalar: scalar.as_deref() == Some("cosmos.Dec"),
            amino_name: self.text(options, "amino.field_name"),
            amino_encoding: self.text(options, "amino.encoding"),
            amino_oneof_name: self.text(options, "amino.oneof_name"),
            dont_omit_empty: self.flag(options, "amino.dont_omitempty") == Some(true),
        }
    }
}

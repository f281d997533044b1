//! One metadata value and its typed readers.

use super::cursor::Cursor;
use crate::error::{Error, Result};

/// Arrays inside arrays; no known file nests at all.
const DEPTH_MAX: usize = 2;

/// A metadata value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Any unsigned integer.
    Unsigned(u64),
    /// Any signed integer.
    Signed(i64),
    /// Any float.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A string.
    Text(String),
    /// Values of one kind.
    Array(Vec<Value>),
}

impl Value {
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Self> {
        let kind = cursor.u32()?;
        Self::read_kind(cursor, kind, 0)
    }

    fn read_kind(cursor: &mut Cursor<'_>, kind: u32, depth: usize) -> Result<Self> {
        Ok(match kind {
            0 => Self::Unsigned(u8::from_le_bytes(cursor.array()?).into()),
            1 => Self::Signed(i8::from_le_bytes(cursor.array()?).into()),
            2 => Self::Unsigned(u16::from_le_bytes(cursor.array()?).into()),
            3 => Self::Signed(i16::from_le_bytes(cursor.array()?).into()),
            4 => Self::Unsigned(cursor.u32()?.into()),
            5 => Self::Signed(i32::from_le_bytes(cursor.array()?).into()),
            6 => Self::Float(f32::from_le_bytes(cursor.array()?).into()),
            7 => Self::Bool(Self::read_bool(cursor)?),
            8 => Self::Text(cursor.string()?),
            9 => Self::read_array(cursor, depth)?,
            10 => Self::Unsigned(cursor.u64()?),
            11 => Self::Signed(i64::from_le_bytes(cursor.array()?)),
            12 => Self::Float(f64::from_le_bytes(cursor.array()?)),
            other => return Err(Error::Gguf(format!("value kind {other} is unknown: 0 to 12"))),
        })
    }

    fn read_bool(cursor: &mut Cursor<'_>) -> Result<bool> {
        match cursor.array::<1>()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(Error::Gguf(format!("a truth value is {other}: expected 0 or 1"))),
        }
    }

    fn read_array(cursor: &mut Cursor<'_>, depth: usize) -> Result<Self> {
        if depth >= DEPTH_MAX {
            return Err(Error::Gguf(format!("arrays nest deeper than {DEPTH_MAX}")));
        }
        let kind = cursor.u32()?;
        let bytes_each = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            8 | 10 | 11 | 12 => 8,
            9 => 12,
            _ => 4,
        };
        let count = cursor.count(bytes_each)?;
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            values.push(Self::read_kind(cursor, kind, depth + 1)?);
        }
        Ok(Self::Array(values))
    }

    /// The value as an unsigned integer, if it is one.
    pub fn unsigned(&self) -> Option<u64> {
        match self {
            Self::Unsigned(value) => Some(*value),
            Self::Signed(value) => u64::try_from(*value).ok(),
            _ => None,
        }
    }

    /// The value as a float, if it is one.
    pub fn float(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The value as text, if it is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(value) => Some(value),
            _ => None,
        }
    }

    /// The value as an array, if it is one.
    pub fn array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(values) => Some(values),
            _ => None,
        }
    }
}

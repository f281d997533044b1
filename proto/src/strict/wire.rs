//! Reads the fields of a protobuf message off its bytes, without copying.

/// Wire type of integers.
pub(super) const VARINT: u8 = 0;
/// Wire type of eight bytes.
pub(super) const FIXED64: u8 = 1;
/// Wire type of length-prefixed bytes.
pub(super) const BYTES: u8 = 2;
/// Wire type of four bytes.
pub(super) const FIXED32: u8 = 5;

/// One field as it stands in the bytes.
pub(super) struct Field<'a> {
    pub(super) number: u32,
    pub(super) wire: u8,
    /// What the length covers; empty for the other wire types.
    pub(super) payload: &'a [u8],
    /// True when tag and length are written in as few bytes as possible.
    pub(super) shortest: bool,
}

/// Takes fields off the front of some bytes.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

type Result<T> = std::result::Result<T, &'static str>;

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next field; none at the end.
    pub(super) fn field(&mut self) -> Result<Option<Field<'a>>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (tag, tag_shortest) = self.varint()?;
        let tag = u32::try_from(tag).map_err(|_| "a field number is out of range")?;
        let (number, wire) = (tag >> 3, u8::try_from(tag & 7).unwrap_or(u8::MAX));
        if number == 0 {
            return Err("a field number is zero");
        }
        let mut field = Field { number, wire, payload: &[], shortest: tag_shortest };
        match wire {
            VARINT => {
                self.varint()?;
            }
            FIXED64 => {
                self.take(8)?;
            }
            FIXED32 => {
                self.take(4)?;
            }
            BYTES => {
                let (length, shortest) = self.varint()?;
                let length = usize::try_from(length).map_err(|_| "a length is out of range")?;
                field.payload = self.take(length)?;
                field.shortest &= shortest;
            }
            _ => return Err("a wire type is not known"),
        }
        Ok(Some(field))
    }

    /// A varint of at most ten bytes, and whether fewer would not do.
    fn varint(&mut self) -> Result<(u64, bool)> {
        let mut value: u64 = 0;
        for (i, shift) in (0..64).step_by(7).enumerate() {
            let byte = *self.take(1)?.first().ok_or("a varint ends early")?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err("a varint is longer than 64 bits");
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok((value, byte != 0 || i == 0));
            }
        }
        Err("a varint is longer than ten bytes")
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or("the bytes end early")?;
        self.rest = rest;
        Ok(taken)
    }
}

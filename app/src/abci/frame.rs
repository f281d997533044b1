//! ABCI messages on a stream: an unsigned varint length, then that many bytes.

use std::io::{self, Read, Write};

/// Longest message taken: CometBFT's own limit is 100 MiB.
pub const MESSAGE_BYTES_MAX: usize = 104_857_600;
/// A varint of 64 bits has at most ten bytes.
const VARINT_BYTES_MAX: u32 = 10;

/// Reads one message; nothing when the stream ended between two messages.
pub fn read(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = read_length(from)? else { return Ok(None) };
    let mut message = vec![0; length];
    from.read_exact(&mut message)?;
    Ok(Some(message))
}

/// Writes one message.
pub fn write(to: &mut impl Write, message: &impl prost::Message) -> io::Result<()> {
    to.write_all(&message.encode_length_delimited_to_vec())
}

fn read_length(from: &mut impl Read) -> io::Result<Option<usize>> {
    let mut length: u64 = 0;
    for place in 0..VARINT_BYTES_MAX {
        let mut byte = [0u8];
        if from.read(&mut byte)? == 0 {
            return if place == 0 { Ok(None) } else { Err(invalid("stream ended in a length")) };
        }
        let [byte] = byte;
        let bits = u64::from(byte & 0x7f);
        let shift = place.saturating_mul(7);
        length |= bits.checked_shl(shift).ok_or_else(|| invalid("length does not fit 64 bits"))?;
        if byte & 0x80 == 0 {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if length > MESSAGE_BYTES_MAX {
                return Err(invalid("message is longer than 100 MiB"));
            }
            return Ok(Some(length));
        }
    }
    Err(invalid("length has more than ten bytes"))
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

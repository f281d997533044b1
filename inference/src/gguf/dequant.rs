//! Packed numbers to f32: F32, F16, Q4_0, Q4_1 and Q8_0.

use half::f16;

use crate::error::{Error, Result};

/// Quantised numbers come in blocks of 32 that share their scale.
const BLOCK: usize = 32;

/// How a tensor's numbers are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// 4 bits, `w = d * (q - 8)`.
    Q4_0,
    /// 4 bits, `w = d * q + m`.
    Q4_1,
    /// 8 bits, `w = d * q`.
    Q8_0,
}

impl Kind {
    /// The kind that the file's number stands for.
    pub fn from_number(number: u32) -> std::result::Result<Self, String> {
        match number {
            0 => Ok(Self::F32),
            1 => Ok(Self::F16),
            2 => Ok(Self::Q4_0),
            3 => Ok(Self::Q4_1),
            8 => Ok(Self::Q8_0),
            other => Err(format!("kind {other} is not one of F32, F16, Q4_0, Q4_1, Q8_0")),
        }
    }

    /// Numbers per block.
    pub fn block_elements(self) -> usize {
        match self {
            Self::F32 | Self::F16 => 1,
            Self::Q4_0 | Self::Q4_1 | Self::Q8_0 => BLOCK,
        }
    }

    /// Bytes per block.
    pub fn block_bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
            Self::Q4_0 => 2 + BLOCK / 2,
            Self::Q4_1 => 4 + BLOCK / 2,
            Self::Q8_0 => 2 + BLOCK,
        }
    }
}

/// Unpacks `elements` numbers; `bytes` must be exactly their size.
pub fn dequantise(kind: Kind, bytes: &[u8], elements: usize) -> Result<Vec<f32>> {
    let blocks = elements / kind.block_elements();
    let whole = elements.is_multiple_of(kind.block_elements());
    if !whole || blocks.checked_mul(kind.block_bytes()) != Some(bytes.len()) {
        return Err(Error::Gguf(format!(
            "{elements} numbers of kind {kind:?} do not fill {} bytes",
            bytes.len()
        )));
    }
    let mut out = Vec::with_capacity(elements);
    for block in bytes.chunks_exact(kind.block_bytes()) {
        match kind {
            Kind::F32 => {
                out.push(f32::from_le_bytes([block[0], block[1], block[2], block[3]]));
            }
            Kind::F16 => out.push(half_at(block, 0)),
            Kind::Q4_0 => {
                let scale = half_at(block, 0);
                nibbles(&block[2..], |q| scale * (f32::from(q) - 8.0), &mut out);
            }
            Kind::Q4_1 => {
                let (scale, least) = (half_at(block, 0), half_at(block, 2));
                nibbles(&block[4..], |q| scale * f32::from(q) + least, &mut out);
            }
            Kind::Q8_0 => {
                let scale = half_at(block, 0);
                out.extend(block[2..].iter().map(|q| scale * f32::from(i8::from_le_bytes([*q]))));
            }
        }
    }
    Ok(out)
}

fn half_at(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// The low halves of 16 bytes come first, then the high halves.
fn nibbles(bytes: &[u8], weight: impl Fn(u8) -> f32, out: &mut Vec<f32>) {
    out.extend(bytes.iter().map(|byte| weight(byte & 0x0f)));
    out.extend(bytes.iter().map(|byte| weight(byte >> 4)));
}

//! Which sequences of an escrow were reported: a high-water mark and the 1,024 bits below it.
//!
//! All bits are always kept, whatever the window's parameter is at the time: a window that shrinks
//! and grows again must not forget what was reported in between.

use whence_base::{Result, ensure};

use crate::error::Error;
use crate::params::WINDOW_BITS;

/// The marks of one escrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The highest sequence that was reported; 0 before the first.
    pub high: u64,
    /// Bit i (byte i / 8, bit i % 8) stands for sequence `high - 1 - i`; no zero bytes at the end.
    pub bits: Vec<u8>,
}

impl Window {
    /// Whether a sequence was reported, or is too low to be told apart.
    pub fn is_reported(&self, sequence: u64) -> bool {
        match self.distance(sequence) {
            None => false,
            Some(0) => true,
            Some(distance) => match usize::try_from(distance.saturating_sub(1)) {
                Ok(bit) if bit < WINDOW_BITS => self.bit(bit),
                _ => true,
            },
        }
    }

    /// Marks a sequence; fails when it was reported before or lies more than `reach` below the
    /// mark.
    pub fn mark(&mut self, sequence: u64, reach: u32) -> Result<()> {
        let Some(distance) = self.distance(sequence) else {
            self.raise(sequence);
            return Ok(());
        };
        let place = || format!("sequence {sequence}, highest {}", self.high);
        let near = distance <= u64::from(reach) && distance <= WINDOW_BITS as u64;
        ensure(near, Error::SequenceTooOld(place()))?;
        ensure(!self.is_reported(sequence), Error::AlreadyReported(place()))?;
        self.set_bit(usize::try_from(distance.saturating_sub(1)).unwrap_or(usize::MAX));
        Ok(())
    }

    /// How far a sequence lies below the mark; `None` when it lies above.
    fn distance(&self, sequence: u64) -> Option<u64> {
        self.high.checked_sub(sequence)
    }

    /// Lifts the mark: every bit moves up by the difference, the old mark becomes a bit.
    fn raise(&mut self, sequence: u64) {
        let by = sequence.saturating_sub(self.high);
        let old = std::mem::replace(self, Self { high: sequence, bits: Vec::new() });
        let Ok(by) = usize::try_from(by) else { return };
        if old.high > 0 {
            self.set_bit(by.saturating_sub(1));
        }
        for bit in (0..WINDOW_BITS.saturating_sub(by)).filter(|bit| old.bit(*bit)) {
            self.set_bit(bit.saturating_add(by));
        }
    }

    fn bit(&self, bit: usize) -> bool {
        let byte = self.bits.get(bit / 8).copied().unwrap_or(0);
        byte & mask(bit) != 0
    }

    fn set_bit(&mut self, bit: usize) {
        if bit >= WINDOW_BITS {
            return;
        }
        let index = bit / 8;
        if self.bits.len() <= index {
            self.bits.resize(index.saturating_add(1), 0);
        }
        if let Some(byte) = self.bits.get_mut(index) {
            *byte |= mask(bit);
        }
    }
}

fn mask(bit: usize) -> u8 {
    1_u8.checked_shl(u32::try_from(bit % 8).unwrap_or(0)).unwrap_or(0)
}

//! Which sequences an escrow counts as reported, as the chain keeps them: the highest one, and bits
//! for those right below it.

use whence_proto::whence::attribution::v1::Escrow;

/// Sequences below the highest that the chain tells apart; lower ones count as reported.
const WINDOW_BITS: u64 = 1024;

/// Whether a sequence can no longer be reported on an escrow.
pub fn reported(escrow: &Escrow, sequence: u64) -> bool {
    let Some(below) = escrow.high_sequence.checked_sub(sequence) else { return false };
    let Some(bit) = below.checked_sub(1) else { return true };
    if bit >= WINDOW_BITS {
        return true;
    }
    let byte = usize::try_from(bit / 8).ok().and_then(|at| escrow.window.get(at));
    byte.is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
}

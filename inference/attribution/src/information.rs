//! How much a rare thing says: `−log2` of a frequency, in thousandths of a bit, all in integers.

/// `log2 x` for `x ≥ 1`, in units of 2⁻³², rounded down: repeated squaring.
///
/// Integers only, so that a chain and every machine agree on the last bit; 0 for `x = 0`.
pub fn log2(x: u64) -> u64 {
    let whole = u64::from(63 - x.max(1).leading_zeros());
    // in [2⁶³, 2⁶⁴): the number scaled to [1, 2)
    let mut mantissa = x.max(1) << (63 - whole);
    let mut fraction = 0;
    for bit in (0..32).rev() {
        let square = (u128::from(mantissa) * u128::from(mantissa)) >> 63;
        let two = (square >> 64) as u64;
        fraction |= two << bit;
        mantissa = (square >> two) as u64;
    }
    whole << 32 | fraction
}

/// Information of something seen `count` times in `total`: `log2(total / count)` in thousandths of
/// a bit, rounded down; what was never seen counts as seen once.
pub fn millibits(count: u64, total: u64) -> u64 {
    let difference = log2(total).saturating_sub(log2(count));
    ((u128::from(difference) * 1000) >> 32) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_exact_and_the_rest_is_within_a_thousandth() {
        assert_eq!([log2(1), log2(2), log2(1 << 40)], [0, 1 << 32, 40 << 32]);
        assert_eq!(millibits(1, 1024), 10_000);
        assert_eq!(millibits(0, 8), 3_000);
        assert_eq!(millibits(9, 8), 0);
        for (count, total) in [(3, 10), (1, 3), (999, 1_000_003), (7, u64::MAX), (12_345, 67_890)] {
            let exact = 1000.0 * (total as f64 / count as f64).log2();
            let found = millibits(count, total) as f64;
            assert!((found - exact).abs() <= 1.001, "{count}/{total}: {found} against {exact}");
        }
    }

    #[test]
    fn rises_with_the_number() {
        let values: Vec<u64> = (1..5000).map(log2).collect();
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

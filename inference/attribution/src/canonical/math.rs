//! `exp`, `ln`, `tanh`, the logistic function and reciprocal roots from additions, products,
//! divisions and square roots alone.
//!
//! IEEE 754 fixes those four operations to the bit, and Rust never fuses a product with a sum, so
//! every function here gives the same bits on every machine and in every profile. A library's
//! `expf` does not: it differs between libraries, versions and processors.

/// `1.5 · 2²³`: adding it rounds a small number to the nearest integer, which then stands in the
/// low bits of the sum.
const ROUNDER: f32 = 12_582_912.0;
/// `ln 2` in two parts: the first has so few bits that its products with exponents are exact
/// (Cody and Waite 1980, chapter 6).
const LN_2_HIGH: f32 = 355.0 / 512.0;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// `eˣ`: `2ᵏ · eʳ` with `|r| ≤ ½ ln 2` and Taylor's series to `r⁷`, whose rest is below `5·10⁻⁹`.
///
/// 0 below -104 and infinite above 89, where an `f32` ends.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let bounded = if x < -104.0 { -104.0 } else { x };
    let bounded = if bounded > 89.0 { 89.0 } else { bounded };
    let shifted = bounded * std::f32::consts::LOG2_E + ROUNDER;
    let whole = shifted - ROUNDER;
    let rest = (bounded - whole * LN_2_HIGH) - whole * LN_2_LOW;
    let series = 1.0 / 720.0 + rest * (1.0 / 5040.0);
    let series = 1.0 / 24.0 + rest * (1.0 / 120.0 + rest * series);
    let series = 1.0 + rest * (1.0 + rest * (0.5 + rest * (1.0 / 6.0 + rest * series)));
    // Two factors, so that neither power of two leaves its range where the result need not.
    let power = shifted.to_bits().wrapping_sub(ROUNDER.to_bits()) as i32;
    let half = power >> 1;
    series * power_of_two(half) * power_of_two(power.wrapping_sub(half))
}

/// `2ᵏ` for `-126 ≤ k ≤ 127`.
#[inline(always)]
fn power_of_two(power: i32) -> f32 {
    f32::from_bits((power.wrapping_add(127) as u32) << 23)
}

/// `ln x`: `e ln 2 + 2 artanh s`, `s = (m - 1) / (m + 1)`, for `x = m · 2ᵉ` with `m` around 1.
///
/// Minus infinity at 0, no number below it.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    if x <= 0.0 {
        return if x == 0.0 { f32::NEG_INFINITY } else { f32::NAN };
    }
    if x == f32::INFINITY || x.is_nan() {
        return x;
    }
    // Numbers too small for the format's hidden bit are made larger first.
    let (x, shift) = if x < f32::MIN_POSITIVE { (x * 8_388_608.0, 23) } else { (x, 0) };
    // Measured from √½, so that the mantissa falls into [√½, √2).
    let offset = x.to_bits().wrapping_sub(std::f32::consts::FRAC_1_SQRT_2.to_bits());
    let power = (offset as i32 >> 23) - shift;
    let mantissa =
        f32::from_bits((offset & 0x007f_ffff) + std::f32::consts::FRAC_1_SQRT_2.to_bits());
    let (above, power) = (mantissa - 1.0, power as f32);
    let ratio = above / (above + 2.0);
    let square = ratio * ratio;
    let series = 2.0 / 7.0 + square * (2.0 / 9.0 + square * (2.0 / 11.0));
    let series = square * (2.0 / 3.0 + square * (2.0 / 5.0 + square * series));
    // 2s = f - s f, so that the largest term, f = m - 1, is exact.
    let rest = ratio * (series - above) + power * LN_2_LOW;
    power * LN_2_HIGH + (above + rest)
}

/// `tanh x`: Lambert's continued fraction near 0, `(1 - e⁻²ˣ) / (1 + e⁻²ˣ)` elsewhere.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let size = if x < 0.0 { -x } else { x };
    if size < 0.625 {
        let square = x * x;
        let fraction = 5.0 + square / (7.0 + square / (9.0 + square / 11.0));
        return x / (1.0 + square / (3.0 + square / fraction));
    }
    let decay = exp(-2.0 * size);
    let value = (1.0 - decay) / (1.0 + decay);
    if x < 0.0 { -value } else { value }
}

/// The logistic function `1 / (1 + e⁻ˣ)`, without overflow on either side.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let size = if x < 0.0 { -x } else { x };
    let decay = exp(-size);
    let above = if x < 0.0 { decay } else { 1.0 };
    above / (1.0 + decay)
}

/// `1 / √x`: a root and a division, never the processor's estimate.
#[inline(always)]
pub fn inverse_root(x: f32) -> f32 {
    1.0 / x.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many steps of the format lie between a number and the true one, at most.
    fn worst(
        inputs: impl Iterator<Item = f32>,
        ours: fn(f32) -> f32,
        truth: fn(f64) -> f64,
    ) -> f64 {
        let distance = |x: f32| {
            let (ours, truth) = (f64::from(ours(x)), truth(f64::from(x)));
            let near = truth.abs().max(f64::from(f32::MIN_POSITIVE)) as f32;
            let step = f64::from(f32::from_bits(near.to_bits() + 1)) - f64::from(near);
            (ours - truth).abs() / step
        };
        inputs.map(distance).fold(0.0, f64::max)
    }

    fn sweep(from: f32, to: f32) -> impl Iterator<Item = f32> {
        (0..1_000_003).map(move |at| from + (to - from) * (at as f32 / 1_000_002.0))
    }

    /// Every 2,011th positive finite number, so that all exponents occur.
    fn positives() -> impl Iterator<Item = f32> {
        (1..f32::INFINITY.to_bits()).step_by(2_011).map(f32::from_bits)
    }

    #[test]
    fn functions_agree_with_double_precision() {
        let exp_worst =
            worst(sweep(-87.3, 88.7), exp, f64::exp).max(worst(sweep(-1.0, 1.0), exp, f64::exp));
        assert!(exp_worst < 1.5, "exp {exp_worst}");
        let ln_worst = worst(positives(), ln, f64::ln).max(worst(sweep(0.4, 2.5), ln, f64::ln));
        assert!(ln_worst < 1.5, "ln {ln_worst}");
        let tanh_worst = worst(sweep(-10.0, 10.0), tanh, f64::tanh).max(worst(
            sweep(-0.7, 0.7),
            tanh,
            f64::tanh,
        ));
        assert!(tanh_worst < 2.5, "tanh {tanh_worst}");
        let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
        let sigmoid_worst = worst(sweep(-80.0, 80.0), sigmoid, logistic);
        assert!(sigmoid_worst < 2.5, "sigmoid {sigmoid_worst}");
        let root_worst = worst(positives(), inverse_root, |x| 1.0 / x.sqrt());
        assert!(root_worst < 1.5, "inverse root {root_worst}");
    }

    #[test]
    fn ends_of_the_format_are_kept() {
        assert_eq!((exp(0.0), exp(f32::NEG_INFINITY), exp(1e9)), (1.0, 0.0, f32::INFINITY));
        assert!(exp(-100.0) > 0.0, "e⁻¹⁰⁰ is a subnormal number");
        assert!((f64::from(exp(-100.0)) - (-100f64).exp()).abs() < 2e-45);
        assert_eq!((ln(1.0), ln(0.0)), (0.0, f32::NEG_INFINITY));
        assert!(ln(-1.0).is_nan() && exp(f32::NAN).is_nan());
        assert_eq!((tanh(0.0), tanh(40.0), tanh(-40.0)), (0.0, 1.0, -1.0));
        assert_eq!((sigmoid(0.0), sigmoid(200.0), sigmoid(-200.0)), (0.5, 1.0, 0.0));
    }
}

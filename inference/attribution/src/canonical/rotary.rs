//! Rotary positions (Su et al. 2021, *RoFormer*), from tables made once.
//!
//! The tables' cosines and sines come from series in `f64` of our own, so they are the same on
//! every machine; their digest can stand in a receipt.

use super::number::Number;

/// `[context, head_width / 2]` cosines and sines.
///
/// Angles are `f32` products `position · base^(-2i/head_width)`, as Llama's reference has them.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotary {
    half: usize,
    cosines: Vec<f32>,
    sines: Vec<f32>,
}

impl Rotary {
    /// Tables for heads of a width and positions below `context`.
    pub fn new(head_width: usize, context: usize, base: f64) -> Self {
        let half = head_width / 2;
        let frequency = |pair: usize| {
            let power = (2 * pair) as f64 / head_width as f64;
            exp(-power * ln(base)) as f32
        };
        let frequencies: Vec<f32> = (0..half).map(frequency).collect();
        let mut tables = Self { half, cosines: Vec::new(), sines: Vec::new() };
        for position in 0..context {
            for frequency in &frequencies {
                let (sine, cosine) = sine_cosine(f64::from(position as f32 * frequency));
                tables.sines.push(sine as f32);
                tables.cosines.push(cosine as f32);
            }
        }
        tables
    }

    /// Turns one head's numbers at a position; the halves of a head hold the pairs' parts.
    #[inline]
    pub fn turn<N: Number>(&self, position: usize, head: &mut [N]) {
        self.rotate(position, head, 1.0);
    }

    /// The inverse turn, which is also the transpose: derivatives go back through it.
    #[inline]
    pub fn turn_back<N: Number>(&self, position: usize, head: &mut [N]) {
        self.rotate(position, head, -1.0);
    }

    #[inline(always)]
    fn rotate<N: Number>(&self, position: usize, head: &mut [N], sense: f32) {
        let range = position * self.half..(position + 1) * self.half;
        let angles = self.cosines[range.clone()].iter().zip(&self.sines[range]);
        let (first, second) = head.split_at_mut(self.half);
        for ((x, y), (cosine, sine)) in first.iter_mut().zip(second).zip(angles) {
            let (cosine, sine) = (N::constant(*cosine), N::constant(sense * sine));
            (*x, *y) = (*x * cosine - *y * sine, *y * cosine + *x * sine);
        }
    }
}

/// `eˣ` for `|x|` below 700: Taylor's series on `[-½ ln 2, ½ ln 2]`.
fn exp(x: f64) -> f64 {
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    let whole = (x * std::f64::consts::LOG2_E + ROUNDER) - ROUNDER;
    let rest = x - whole * std::f64::consts::LN_2;
    let series = (1..=18).rev().fold(1.0, |sum, term| 1.0 + rest / f64::from(term) * sum);
    series * f64::from_bits(((whole as i64 + 1023) as u64) << 52)
}

/// `ln x` for a normal `x > 0`: `e ln 2 + 2 artanh((m - 1) / (m + 1))`.
fn ln(x: f64) -> f64 {
    let offset = x.to_bits().wrapping_sub(std::f64::consts::FRAC_1_SQRT_2.to_bits());
    let power = (offset as i64) >> 52;
    let mantissa = f64::from_bits(x.to_bits().wrapping_sub((power as u64) << 52));
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let series = (0..=11).rev().fold(0.0, |sum, term| 1.0 / f64::from(2 * term + 1) + square * sum);
    power as f64 * std::f64::consts::LN_2 + 2.0 * ratio * series
}

/// Sine and cosine of an angle of at most a few thousand turns: the nearest quarter turn is taken
/// off in two parts, and Taylor's series on `[-π/4, π/4]` give the rest.
fn sine_cosine(angle: f64) -> (f64, f64) {
    // π/2 to 33 bits, and what is missing.
    const QUARTER_HIGH: f64 = 1.570_796_326_734_125_6;
    const QUARTER_LOW: f64 = 6.077_100_506_506_192e-11;
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    let quarters = (angle * std::f64::consts::FRAC_2_PI + ROUNDER) - ROUNDER;
    let rest = (angle - quarters * QUARTER_HIGH) - quarters * QUARTER_LOW;
    let square = rest * rest;
    // 1 - x²/(n(n+1)) (1 - x²/((n+2)(n+3)) (…)), from the innermost bracket out.
    let nested = |first: i32| {
        let term = |sum: f64, n: i32| 1.0 - square / f64::from((n + first) * (n + first + 1)) * sum;
        (0..=8).rev().map(|pair| 2 * pair).fold(1.0, term)
    };
    let (sine, cosine) = (rest * nested(2), nested(1));
    match (quarters as i64).rem_euclid(4) {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_agree_with_the_standard_library() {
        for at in -2_000..2_000 {
            let x = f64::from(at) * 0.01;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-14, "exp {x}");
            let y = x.exp();
            assert!((ln(y) - y.ln()).abs() < 1e-14 * y.ln().abs().max(1.0), "ln {y}");
        }
        for at in 0..100_000 {
            let angle = f64::from(at) * 0.081_920_7;
            let (sine, cosine) = sine_cosine(angle);
            assert!((sine - angle.sin()).abs() < 1e-12, "sine of {angle}");
            assert!((cosine - angle.cos()).abs() < 1e-12, "cosine of {angle}");
        }
    }

    #[test]
    fn turning_back_undoes_a_turn() {
        let rotary = Rotary::new(16, 32, 10_000.0);
        let head: Vec<f32> = (0..16).map(|at| (at as f32).cos()).collect();
        let mut turned = head.clone();
        rotary.turn(29, &mut turned);
        assert!((turned[0] - head[0]).abs() > 0.1);
        rotary.turn_back(29, &mut turned);
        assert!(turned.iter().zip(&head).all(|(turned, head)| (turned - head).abs() < 1e-6));
    }
}

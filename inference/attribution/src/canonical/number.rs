//! One number, or a number with its derivative along a direction: the same code serves both.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::math;

/// What a model computes with: [`f32`], or [`Dual`] where a derivative is carried along.
///
/// The operations of a dual's value are those of the plain number, so their bits agree.
pub trait Number:
    Copy
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// Plain numbers that it holds: 1, or 2 with a derivative.
    const PLANES: usize;

    /// From a value and a derivative; a plain number has no use for the second.
    fn join(planes: [f32; 2]) -> Self;

    /// Its value and its derivative; 0 where it has none.
    fn split(self) -> [f32; 2];

    /// `eˣ`.
    fn exp(self) -> Self;

    /// `ln x`.
    fn ln(self) -> Self;

    /// `1 / (1 + e⁻ˣ)`.
    fn sigmoid(self) -> Self;

    /// `tanh x`.
    fn tanh(self) -> Self;

    /// `1 / √x`.
    fn inverse_root(self) -> Self;

    /// A number that does not change along the direction.
    #[inline(always)]
    fn constant(value: f32) -> Self {
        Self::join([value, 0.0])
    }

    /// The same number in another kind; a derivative is lost where the other has none.
    #[inline(always)]
    fn lift<M: Number>(self) -> M {
        M::join(self.split())
    }

    /// Its value alone.
    #[inline(always)]
    fn value(self) -> f32 {
        self.split()[0]
    }
}

impl Number for f32 {
    const PLANES: usize = 1;

    #[inline(always)]
    fn join(planes: [f32; 2]) -> Self {
        planes[0]
    }

    #[inline(always)]
    fn split(self) -> [f32; 2] {
        [self, 0.0]
    }

    #[inline(always)]
    fn exp(self) -> Self {
        math::exp(self)
    }

    #[inline(always)]
    fn ln(self) -> Self {
        math::ln(self)
    }

    #[inline(always)]
    fn sigmoid(self) -> Self {
        math::sigmoid(self)
    }

    #[inline(always)]
    fn tanh(self) -> Self {
        math::tanh(self)
    }

    #[inline(always)]
    fn inverse_root(self) -> Self {
        math::inverse_root(self)
    }
}

/// `value + tangent · ε` with `ε² = 0`: arithmetic with it is forward-mode differentiation.
///
/// A gradient computed with duals carries its own derivative along the direction, which is the
/// Hessian times that direction (Pearlmutter 1994, *Fast exact multiplication by the Hessian*).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dual {
    /// The number.
    pub value: f32,
    /// Its derivative along the direction.
    pub tangent: f32,
}

impl Dual {
    /// A function's value with `derivative · tangent`.
    #[inline(always)]
    fn through(self, value: f32, derivative: f32) -> Self {
        Self { value, tangent: derivative * self.tangent }
    }
}

impl Add for Dual {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, tangent: self.tangent + other.tangent }
    }
}

impl Sub for Dual {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, tangent: self.tangent - other.tangent }
    }
}

impl Mul for Dual {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let tangent = self.value * other.tangent + self.tangent * other.value;
        Self { value: self.value * other.value, tangent }
    }
}

impl Div for Dual {
    type Output = Self;

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Self { value, tangent: (self.tangent - value * other.tangent) / other.value }
    }
}

impl Neg for Dual {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self { value: -self.value, tangent: -self.tangent }
    }
}

impl Number for Dual {
    const PLANES: usize = 2;

    #[inline(always)]
    fn join(planes: [f32; 2]) -> Self {
        Self { value: planes[0], tangent: planes[1] }
    }

    #[inline(always)]
    fn split(self) -> [f32; 2] {
        [self.value, self.tangent]
    }

    #[inline(always)]
    fn exp(self) -> Self {
        let value = math::exp(self.value);
        self.through(value, value)
    }

    #[inline(always)]
    fn ln(self) -> Self {
        self.through(math::ln(self.value), 1.0 / self.value)
    }

    #[inline(always)]
    fn sigmoid(self) -> Self {
        let value = math::sigmoid(self.value);
        self.through(value, value * (1.0 - value))
    }

    #[inline(always)]
    fn tanh(self) -> Self {
        let value = math::tanh(self.value);
        self.through(value, 1.0 - value * value)
    }

    #[inline(always)]
    fn inverse_root(self) -> Self {
        let value = math::inverse_root(self.value);
        self.through(value, -0.5 * value / self.value)
    }
}

/// Lanes of a sum.
const LANES: usize = 8;

/// The sum of numbers in a fixed order: number `i` to lane `i mod 8`, then lanes in pairs, as
/// `((0+4)+(2+6)) + ((1+5)+(3+7))`.
#[inline(always)]
pub fn sum<N: Number>(numbers: &[N]) -> N {
    let mut lanes = [N::constant(0.0); LANES];
    let (whole, rest) = numbers.as_chunks::<LANES>();
    for chunk in whole {
        for lane in 0..LANES {
            lanes[lane] = lanes[lane] + chunk[lane];
        }
    }
    for (lane, number) in lanes.iter_mut().zip(rest) {
        *lane = *lane + *number;
    }
    let four = |at: usize| lanes[at] + lanes[at + 4];
    (four(0) + four(2)) + (four(1) + four(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        type Function = (fn(Dual) -> Dual, fn(f64) -> f64);
        let functions: [Function; 7] = [
            (|x| x.exp(), |x| x.exp()),
            (|x| x.ln(), |x| x.ln()),
            (|x| x.sigmoid(), |x| 1.0 / (1.0 + (-x).exp())),
            (|x| x.tanh(), |x| x.tanh()),
            (|x| x.inverse_root(), |x| 1.0 / x.sqrt()),
            (|x| Dual::constant(2.0) / (x * x), |x| 2.0 / (x * x)),
            (|x| x * x.exp() - x / (x + Dual::constant(1.0)), |x| x * x.exp() - x / (x + 1.0)),
        ];
        for (at, (ours, truth)) in functions.into_iter().enumerate() {
            for x in [0.1, 0.7, 1.9, 3.3] {
                let found = ours(Dual { value: x as f32, tangent: 3.0 });
                let slope = (truth(x + 1e-6) - truth(x - 1e-6)) / 2e-6;
                let (value, tangent) = (f64::from(found.value), f64::from(found.tangent));
                assert!((value - truth(x)).abs() < 1e-5 * truth(x).abs().max(1.0), "{at} at {x}");
                assert!((tangent - 3.0 * slope).abs() < 1e-5 * slope.abs().max(1.0), "{at} at {x}");
            }
        }
    }

    #[test]
    fn sums_follow_the_tree() {
        let numbers: Vec<f32> = (0..19).map(|at| 1.0 + (at as f32) * 1e-3).collect();
        let lane = |at: usize| numbers.iter().skip(at).step_by(8).fold(0.0, |sum, x| sum + x);
        let pair = |at: usize| lane(at) + lane(at + 4);
        assert_eq!(sum(&numbers), (pair(0) + pair(2)) + (pair(1) + pair(3)));
    }
}

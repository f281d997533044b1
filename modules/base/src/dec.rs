//! Decimals with 18 fractional digits (the SDK's `LegacyDec`), non-negative, 256 bits inside.

use primitive_types::{U256, U512};

use crate::error::{Error, Result};

const SCALE_DIGITS: usize = 18;
const SCALE: u64 = 1_000_000_000_000_000_000;

/// A non-negative decimal, scaled by 10^18.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dec(U256);

impl Dec {
    /// Zero.
    pub fn zero() -> Self {
        Self(U256::zero())
    }

    /// One.
    pub fn one() -> Self {
        Self(U256::from(SCALE))
    }

    /// An integer.
    pub fn from_int(value: u128) -> Result<Self> {
        mul(U256::from(value), U256::from(SCALE)).map(Self)
    }

    /// `numerator / denominator`, rounded down.
    pub fn ratio(numerator: u128, denominator: u128) -> Result<Self> {
        let scaled = mul(U256::from(numerator), U256::from(SCALE))?;
        div(scaled, U256::from(denominator)).map(Self)
    }

    /// Reads the wire form: the integer scaled by 10^18, in decimal digits.
    pub fn parse_scaled(text: &str) -> Result<Self> {
        if text.is_empty() || text.len() > 77 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad(text));
        }
        U256::from_dec_str(text).map(Self).map_err(|_| bad(text))
    }

    /// Reads the people's form, such as `0.334`.
    pub fn parse(text: &str) -> Result<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let dangling = text.contains('.') && fraction.is_empty();
        if whole.is_empty() || dangling || fraction.len() > SCALE_DIGITS {
            return Err(bad(text));
        }
        Self::parse_scaled(&format!("{whole}{fraction:0<width$}", width = SCALE_DIGITS))
    }

    /// The wire form: digits of the integer scaled by 10^18.
    pub fn to_scaled(self) -> String {
        self.0.to_string()
    }

    /// `self + other`.
    pub fn checked_add(self, other: Self) -> Result<Self> {
        self.0.checked_add(other.0).map(Self).ok_or_else(|| Error::overflow("decimal"))
    }

    /// `self - other`; never negative.
    pub fn checked_sub(self, other: Self) -> Result<Self> {
        self.0.checked_sub(other.0).map(Self).ok_or_else(|| Error::overflow("decimal"))
    }

    /// `self * other`, rounded down.
    pub fn checked_mul(self, other: Self) -> Result<Self> {
        div(mul(self.0, other.0)?, U256::from(SCALE)).map(Self)
    }

    /// `self / other`, rounded down.
    pub fn checked_div(self, other: Self) -> Result<Self> {
        div(mul(self.0, U256::from(SCALE))?, other.0).map(Self)
    }

    /// `amount * self`, rounded down.
    pub fn mul_int_floor(self, amount: u128) -> Result<u128> {
        to_u128(div(mul(self.0, U256::from(amount))?, U256::from(SCALE))?)
    }

    /// `self * numerator / denominator`, rounded down once, exact inside (512 bits).
    pub fn scale(self, numerator: u128, denominator: u128) -> Result<Self> {
        div_wide(self.0.full_mul(numerator.into()), denominator.into()).map(Self)
    }

    /// The part of an integer amount that `self` is of `whole`: `amount * self / whole`, rounded
    /// down once.
    pub fn part_of(self, whole: Self, amount: u128) -> Result<u128> {
        to_u128(div_wide(self.0.full_mul(amount.into()), whole.0)?)
    }

    /// As [`Dec::part_of`], to 18 digits: `amount * self / whole`, rounded down once.
    pub fn share_of(self, whole: Self, amount: u128) -> Result<Self> {
        let wide = self.0.full_mul(amount.into()).checked_mul(SCALE.into());
        div_wide(wide.ok_or_else(|| Error::overflow("decimal"))?, whole.0).map(Self)
    }

    /// Integer part.
    pub fn floor(self) -> Result<u128> {
        to_u128(div(self.0, U256::from(SCALE))?)
    }
}

fn mul(a: U256, b: U256) -> Result<U256> {
    a.checked_mul(b).ok_or_else(|| Error::overflow("decimal"))
}

fn div(a: U256, b: U256) -> Result<U256> {
    a.checked_div(b).ok_or_else(|| Error::invalid_request("division by zero"))
}

fn div_wide(a: U512, b: U256) -> Result<U256> {
    let quotient =
        a.checked_div(b.into()).ok_or_else(|| Error::invalid_request("division by zero"))?;
    U256::try_from(quotient).map_err(|_| Error::overflow("decimal"))
}

fn to_u128(value: U256) -> Result<u128> {
    u128::try_from(value).map_err(|_| Error::overflow("decimal"))
}

fn bad(text: &str) -> Error {
    Error::invalid_request(format!(
        "invalid decimal {text:?}, expected digits with at most {SCALE_DIGITS} after the point"
    ))
}

impl std::fmt::Display for Dec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = format!("{:0>width$}", self.0.to_string(), width = SCALE_DIGITS + 1);
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(SCALE_DIGITS));
        write!(f, "{whole}.{fraction}")
    }
}

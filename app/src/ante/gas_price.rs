//! The node's own price of gas: what a tx must offer to enter this node's mempool.

use std::str::FromStr;

use whence_base::coin::is_denom;
use whence_base::{Coin, Coins, Error, Result};

/// Prices have at most 18 decimals.
const SCALE: u128 = 1_000_000_000_000_000_000;
const SCALE_DIGITS: usize = 18;

/// Minimum gas prices, one a denomination: `0.025uwhn,0.1uatom`. One of them must be met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GasPrices(Vec<(String, u128)>);

impl FromStr for GasPrices {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut prices: Vec<(String, u128)> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let at = part.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(|| bad(part))?;
            let (number, denom) = part.split_at_checked(at).ok_or_else(|| bad(part))?;
            if !is_denom(denom) || prices.iter().any(|(known, _)| known == denom) {
                return Err(bad(part));
            }
            prices.push((denom.to_owned(), scaled(number).ok_or_else(|| bad(part))?));
        }
        prices.sort();
        Ok(Self(prices))
    }
}

impl std::fmt::Display for GasPrices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, (denom, price)) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let (whole, rest) = (price.div_euclid(SCALE), price.rem_euclid(SCALE));
            write!(f, "{comma}{whole}.{rest:018}{denom}")?;
        }
        Ok(())
    }
}

impl GasPrices {
    /// Whether none is given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fee of an amount of gas, rounded up, in the first denomination.
    pub fn fee(&self, gas: u64) -> Option<Coin> {
        let (denom, price) = self.0.first()?;
        Some(Coin::new(denom, required(gas, *price)?))
    }

    /// Refuses a fee that meets no price.
    pub fn check(&self, fee: &Coins, gas: u64) -> Result<()> {
        let wanted: Vec<(&str, Option<u128>)> =
            self.0.iter().map(|(denom, price)| (denom.as_str(), required(gas, *price))).collect();
        let free = wanted.iter().all(|(_, amount)| *amount == Some(0));
        let met = |(denom, amount): &(&str, Option<u128>)| {
            amount.is_some_and(|amount| amount > 0 && fee.amount_of(denom) >= amount)
        };
        if free || wanted.iter().any(met) {
            return Ok(());
        }
        let required: Vec<String> = wanted
            .iter()
            .map(|(denom, amount)| format!("{}{denom}", amount.unwrap_or(u128::MAX)))
            .collect();
        let required = required.join(",");
        Err(Error::insufficient_fee(format!("insufficient fees; got: {fee} required: {required}")))
    }
}

fn required(gas: u64, price: u128) -> Option<u128> {
    let product = u128::from(gas).checked_mul(price)?;
    product.checked_add(SCALE.saturating_sub(1)).map(|sum| sum.div_euclid(SCALE))
}

/// A decimal as an integer scaled by 10^18.
fn scaled(text: &str) -> Option<u128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > SCALE_DIGITS {
        return None;
    }
    let fraction: u128 = format!("{fraction:0<SCALE_DIGITS$}").parse().ok()?;
    whole.parse::<u128>().ok()?.checked_mul(SCALE)?.checked_add(fraction)
}

fn bad(part: &str) -> Error {
    Error::invalid_coins(format!("invalid gas price {part:?}, expected such as 0.025uwhn"))
}

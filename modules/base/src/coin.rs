//! Coins: a denomination and a `u128` amount; sets of coins are sorted by denomination, positive
//! only.

use std::collections::BTreeMap;

use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;

use crate::error::{Error, Result};

/// An amount of one denomination, in its base unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coin {
    /// Base denomination, such as `uwhn`.
    pub denom: String,
    /// Amount in base units.
    pub amount: u128,
}

/// Coins of several denominations: sorted, unique, no zeroes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coins(BTreeMap<String, u128>);

/// Whether a text is a denomination: `[a-zA-Z][a-zA-Z0-9/:._-]{2,127}` (SDK `types/coin.go`).
pub fn is_denom(text: &str) -> bool {
    let mut chars = text.chars();
    (3..=128).contains(&text.len())
        && chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || "/:._-".contains(c))
}

impl Coin {
    /// A coin whose denomination is known to be right.
    pub fn new(denom: &str, amount: u128) -> Self {
        Self { denom: denom.to_owned(), amount }
    }

    /// Reads a proto coin; zero is allowed here.
    pub fn parse(pb: &PbCoin) -> Result<Self> {
        if !is_denom(&pb.denom) {
            return Err(Error::invalid_coins(format!("invalid denom: {:?}", pb.denom)));
        }
        Ok(Self { denom: pb.denom.clone(), amount: parse_amount(&pb.amount)? })
    }

    /// Reads a proto coin that must be there and be positive.
    pub fn parse_positive(pb: Option<&PbCoin>, what: &str) -> Result<Self> {
        let pb = pb.ok_or_else(|| Error::invalid_coins(format!("{what} is missing")))?;
        let coin = Self::parse(pb)?;
        if coin.amount == 0 {
            return Err(Error::invalid_coins(format!("{what} must be positive, got {coin}")));
        }
        Ok(coin)
    }

    /// The proto form.
    pub fn to_proto(&self) -> PbCoin {
        PbCoin { denom: self.denom.clone(), amount: self.amount.to_string() }
    }

    /// Sum of two amounts of one denomination.
    pub fn checked_add(&self, other: &Coin) -> Result<Coin> {
        self.same(other)?;
        let amount = self.amount.checked_add(other.amount);
        Ok(Coin::new(&self.denom, amount.ok_or_else(|| Error::overflow("coin amount"))?))
    }

    /// Difference of two amounts of one denomination; never negative.
    pub fn checked_sub(&self, other: &Coin) -> Result<Coin> {
        self.same(other)?;
        let amount = self
            .amount
            .checked_sub(other.amount)
            .ok_or_else(|| Error::insufficient_funds(format!("{self} is smaller than {other}")))?;
        Ok(Coin::new(&self.denom, amount))
    }

    fn same(&self, other: &Coin) -> Result<()> {
        if self.denom == other.denom {
            return Ok(());
        }
        Err(Error::invalid_coins(format!("expected denom {}, got {}", self.denom, other.denom)))
    }
}

impl std::fmt::Display for Coin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.amount, self.denom)
    }
}

/// Reads a non-negative decimal integer without sign, spaces or leading zeroes.
pub fn parse_amount(text: &str) -> Result<u128> {
    let plain = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    let bad = || Error::invalid_coins(format!("invalid amount {text:?}, expected 0 to 2^128-1"));
    if !plain {
        return Err(bad());
    }
    text.parse().map_err(|_| bad())
}

impl Coins {
    /// No coins.
    pub fn new() -> Self {
        Self::default()
    }

    /// One coin; a zero amount gives no coins.
    pub fn of(coin: &Coin) -> Self {
        Self(if coin.amount == 0 {
            BTreeMap::new()
        } else {
            BTreeMap::from([(coin.denom.clone(), coin.amount)])
        })
    }

    /// Reads proto coins as the SDK does in messages: sorted, unique, positive.
    pub fn parse(list: &[PbCoin]) -> Result<Self> {
        let mut coins = BTreeMap::new();
        let mut last: Option<&str> = None;
        for pb in list {
            let coin = Coin::parse(pb)?;
            if coin.amount == 0 {
                return Err(Error::invalid_coins(format!("coin {coin} amount is not positive")));
            }
            if last.is_some_and(|l| l >= pb.denom.as_str()) {
                return Err(Error::invalid_coins(format!(
                    "denomination {} is not sorted or is repeated",
                    pb.denom
                )));
            }
            last = Some(&pb.denom);
            coins.insert(coin.denom, coin.amount);
        }
        Ok(Self(coins))
    }

    /// Proto form, sorted by denomination.
    pub fn to_proto(&self) -> Vec<PbCoin> {
        self.iter().map(|c| c.to_proto()).collect()
    }

    /// Amount of a denomination, zero when absent.
    pub fn amount_of(&self, denom: &str) -> u128 {
        self.0.get(denom).copied().unwrap_or(0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each coin, sorted by denomination.
    pub fn iter(&self) -> impl Iterator<Item = Coin> + '_ {
        self.0.iter().map(|(d, a)| Coin::new(d, *a))
    }

    /// Adds one coin.
    pub fn add(&mut self, coin: &Coin) -> Result<()> {
        let sum = self
            .amount_of(&coin.denom)
            .checked_add(coin.amount)
            .ok_or_else(|| Error::overflow("coin amount"))?;
        self.put(&coin.denom, sum);
        Ok(())
    }

    /// Adds all coins of another set.
    pub fn add_all(&mut self, other: &Coins) -> Result<()> {
        other.iter().try_for_each(|c| self.add(&c))
    }

    /// Takes one coin away; fails when there is not enough.
    pub fn sub(&mut self, coin: &Coin) -> Result<()> {
        let have = self.amount_of(&coin.denom);
        let rest = have.checked_sub(coin.amount).ok_or_else(|| {
            Error::insufficient_funds(format!("{have}{} is smaller than {coin}", coin.denom))
        })?;
        self.put(&coin.denom, rest);
        Ok(())
    }

    /// Takes all coins of another set away.
    pub fn sub_all(&mut self, other: &Coins) -> Result<()> {
        other.iter().try_for_each(|c| self.sub(&c))
    }

    fn put(&mut self, denom: &str, amount: u128) {
        if amount == 0 {
            self.0.remove(denom);
        } else {
            self.0.insert(denom.to_owned(), amount);
        }
    }
}

impl From<Coin> for Coins {
    fn from(coin: Coin) -> Self {
        Self::of(&coin)
    }
}

impl std::fmt::Display for Coins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, coin) in self.iter().enumerate() {
            write!(f, "{}{coin}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

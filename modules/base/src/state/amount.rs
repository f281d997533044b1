//! An amount of coins as a stored value: two varints, so that common amounts take few bytes.

/// A `u128` in protobuf: `{1: low 64 bits, 2: high 64 bits}`.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct Amount {
    /// Low 64 bits.
    #[prost(uint64, tag = "1")]
    pub low: u64,
    /// High 64 bits.
    #[prost(uint64, tag = "2")]
    pub high: u64,
}

impl From<u128> for Amount {
    fn from(value: u128) -> Self {
        let bytes = value.to_be_bytes();
        let (high, low) = bytes.split_at(8);
        Self { low: word(low), high: word(high) }
    }
}

impl From<Amount> for u128 {
    fn from(amount: Amount) -> Self {
        (u128::from(amount.high) << 64_u32) | u128::from(amount.low)
    }
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |word, byte| (word << 8_u32) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::Amount;

    #[test]
    fn an_amount_comes_back() {
        for value in [0, 1, u128::from(u64::MAX), u128::from(u64::MAX) + 1, u128::MAX] {
            assert_eq!(u128::from(Amount::from(value)), value);
        }
    }
}

//! Decimals as text: `50000000000000000` on the wire is `0.050000000000000000` to people.

/// Decimal places of every `LegacyDec`.
const PLACES: usize = 18;
/// More digits than any 256-bit number scaled by 10^18 has.
const DIGITS_MAX: usize = 100;

/// The decimal of an integer that is scaled by 10^18; none when it is no integer.
pub(crate) fn from_scaled(scaled: &str) -> Option<String> {
    let (negative, digits) = split_sign(scaled);
    let digits = significant(digits)?;
    let padded = format!("{digits:0>width$}", width = PLACES.checked_add(1)?);
    let (whole, places) = padded.split_at_checked(padded.len().checked_sub(PLACES)?)?;
    let sign = if negative && !digits.is_empty() { "-" } else { "" };
    Some(format!("{sign}{whole}.{places}"))
}

/// The integer, scaled by 10^18, of a decimal with at most 18 places; none when it is none.
pub(crate) fn to_scaled(decimal: &str) -> Option<String> {
    let (negative, rest) = split_sign(decimal);
    let (whole, places) = match rest.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, places)) => (whole, places),
        None => (rest, ""),
    };
    if whole.is_empty() || places.len() > PLACES {
        return None;
    }
    let all = format!("{whole}{places:0<PLACES$}");
    Some(match significant(&all)? {
        "" => "0".to_owned(),
        digits if negative => format!("-{digits}"),
        digits => digits.to_owned(),
    })
}

/// True for a decimal integer, as `math.Int` takes it.
pub(crate) fn is_integer(text: &str) -> bool {
    significant(split_sign(text).1).is_some()
}

fn split_sign(text: &str) -> (bool, &str) {
    text.strip_prefix('-').map_or((false, text), |rest| (true, rest))
}

/// The digits without leading zeros (none for zero); `None` when there is anything but digits.
fn significant(digits: &str) -> Option<&str> {
    let sound = !digits.is_empty()
        && digits.len() <= DIGITS_MAX
        && digits.bytes().all(|b| b.is_ascii_digit());
    sound.then(|| digits.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::{from_scaled, is_integer, to_scaled};

    #[test]
    fn decimals_and_scaled_integers_are_the_same_thing() {
        for (scaled, decimal) in [
            ("0", "0.000000000000000000"),
            ("1", "0.000000000000000001"),
            ("50000000000000000", "0.050000000000000000"),
            ("1000000000000000000", "1.000000000000000000"),
            ("-1500000000000000000", "-1.500000000000000000"),
            ("123456789012345678901234567890", "123456789012.345678901234567890"),
        ] {
            assert_eq!(from_scaled(scaled).as_deref(), Some(decimal));
            assert_eq!(to_scaled(decimal).as_deref(), Some(scaled));
        }
    }

    #[test]
    fn short_and_padded_decimals_are_understood() {
        for (decimal, scaled) in [
            ("1", "1000000000000000000"),
            ("0.5", "500000000000000000"),
            ("007.10", "7100000000000000000"),
            ("-0", "0"),
        ] {
            assert_eq!(to_scaled(decimal).as_deref(), Some(scaled), "{decimal}");
        }
        assert_eq!(from_scaled("000").as_deref(), Some("0.000000000000000000"));
        assert_eq!(from_scaled("-0").as_deref(), Some("0.000000000000000000"));
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in ["", "-", ".5", "1.", "1e3", "+1", "0.1234567890123456789", "1,5", "٣", " 1"] {
            assert_eq!(to_scaled(bad), None, "{bad}");
        }
        for bad in ["", "-", "1.5", "0x1", "--1", &"9".repeat(101)] {
            assert_eq!(from_scaled(bad), None, "{bad}");
            assert!(!is_integer(bad), "{bad}");
        }
        assert!(is_integer("-12"));
    }
}

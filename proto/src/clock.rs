//! Points in time and spans of time as text.

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// Seconds that a protobuf `Duration` may hold: ten thousand years.
const DURATION_SECONDS_MAX: u64 = 315_576_000_000;

/// `2026-11-21T07:56:20` of a point in time within the years 1 to 9999.
pub(crate) fn second_text(seconds: i64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    let (date, clock) = (at.date(), at.time());
    (1..=9999).contains(&date.year()).then(|| {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            date.year(),
            u8::from(date.month()),
            date.day(),
            clock.hour(),
            clock.minute(),
            clock.second()
        )
    })
}

/// A point in time as JSON has it: with 0, 3, 6 or 9 decimal places.
pub(crate) fn timestamp_text(seconds: i64, nanos: i32) -> Option<String> {
    Some(format!("{}{}Z", second_text(seconds)?, places(u32::try_from(nanos).ok()?)?))
}

/// Reads RFC 3339 in any offset.
pub(crate) fn parse_timestamp(text: &str) -> Option<(i64, i32)> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?.to_offset(UtcOffset::UTC);
    let nanos = i32::try_from(at.nanosecond()).ok()?;
    (1..=9999).contains(&at.year()).then_some((at.unix_timestamp(), nanos))
}

/// A span as JSON has it: seconds with 0, 3, 6 or 9 decimal places and an `s`.
pub(crate) fn duration_text(seconds: i64, nanos: i32) -> Option<String> {
    let mixed = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
    if mixed || seconds.unsigned_abs() > DURATION_SECONDS_MAX {
        return None;
    }
    let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
    Some(format!("{sign}{}{}s", seconds.unsigned_abs(), places(nanos.unsigned_abs())?))
}

/// Reads what [`duration_text`] writes, with any number of places up to nine.
pub(crate) fn parse_duration(text: &str) -> Option<(i64, i32)> {
    let text = text.strip_suffix('s')?;
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, places) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, places)) => (whole, places),
        None => (text, ""),
    };
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(places) || places.len() > 9 {
        return None;
    }
    let seconds = whole.parse::<i64>().ok()?;
    let nanos = format!("{places:0<9}").parse::<i32>().ok()?;
    if seconds.unsigned_abs() > DURATION_SECONDS_MAX {
        return None;
    }
    Some(if negative { (seconds.checked_neg()?, nanos.checked_neg()?) } else { (seconds, nanos) })
}

/// The decimal places of a second, in threes, with their point; none for a whole second.
fn places(nanos: u32) -> Option<String> {
    if nanos > 999_999_999 {
        return None;
    }
    let all = format!(".{nanos:09}");
    let short = all.strip_suffix("000").unwrap_or(&all);
    let short = short.strip_suffix("000").unwrap_or(short);
    Some(short.strip_suffix(".000").unwrap_or(short).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{duration_text, parse_duration, parse_timestamp, timestamp_text};

    #[test]
    fn times_have_places_in_threes() {
        for (seconds, nanos, text) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (1_795_248_580, 120_000_000, "2026-11-21T08:09:40.120Z"),
            (-62_135_596_800, 1, "0001-01-01T00:00:00.000000001Z"),
            (253_402_300_799, 999_999_000, "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(timestamp_text(seconds, nanos).as_deref(), Some(text));
            assert_eq!(parse_timestamp(text), Some((seconds, nanos)));
        }
        assert_eq!(parse_timestamp("1970-01-01T01:00:00+01:00"), Some((0, 0)));
    }

    #[test]
    fn spans_have_places_in_threes() {
        for (seconds, nanos, text) in [
            (172_800, 0, "172800s"),
            (0, 500_000_000, "0.500s"),
            (-1, -1, "-1.000000001s"),
            (0, 0, "0s"),
        ] {
            assert_eq!(duration_text(seconds, nanos).as_deref(), Some(text));
            assert_eq!(parse_duration(text), Some((seconds, nanos)));
        }
        assert_eq!(parse_duration("1.5s"), Some((1, 500_000_000)));
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        assert_eq!(timestamp_text(i64::MAX, 0), None);
        assert_eq!(timestamp_text(253_402_300_800, 0), None);
        assert_eq!(timestamp_text(0, -1), None);
        assert_eq!(timestamp_text(0, 1_000_000_000), None);
        assert_eq!(duration_text(1, -1), None);
        assert_eq!(duration_text(i64::MIN, 0), None);
        for bad in ["", "s", "1", "1.s", ".5s", "1.0000000001s", "--1s", "+1s", "999999999999s"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
        for bad in ["", "1970-01-01", "1970-13-01T00:00:00Z", "yesterday"] {
            assert_eq!(parse_timestamp(bad), None, "{bad}");
        }
    }
}

//! The words of a story as what they mean: numbers, lists, places, ranges.

use whence_proto::whence::datanet::v1 as pb;

pub(super) fn number(text: &str) -> u64 {
    text.parse().unwrap()
}

pub(super) fn list(text: &str) -> Vec<String> {
    text.split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

pub(super) fn place_of(text: &str) -> (u64, u64) {
    let (id, row) = text.split_once('.').unwrap();
    (number(id), number(row))
}

/// `0+2,5+1`: ranges as first+count.
pub(super) fn ranges(text: &str) -> Vec<pb::RowRange> {
    let range = |t: &String| {
        let (first, count) = t.split_once('+').unwrap();
        pb::RowRange { first: number(first), count: number(count) }
    };
    list(text).iter().map(range).collect()
}

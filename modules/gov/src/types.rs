//! Domain types of gov, read once from their protobuf forms.

use whence_base::{Dec, Error, Result, Time};
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::{Duration, Timestamp};

use crate::error::GovError;
use crate::state::TimeKey;

/// Most options of a weighted vote: each once.
const OPTIONS: usize = 4;

/// Reads the options of a vote: each known option once, weights of more than zero that sum to one.
pub(crate) fn parse_options(list: &[pb::WeightedVoteOption]) -> Result<Vec<(pb::VoteOption, Dec)>> {
    let bad = |why: String| Error::from(GovError::InvalidVote(why));
    if list.is_empty() || list.len() > OPTIONS {
        return Err(bad(format!("{} options, expected 1 to {OPTIONS}", list.len())));
    }
    let (mut options, mut total) = (Vec::new(), Dec::zero());
    for weighted in list {
        let option = pb::VoteOption::try_from(weighted.option).unwrap_or_default();
        if option == pb::VoteOption::Unspecified {
            return Err(bad(format!("option {}, expected 1 to 4", weighted.option)));
        }
        if options.iter().any(|(other, _)| *other == option) {
            return Err(bad(format!("duplicated vote option {}", option.as_str_name())));
        }
        let weight = Dec::parse(&weighted.weight).map_err(|e| bad(e.message))?;
        if weight == Dec::zero() {
            return Err(bad("a weight is zero, expected more".to_owned()));
        }
        total = total.checked_add(weight)?;
        options.push((option, weight));
    }
    if total != Dec::one() {
        return Err(bad(format!("total weight {total}, expected 1")));
    }
    Ok(options)
}

/// The protobuf form of the options.
pub(crate) fn options_to_proto(options: &[(pb::VoteOption, Dec)]) -> Vec<pb::WeightedVoteOption> {
    let one = |(option, weight): &(pb::VoteOption, Dec)| pb::WeightedVoteOption {
        option: (*option).into(),
        weight: weight.to_string(),
    };
    options.iter().map(one).collect()
}

/// A tally without any vote.
pub(crate) fn no_votes() -> pb::TallyResult {
    let zero = || "0".to_owned();
    pb::TallyResult {
        yes_count: zero(),
        abstain_count: zero(),
        no_count: zero(),
        no_with_veto_count: zero(),
    }
}

/// The protobuf form of a time.
pub(crate) fn timestamp(time: Time) -> Timestamp {
    Timestamp { seconds: time.seconds, nanos: time.nanos }
}

/// A time as a key; absent or before the epoch is the epoch.
pub(crate) fn time_key(time: Option<&Timestamp>) -> TimeKey {
    let (seconds, nanos) = time.map_or((0, 0), |t| (t.seconds, t.nanos));
    (u64::try_from(seconds).unwrap_or(0), u32::try_from(nanos).unwrap_or(0))
}

/// Whole seconds as a duration.
pub(crate) fn duration(seconds: u64) -> Duration {
    Duration { seconds: i64::try_from(seconds).unwrap_or(i64::MAX), nanos: 0 }
}

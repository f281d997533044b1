//! Tunables: the default split, and the bounds within which a proposal may move each share.

use whence_base::{Result, ensure};
use whence_proto::whence::reward::v1 as pb;

use crate::error::Error;
use crate::types::WHOLE_PPB;

/// One per cent, in parts per billion.
const PER_CENT: u32 = 10_000_000;

/// The parameters of a new chain.
pub fn default() -> pb::Params {
    pb::Params {
        split: Some(per_cent([50, 25, 10, 3, 5, 2, 4, 1])),
        split_min: Some(per_cent([30, 10, 0, 0, 0, 0, 2, 1])),
        split_max: Some(per_cent([80, 50, 25, 10, 20, 10, 10, 10])),
    }
}

/// Contributors, provider, developer, proposer, feedback, datanet owners, stakers, community pool.
fn per_cent(shares: [u32; 8]) -> pb::Split {
    let [a, b, c, d, e, f, g, h] = shares.map(|s| s.saturating_mul(PER_CENT));
    pb::Split {
        contributors_ppb: a,
        provider_ppb: b,
        developer_ppb: c,
        proposer_ppb: d,
        feedback_ppb: e,
        datanet_owners_ppb: f,
        stakers_ppb: g,
        community_pool_ppb: h,
    }
}

/// The eight shares of a split, with their names.
pub fn shares(s: &pb::Split) -> [(&'static str, u32); 8] {
    [
        ("contributors_ppb", s.contributors_ppb),
        ("provider_ppb", s.provider_ppb),
        ("developer_ppb", s.developer_ppb),
        ("proposer_ppb", s.proposer_ppb),
        ("feedback_ppb", s.feedback_ppb),
        ("datanet_owners_ppb", s.datanet_owners_ppb),
        ("stakers_ppb", s.stakers_ppb),
        ("community_pool_ppb", s.community_pool_ppb),
    ]
}

/// Whether the eight shares make a whole.
pub fn is_whole(split: &pb::Split) -> bool {
    shares(split).iter().map(|(_, s)| u64::from(*s)).sum::<u64>() == u64::from(WHOLE_PPB)
}

/// Checks the default split and the bounds.
pub fn validate(p: &pb::Params) -> Result<()> {
    let (min, max) = bounds(p)?;
    for ((name, least), (_, most)) in shares(min).into_iter().zip(shares(max)) {
        let text = format!("bounds of {name} are {least} to {most}, expected within a whole");
        ensure(least <= most && most <= WHOLE_PPB, Error::BadSplit(text))?;
    }
    let split = p.split.as_ref().ok_or_else(|| missing("split"))?;
    within(p, split)
}

/// Checks a split against the bounds: how a proposal's is checked.
pub fn within(p: &pb::Params, split: &pb::Split) -> Result<()> {
    ensure(is_whole(split), Error::BadSplit(format!("shares must sum to {WHOLE_PPB}")))?;
    let (min, max) = bounds(p)?;
    let bounds = shares(min).into_iter().zip(shares(max));
    for ((name, got), ((_, least), (_, most))) in shares(split).into_iter().zip(bounds) {
        let text = format!("{name} is {got}, expected {least} to {most}");
        ensure((least..=most).contains(&got), Error::BadSplit(text))?;
    }
    Ok(())
}

fn bounds(p: &pb::Params) -> Result<(&pb::Split, &pb::Split)> {
    let min = p.split_min.as_ref().ok_or_else(|| missing("split_min"))?;
    let max = p.split_max.as_ref().ok_or_else(|| missing("split_max"))?;
    Ok((min, max))
}

fn missing(what: &str) -> whence_base::Error {
    Error::BadSplit(format!("{what} is missing")).into()
}

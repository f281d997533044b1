//! Liars who support their lie with a forged leaf or a forged query vector, before a whole
//! verifier and before two that leave a check out.

use anyhow::Result;
use rand_chacha::ChaCha8Rng;
use whence_canon::claim::{Case, Ground, Shown};
use whence_canon::index::{Header, LEAF_BYTES, Leaf, norm};
use whence_canon::measure::{Listed, Measure, excess, left_of_billion, measure_digest};
use whence_canon::score::{Bits, Vector};

use super::world::{Published, World};
use crate::random;

/// Shares of the lies that are caught.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shares {
    pub(super) whole: f64,
    pub(super) without_path: f64,
    pub(super) without_query_hash: f64,
}

const TRIALS: u64 = 100;

/// Tries lies on answers of one world.
pub(super) fn run(seed: u64, rows: usize) -> Result<Shares> {
    let world = World::new(seed, rows, Bits::Eight)?;
    let stream = &mut random::stream(seed, "fraud.control");
    let (mut whole, mut pathless, mut hashless) = (0usize, 0usize, 0usize);
    for trial in 0..TRIALS {
        let honest = world.answer(trial)?;
        let place = usual(&honest, stream)?;
        let (lied, leaf) = with_leaf(&honest, place)?;
        whole += usize::from(caught(&lied, (place, &leaf), &lied.query, Checks::All)?);
        pathless += usize::from(caught(&lied, (place, &leaf), &lied.query, Checks::NoPath)?);
        let (lied, query) = with_query(&honest, place)?;
        let leaf = &lied.leaves[place];
        whole += usize::from(caught(&lied, (place, leaf), &query, Checks::All)?);
        hashless += usize::from(caught(&lied, (place, leaf), &query, Checks::NoQueryHash)?);
    }
    let share = |count: usize, of: u64| count as f64 / of as f64;
    Ok(Shares {
        whole: share(whole, 2 * TRIALS),
        without_path: share(pathless, TRIALS),
        without_query_hash: share(hashless, TRIALS),
    })
}

/// The place of some row that is no outlier.
fn usual(honest: &Published, stream: &mut ChaCha8Rng) -> Result<usize> {
    let header = Header::parse(&honest.header)?;
    loop {
        let place = random::below(stream, honest.leaves.len());
        let leaf = Leaf::parse(&header.settings.shape, &honest.leaves[place])?;
        if leaf.self_influence <= header.calibration.self_influence_max {
            return Ok(place);
        }
    }
}

/// A measure in which one row has more than its due, and a sound leaf that says so.
fn with_leaf(honest: &Published, place: usize) -> Result<(Published, Vec<u8>)> {
    let header = Header::parse(&honest.header)?;
    let shape = &header.settings.shape;
    let mut forged = honest.leaves[place].clone();
    // The query itself as the row's vector: no row is worth more.
    forged[LEAF_BYTES..].copy_from_slice(&honest.query);
    let fixed = {
        let leaf = Leaf::parse(shape, &forged)?;
        let own = leaf.vector.product(&leaf.vector)?.max(0).unsigned_abs();
        Leaf { self_influence: own, norm: norm(own), ..leaf }.fixed()
    };
    forged[..fixed.len()].copy_from_slice(&fixed);
    let query_shape = shape.of_query()?;
    let query = Vector::parse(&query_shape, &honest.query)?;
    let mut leaves = honest.leaves.clone();
    leaves[place].clone_from(&forged);
    Ok((lie(honest, &header, &leaves, &query)?, forged))
}

/// A measure that follows from another query, which is shown in place of the right one: the
/// vector of the row that is to earn.
fn with_query(honest: &Published, place: usize) -> Result<(Published, Vec<u8>)> {
    let header = Header::parse(&honest.header)?;
    let query_shape = header.settings.shape.of_query()?;
    let forged = honest.leaves[place][LEAF_BYTES..].to_vec();
    let query = Vector::parse(&query_shape, &forged)?;
    Ok((lie(honest, &header, &honest.leaves, &query)?, forged))
}

/// The measure of these leaves and this query, committed to with the honest root and query.
fn lie(
    honest: &Published,
    header: &Header,
    leaves: &[Vec<u8>],
    query: &Vector<'_>,
) -> Result<Published> {
    let weigh = |bytes: &Vec<u8>| -> Result<(Listed, u64)> {
        let leaf = Leaf::parse(&header.settings.shape, bytes)?;
        let listed = Listed::of(&leaf, query)?;
        Ok((listed, excess(listed.pay, leaf.self_influence, &header.calibration)))
    };
    let rows = leaves.iter().map(weigh).collect::<Result<Vec<_>>>()?;
    let mut measure = Measure::of(&rows, &header.calibration)?;
    measure.unattributed_ppb = left_of_billion(&measure.shares(&header.calibration));
    let mut lied = honest.clone();
    lied.measure = measure.bytes();
    lied.answer.measure = measure_digest(&lied.measure);
    lied.recorded = lied.answer.digest();
    Ok(lied)
}

/// What a verifier checks of what the liar shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Checks {
    All,
    NoPath,
    NoQueryHash,
}

/// Whether a verifier that asks for one row's leaf and the query sees the lie. Refusing what is
/// shown is catching: who does not show what was committed to loses.
fn caught(
    lied: &Published,
    (place, leaf): (usize, &[u8]),
    query: &[u8],
    checks: Checks,
) -> Result<bool> {
    let ground = Ground::open(&lied.index, &lied.header, &lied.path(0)?)?;
    let receipts = (&lied.index, &lied.answer);
    let path = lied.path(place + 1)?;
    let shown = Shown { place: place as u64, bytes: leaf, path: &path };
    let bound = checks == Checks::NoQueryHash
        || Case::open(&ground, receipts, query, &lied.measure).is_ok();
    let placed = checks == Checks::NoPath || ground.leaf(&shown).is_ok();
    if !bound || !placed {
        return Ok(true);
    }
    // Nothing is refused: what is left is whether the score is that of what is shown.
    let measure = Measure::parse(&lied.measure)?;
    let leaf = Leaf::parse(&ground.header().settings.shape, leaf)?;
    let found = Listed::of(&leaf, &Vector::parse(ground.query_shape(), query)?)?;
    let listed = measure.listed.iter().find(|listed| listed.row == leaf.row);
    Ok(listed.is_some_and(|listed| *listed != found))
}

//! What an index's own rows say about scores: where chance ends, what a whole answer is, and which
//! rows are outliers. Integers of the leaves alone, so that anybody can check it.
//!
//! Evenly spaced rows ask with their own vectors over their norms: row `i` scores row `j`
//! `pᵢⱼ = (xᵢ · xⱼ / normⱼ) / normᵢ`, which is the pay score that a query like row `i` would
//! give row `j`; rows of the asker's own cluster are left out. The threshold `τ` is the 90th
//! percentile of all of these (what nine of ten unrelated pairs stay under), at least 0; the whole
//! `W` is the median over askers of `Σⱼ max(0, pᵢⱼ − τ)`, at least 1 unit: as much as a typical
//! text of the dataset itself is explained by the others. The outlier gate is the median of all
//! self-influences plus five times their median absolute deviation (Leys et al. 2013 on why not
//! the standard deviation). All of this is fixed beforehand and never fitted to a ground truth.

use whence_canon::index::{Calibration, IndexError, LEAF_BYTES, Leaf, Settings, pay_score};
use whence_canon::measure::excess;
use whence_canon::score::Vector;

use super::refused;
use super::scan::scores;
use crate::error::{Error, Result};

/// Rows that ask, where there are no more than [`PAIRS_MAX`] over it.
const ASKERS_MAX: usize = 256;
/// Rows that ask at least.
const ASKERS_MIN: usize = 16;
/// Pairs that are held in memory.
const PAIRS_MAX: usize = 1 << 22;
/// Deviations above the median that are still usual.
const DEVIATIONS: u64 = 5;

/// Calibrates leaves that follow each other, as [`super::file::unfinished`] gives them.
pub fn calibrate(settings: &Settings, bytes: &[u8]) -> Result<Calibration> {
    let size = settings.shape.bytes() + LEAF_BYTES;
    let read = |leaf| Leaf::trusted(&settings.shape, leaf);
    let leaves: Vec<Leaf<'_>> =
        bytes.chunks_exact(size).map(read).collect::<Result<_, _>>().map_err(refused)?;
    if leaves.is_empty() {
        return Err(Error::Setting("an index has at least one row".into()));
    }
    let self_influence_max = gate(leaves.iter().map(|leaf| leaf.self_influence).collect());
    let askers = (PAIRS_MAX / leaves.len()).clamp(ASKERS_MIN, ASKERS_MAX).min(leaves.len());
    let places = (0..askers).map(|asker| asker * leaves.len() / askers);
    let answers: Vec<Vec<(i64, u64)>> = places
        .map(|place| ask(&leaves, bytes, place))
        .collect::<Result<_, _>>()
        .map_err(refused)?;
    let mut all: Vec<i64> = answers.iter().flatten().map(|(pay, _)| *pay).collect();
    all.sort_unstable();
    let threshold = all.get(all.len() * 9 / 10).copied().unwrap_or(0).max(0);
    let calibration = Calibration { threshold, whole: 1, self_influence_max };
    let explained = |answers: &Vec<(i64, u64)>| -> u128 {
        answers.iter().map(|(pay, own)| u128::from(excess(*pay, *own, &calibration))).sum()
    };
    let mut sums: Vec<u128> = answers.iter().map(explained).collect();
    sums.sort_unstable();
    let whole = sums.get(sums.len() / 2).copied().unwrap_or(0);
    let whole = i64::try_from(whole).unwrap_or(i64::MAX).max(1);
    Ok(Calibration { threshold, whole, self_influence_max })
}

/// Pay scores and self-influences of all rows but those of the asker's cluster.
fn ask(leaves: &[Leaf<'_>], bytes: &[u8], place: usize) -> Result<Vec<(i64, u64)>, IndexError> {
    let asker = &leaves[place];
    let (shape, own) = (asker.vector.shape(), asker.vector.widened());
    let asking = shape.of_query()?;
    let query = Vector::trusted(&asking, &own)?;
    let rows = leaves.iter().zip(scores(shape, bytes, &query)?);
    let others = rows.filter(|(leaf, _)| leaf.cluster != asker.cluster);
    let pay = |score, leaf: &Leaf<'_>| pay_score(pay_score(score, leaf.norm), asker.norm);
    Ok(others.map(|(leaf, score)| (pay(score, leaf), leaf.self_influence)).collect())
}

/// The median plus [`DEVIATIONS`] times the median absolute deviation.
fn gate(mut influences: Vec<u64>) -> u64 {
    let middle = median(&mut influences);
    let mut deviations: Vec<u64> = influences.iter().map(|own| own.abs_diff(middle)).collect();
    middle.saturating_add(median(&mut deviations).saturating_mul(DEVIATIONS))
}

fn median(numbers: &mut [u64]) -> u64 {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied().unwrap_or(0)
}

//! An auditor: every check that there is, from the cheapest; the first that finds something.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use whence_canon::claim::{Case, Ground, Neighbours, Shown, Verdict};
use whence_canon::index::{IndexError, Leaf};
use whence_canon::merkle::Hash;

use super::world::Published;

/// Gradients whose cosine is at least this are of one cluster, in parts per billion.
const DUPLICATE_PPB: i64 = 950_000_000;

/// Which check catches what is published; none does when it is as the honest remaking gives it.
pub(super) fn audit(published: &Published, honest: &Published) -> Result<Option<&'static str>> {
    if published.recorded != published.answer.digest() {
        return Ok(Some("record"));
    }
    if published.index.require_follows(&published.train).is_err()
        || published.answer.require_follows(&published.index).is_err()
    {
        return Ok(Some("link"));
    }
    if let Some(check) = bound(published, honest)? {
        return Ok(Some(check));
    }
    if !on_record(published, honest) {
        return Ok(Some("on record"));
    }
    let remade = published.header == honest.header
        && published.leaves == honest.leaves
        && published.query == honest.query
        && published.answer == honest.answer
        && published.train == honest.train;
    Ok((!remade).then_some("remade"))
}

/// What others have: chain, caller and files. The rest of the receipts is remade.
fn on_record(published: &Published, honest: &Published) -> bool {
    let (ours, theirs) = (&honest.train, &published.train);
    let training = ours.base == theirs.base
        && ours.datanet_root == theirs.datanet_root
        && ours.recipe == theirs.recipe
        && ours.order_seed == theirs.order_seed
        && ours.adapter == theirs.adapter;
    let (ours, theirs) = (&honest.answer, &published.answer);
    training && ours.query_commit == theirs.query_commit && ours.output == theirs.output
}

/// Paths, the header, the index's own claims, then those about the answer.
fn bound(published: &Published, honest: &Published) -> Result<Option<&'static str>> {
    let opened = Ground::open(&published.index, &published.header, &published.path(0)?);
    let ground = match opened {
        Ok(ground) => ground,
        Err(fault) => return Ok(Some(name(fault))),
    };
    if published.index.require_header(ground.header(), &published.train.base).is_err() {
        return Ok(Some("header"));
    }
    if published.leaves.len() as u64 != published.index.rows {
        return Ok(Some("path"));
    }
    let paths = (1..=published.leaves.len()).map(|leaf| published.path(leaf));
    let paths: Vec<Vec<Hash>> = paths.collect::<Result<_>>()?;
    let shown = published.leaves.iter().zip(&paths).zip(0u64..);
    let shown: Vec<Shown<'_>> =
        shown.map(|((bytes, path), place)| Shown { place, bytes, path }).collect();
    if let Some(check) = index_claims(&ground, &shown)? {
        return Ok(Some(check));
    }
    if let Some(check) = record_claims(&ground, &shown, honest)? {
        return Ok(Some(check));
    }
    let receipts = (&published.index, &published.answer);
    match Case::open(&ground, receipts, &published.query, &published.measure) {
        Ok(case) => answer_claims(&case, &ground, &shown),
        Err(fault) => Ok(Some(name(fault))),
    }
}

fn name(fault: IndexError) -> &'static str {
    match fault {
        IndexError::Malformed(_) => "malformed",
        IndexError::Unbound("the query's vector") => "query hash",
        IndexError::Unbound("the measure") => "measure hash",
        IndexError::Unbound(_) => "path",
        IndexError::Claim(_) => "no claim",
    }
}

/// Every claim about the index: each leaf is bound, sound, in order, and nobody's copy.
fn index_claims(ground: &Ground, shown: &[Shown<'_>]) -> Result<Option<&'static str>> {
    let mut hashes: BTreeMap<Hash, &Shown<'_>> = BTreeMap::new();
    for (place, leaf) in shown.iter().enumerate() {
        match ground.leaf(leaf) {
            Err(fault) => return Ok(Some(name(fault))),
            Ok(read) => {
                if let Some(first) = hashes.insert(read.row_hash, leaf)
                    && judged(ground.duplicate((first, leaf), DUPLICATE_PPB))?
                {
                    return Ok(Some("C4 duplicate"));
                }
            }
        }
        if judged(ground.unsound(leaf))? {
            return Ok(Some("unsound leaf"));
        }
        let Some(next) = shown.get(place + 1) else { continue };
        if judged(ground.disorder(leaf, next))? {
            return Ok(Some("order of leaves"));
        }
        // Neighbours stand for all pairs: a pair's cost is the same, and rows are drawn alike.
        if judged(ground.duplicate((leaf, next), DUPLICATE_PPB))? {
            return Ok(Some("C4 duplicate"));
        }
    }
    Ok(None)
}

/// Every claim that needs the datanet's record: its version's rows and their hashes, which the
/// chain has and the honest leaves repeat.
fn record_claims(
    ground: &Ground,
    shown: &[Shown<'_>],
    honest: &Published,
) -> Result<Option<&'static str>> {
    let shape = &ground.header().settings.shape;
    let rows = shown.iter().map(|shown| Ok(ground.leaf(shown)?.row));
    let rows: Vec<u64> = rows.collect::<Result<_, IndexError>>()?;
    for bytes in &honest.leaves {
        // A forged shape reads other leaves; it is caught by what was made with the right one.
        let Ok(leaf) = Leaf::trusted(shape, bytes) else { return Ok(None) };
        let place = rows.partition_point(|row| *row < leaf.row);
        let upheld = match rows.get(place) == Some(&leaf.row) {
            true => judged(ground.other_row(&shown[place], &leaf.row_hash))?,
            false => judged(ground.lacks(leaf.row, around(shown, place)))?,
        };
        if upheld {
            return Ok(Some("row on record"));
        }
    }
    Ok(None)
}

/// The leaves before and after a place.
fn around<'a>(shown: &'a [Shown<'a>], place: usize) -> Neighbours<'a> {
    (place.checked_sub(1).and_then(|place| shown.get(place)), shown.get(place))
}

/// Every claim about the answer.
fn answer_claims(
    case: &Case<'_>,
    ground: &Ground,
    shown: &[Shown<'_>],
) -> Result<Option<&'static str>> {
    if case.misfit() {
        return Ok(Some("misfit"));
    }
    let leaves: Vec<Leaf<'_>> =
        shown.iter().map(|shown| ground.leaf(shown)).collect::<Result<_, _>>()?;
    for listed in &case.measure().listed {
        let place = leaves.partition_point(|leaf| leaf.row < listed.row);
        let here = shown.get(place).filter(|_| leaves[place].row == listed.row);
        let (claim, upheld) = match here {
            Some(shown) => ("C1 row score", case.row_score(shown)),
            None => ("C1 no such row", case.absent(listed.row, around(shown, place))),
        };
        if judged(upheld)? {
            return Ok(Some(claim));
        }
    }
    let listed = |leaf: &Leaf<'_>| case.measure().listed.iter().any(|row| row.row == leaf.row);
    let mut left_out: BTreeMap<u64, Vec<Shown<'_>>> = BTreeMap::new();
    for (leaf, shown) in leaves.iter().zip(shown).filter(|(leaf, _)| !listed(leaf)) {
        left_out.entry(leaf.cluster).or_default().push(*shown);
    }
    for rows in left_out.values() {
        if judged(case.omission(rows))? {
            return Ok(Some("C2 omission"));
        }
    }
    for (bucket, rows) in shown.chunks(whence_canon::measure::BUCKET_ROWS).enumerate() {
        if judged(case.bucket(bucket as u64, rows))? {
            return Ok(Some("bucket sum"));
        }
    }
    Ok(None)
}

/// Whether a claim is upheld; one that is badly made is a fault of this harness.
fn judged(found: Result<bool, IndexError>) -> Result<bool> {
    match Verdict::of(found).context("a claim that is well made")? {
        Verdict::Upheld => Ok(true),
        Verdict::Rejected => Ok(false),
    }
}

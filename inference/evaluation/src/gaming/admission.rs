//! Which rows are trained on: of rows that say the same, the one that was committed first.

use std::collections::BTreeMap;

use anyhow::Result;
use whence_influence::dedupe::vectors::{GRADIENT_COSINE_MIN, pairs};
use whence_influence::dedupe::{Commit, clusters};

use super::market::Market;
use super::product::{Whitened, whiten};
use super::setting::Setting;

/// Rows that were let in, and the model trained on them.
pub struct Admitted {
    /// Of each row of the market, the first row that says the same; a row let in says its own.
    pub first: Vec<usize>,
    /// The rows that were let in, rising.
    pub kept: Vec<usize>,
    /// Whitened gradients of the model trained on them and no others.
    pub whitened: Whitened,
}

/// Lets rows in: equal hashes and near texts first, then what a model trained on the rest sees as
/// the same, whose copies go before the model is trained that answers and is paid for.
pub fn admit<S: Setting>(setting: &S, market: &Market<S::Content>) -> Result<Admitted> {
    let contents = market.contents();
    let mut found = equal(setting, &contents);
    found.extend(setting.duplicates(&contents)?);
    let commits: Vec<Commit> = (market.rows.iter().enumerate())
        .map(|(id, row)| Commit { height: row.height, id: id as u64 })
        .collect();
    let kept = own(&clusters(&commits, &found)?);
    let whitened = whiten(&setting.train(&chosen(&contents, &kept))?)?;
    let vectors: Vec<Vec<f32>> = whitened.rows.iter().map(|blocks| blocks.concat()).collect();
    let near = pairs(&vectors, GRADIENT_COSINE_MIN)?;
    found.extend(near.iter().map(|(first, second)| (kept[*first], kept[*second])));
    let first = clusters(&commits, &found)?;
    let admitted = own(&first);
    // Nothing more was found: the model that looked is the model that answers.
    let whitened = match admitted == kept {
        true => whitened,
        false => whiten(&setting.train(&chosen(&contents, &admitted))?)?,
    };
    Ok(Admitted { first, kept: admitted, whitened })
}

/// Each row with the first of equal hash.
fn equal<S: Setting>(setting: &S, contents: &[S::Content]) -> Vec<(usize, usize)> {
    let mut seen = BTreeMap::new();
    let hashes = contents.iter().map(|content| setting.hash(content)).enumerate();
    let pairs = hashes.map(|(row, hash)| (*seen.entry(hash).or_insert(row), row));
    pairs.filter(|(first, row)| first != row).collect()
}

/// Rows that are their own first.
fn own(first: &[usize]) -> Vec<usize> {
    (0..first.len()).filter(|row| first[*row] == *row).collect()
}

fn chosen<C: Clone>(contents: &[C], rows: &[usize]) -> Vec<C> {
    rows.iter().map(|row| contents[*row].clone()).collect()
}

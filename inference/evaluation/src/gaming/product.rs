//! The way that answers are paid: an index in integers over the rows let in, asked query by query.

use std::ops::Range;

use anyhow::Result;
use rayon::prelude::*;
use whence_canon::index::Settings;
use whence_canon::merkle::Hash;
use whence_canon::score::{Bits, Shape, Vector};
use whence_influence::basis::{self, Whitening};
use whence_influence::gradients::{AtCheckpoints, Gradients, Held};
use whence_influence::integers::file::unfinished;
use whence_influence::integers::{Index, Row, Writer, calibrate, quantise_query};

use super::admission::{Admitted, admit};
use super::market::{Market, Pay};
use super::setting::{Setting, Trained};
use crate::parts::fidelity::indexed::NUMBERS;

/// A whitened gradient, block by block.
pub type Blocks = Vec<Vec<f32>>;

/// Whitened gradients.
pub struct Whitened {
    /// Of the rows.
    pub rows: Vec<Blocks>,
    /// `g H⁻¹ g` of the rows.
    pub self_influence: Vec<f32>,
    /// Of the queries.
    pub queries: Vec<Blocks>,
}

/// Whitens a model's gradients as an adapter's index does: a basis learned from the rows.
pub fn whiten(trained: &Trained) -> Result<Whitened> {
    let (rows, queries) = (take(trained, 0..trained.rows)?, take(trained, trained.queries())?);
    let whitening = basis::learn(&rows, &settings_for(&rows))?;
    let (rows, self_influence) = project(&whitening, &rows)?;
    Ok(Whitened { rows, self_influence, queries: project(&whitening, &queries)?.0 })
}

/// The basis of a model's index.
pub fn learn(trained: &Trained) -> Result<Whitening> {
    let rows = take(trained, 0..trained.rows)?;
    Ok(basis::learn(&rows, &settings_for(&rows))?)
}

/// As many directions of each matrix as an index's row has room for.
fn settings_for(rows: &Held) -> basis::Settings {
    let kept = (NUMBERS / rows.layout().blocks().len()).max(1);
    basis::Settings { kept, ..basis::Settings::default() }
}

/// Gradients at all checkpoints.
fn take(trained: &Trained, rows: Range<usize>) -> Result<Held> {
    let rows: Vec<usize> = rows.collect();
    let objective = trained.objective.as_ref();
    Ok(Held::collect(&AtCheckpoints::new(objective, &trained.checkpoints, &rows)?)?)
}

/// Coordinates and self-influences of gradients.
pub fn project(whitening: &Whitening, gradients: &Held) -> Result<(Vec<Blocks>, Vec<f32>)> {
    let each = gradients.vectors().par_iter().map(|gradient| {
        let projected = whitening.project(gradient)?;
        let own = whitening.self_influence(gradient, &projected);
        Ok((projected, own))
    });
    Ok(each.collect::<Result<Vec<_>>>()?.into_iter().unzip())
}

/// What everybody is paid for all queries, as the product pays.
pub fn pay<S: Setting>(setting: &S, market: &Market<S::Content>) -> Result<Pay> {
    pay_admitted(setting, market, &admit(setting, market)?)
}

/// The same where it is known which rows were let in.
pub fn pay_admitted<S: Setting>(
    setting: &S,
    market: &Market<S::Content>,
    admitted: &Admitted,
) -> Result<Pay> {
    let whitened = &admitted.whitened;
    let hashes: Vec<Hash> =
        admitted.kept.iter().map(|row| setting.hash(&market.rows[*row].content)).collect();
    let bytes = index(whitened, &admitted.kept, &hashes)?;
    let index = Index::parse(&bytes)?;
    let mut rows = vec![0; market.rows.len()];
    for query in &whitened.queries {
        for (row, ppb) in shares(&index, query)? {
            rows[row] += ppb;
        }
    }
    Ok(Pay::additive(market, rows, whitened.queries.len()))
}

/// Rows with their parts per billion of one answer. A query that nothing can improve has a gradient
/// of zeros: nothing moved it, and nobody is paid.
pub fn shares(index: &Index<'_>, query: &[Vec<f32>]) -> Result<Vec<(usize, u64)>> {
    if query.iter().flatten().all(|number| *number == 0.0) {
        return Ok(Vec::new());
    }
    let shape = index.query_shape()?;
    let quantised = quantise_query(&index.header().settings.shape, query)?;
    let measure = index.measure(&Vector::parse(&shape, &quantised.bytes)?)?;
    let shares = measure.shares(&index.header().calibration);
    Ok(shares.iter().map(|share| (share.cluster as usize, u64::from(share.ppb))).collect())
}

/// The index of the rows, each its own cluster: copies were not let in.
pub fn index(whitened: &Whitened, ids: &[usize], hashes: &[Hash]) -> Result<Vec<u8>> {
    let row = |at: usize| Row {
        id: ids[at] as u64,
        hash: hashes[at],
        cluster: ids[at] as u64,
        self_influence: whitened.self_influence[at],
        blocks: &whitened.rows[at],
    };
    let rows: Vec<Row<'_>> = (0..ids.len()).map(row).collect();
    let settings = settings(whitened)?;
    let mut writer = Writer::create(settings.clone(), Vec::new())?;
    writer.append(&rows)?;
    let calibration = calibrate(&settings, unfinished(writer.sink())?.1)?;
    Ok(writer.finish(calibration)?.0)
}

fn settings(whitened: &Whitened) -> Result<Settings> {
    let first = whitened.rows.first().map_or(&[][..], Vec::as_slice);
    let widths = first.iter().map(|block| block.len() as u32).collect();
    Ok(Settings {
        method: "gaming".into(),
        base: [0; 32],
        adapter: [0; 32],
        preconditioner: [0; 32],
        damping_ppb: 1_000_000_000,
        checkpoints: 1,
        shape: Shape::new(widths, Bits::Eight)?,
    })
}

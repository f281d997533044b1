//! From rows to an index: a basis learned from their gradients, whitened rows as integers, what
//! they say about scores.

use std::path::Path;

use whence_canon::index::Settings;
use whence_canon::merkle::Hash;
use whence_canon::score::{Bits, Shape};
use whence_influence::basis::{self, Whitening};
use whence_influence::dedupe;
use whence_influence::gradients::Gradients;
use whence_influence::integers::file::unfinished;
use whence_influence::integers::{Row, Writer, calibrate};

use super::rows::with_gradients;
use super::{METHOD, Points, RowExample, refused};
use crate::error::{Error, Result};
use crate::model::Model;

/// Most directions that are kept of a matrix at one point.
const KEPT: usize = 64;
/// Rows whose gradients are whitened at once.
const ROWS_AT_ONCE: usize = 16;

/// An index as it goes into files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The index's file.
    pub index: Vec<u8>,
    /// The file of the bases that its gradients are rotated into.
    pub basis: Vec<u8>,
}

/// Takes every row's gradient, learns a basis and writes the index; `progress` gets the gradients
/// taken. `made_from` are the SHA-256 of the base model's and of the adapter's file; `folder` has
/// room for gradients that do not fit into memory.
pub fn build(
    (model, points): (&Model, &Points),
    made_from: [Hash; 2],
    (rows, folder): (&mut [RowExample], &Path),
    progress: &mut dyn FnMut(usize),
) -> Result<Built> {
    rows.sort_by_key(|row| row.id);
    if rows.len() < 2 || rows.windows(2).any(|pair| pair[0].id == pair[1].id) {
        let found = rows.len();
        return Err(Error::Index(format!("{found} rows: at least 2, each with an id of its own")));
    }
    let clusters = clusters(rows)?;
    let rows = &*rows;
    with_gradients((model, points), (rows, folder), progress, |gradients| {
        let mean = basis::Mean::Shown;
        let settings = basis::Settings { kept: KEPT, mean, ..basis::Settings::default() };
        let whitening = basis::learn(gradients, &settings)?;
        let settings = settings_of(&whitening, made_from, points.count())?;
        let mut writer = Writer::create(settings.clone(), Vec::new())?;
        let order: Vec<usize> = (0..rows.len()).collect();
        for places in order.chunks(ROWS_AT_ONCE) {
            append(&mut writer, (&whitening, gradients), (rows, &clusters, places))?;
        }
        let calibration = calibrate(&settings, unfinished(writer.sink())?.1)?;
        let mut basis = Vec::new();
        whitening.preconditioner().write(&mut basis)?;
        Ok(Built { index: writer.finish(calibration)?.0, basis })
    })
}

/// For each row the id of the first commit that says the same; its own where there is none. Equal
/// and nearly equal words alone: a paraphrase that is none would cost an honest row its pay.
fn clusters(rows: &[RowExample]) -> Result<Vec<u64>> {
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let found = dedupe::duplicates(&texts).map_err(refused)?;
    let copies = found.iter().filter(|pair| pair.signal <= dedupe::Signal::Near);
    let pairs: Vec<(usize, usize)> = copies.map(|pair| (pair.first, pair.second)).collect();
    // Ids rise in the order of commits.
    let commits: Vec<dedupe::Commit> =
        rows.iter().map(|row| dedupe::Commit { height: 0, id: row.id }).collect();
    let firsts = dedupe::clusters(&commits, &pairs).map_err(refused)?;
    Ok(firsts.into_iter().map(|first| rows[first].id).collect())
}

fn append(
    writer: &mut Writer<Vec<u8>>,
    (whitening, gradients): (&Whitening, &dyn Gradients),
    (rows, clusters, places): (&[RowExample], &[u64], &[usize]),
) -> whence_influence::Result<()> {
    let mut gradient = vec![0.0; gradients.layout().width()];
    let mut whitened = Vec::with_capacity(places.len());
    for place in places {
        gradients.write(*place, &mut gradient);
        let blocks = whitening.project(&gradient)?;
        whitened.push((whitening.self_influence(&gradient, &blocks), blocks));
    }
    let rows = places.iter().zip(&whitened).map(|(place, (self_influence, blocks))| Row {
        id: rows[*place].id,
        hash: rows[*place].hash,
        cluster: clusters[*place],
        self_influence: *self_influence,
        blocks,
    });
    writer.append(&rows.collect::<Vec<Row<'_>>>())
}

fn settings_of(
    whitening: &Whitening,
    [base, adapter]: [Hash; 2],
    points: usize,
) -> whence_influence::Result<Settings> {
    let preconditioner = whitening.preconditioner();
    let widths = preconditioner.bases.iter().map(|basis| basis.kept as u32).collect();
    let shape = Shape::new(widths, Bits::Eight);
    Ok(Settings {
        method: METHOD.into(),
        base,
        adapter,
        preconditioner: preconditioner.hash()?,
        damping_ppb: preconditioner.damping_ppb,
        checkpoints: points as u16,
        shape: shape.map_err(|why| whence_influence::Error::Setting(why.to_string()))?,
    })
}

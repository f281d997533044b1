//! Rows' gradients, each taken once: in memory where they fit, in a file beside the index if not.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use whence_canon::merkle::Hash;
use whence_influence::gradients::{Gradients, Held};
use whence_influence::layout::Layout;

use super::{Points, refused};
use crate::error::{Error, Result};
use crate::model::{Example, Model};

/// Numbers that are held in memory: 1 GiB of `f32`.
const NUMBERS_HELD_MAX: usize = 1 << 28;
/// Where gradients are while an index is built.
const SPOOL_FILE: &str = "attribution.gradients.part";

/// A row to be indexed.
pub struct RowExample {
    /// The row's number, by which shares name it; numbers rise in the order of commits.
    pub id: u64,
    /// The row's canonical hash.
    pub hash: Hash,
    /// What it says: copies are seen by it.
    pub text: String,
    /// Its tokens.
    pub example: Example,
}

/// Takes rows' gradients one after the other ([`Points::gradient`] says why) and gives
/// them to `work`; `folder` has room for a file of them.
pub(super) fn with_gradients<T>(
    (model, points): (&Model, &Points),
    (rows, folder): (&[RowExample], &Path),
    progress: &mut dyn FnMut(usize),
    work: impl FnOnce(&dyn Gradients) -> whence_influence::Result<T>,
) -> Result<T> {
    let mut done = 0;
    let taken = rows.iter().map(|row| {
        let gradient = points.gradient(model, &row.example);
        done += 1;
        progress(done);
        gradient
    });
    let layout = points.layout().clone();
    if rows.len().saturating_mul(layout.width()) <= NUMBERS_HELD_MAX {
        let held = Held::new(layout, taken.collect::<Result<_>>()?).map_err(refused)?;
        return work(&held).map_err(refused);
    }
    let mut spool = Spooled::create(folder, layout)?;
    taken.into_iter().try_for_each(|gradient| spool.push(&gradient?))?;
    let spool = spool.finish()?;
    let found = work(&spool);
    spool.take_failure().map_or_else(|| found.map_err(refused), Err)
}

/// A file of gradients that is removed in the end.
struct Spooled {
    path: PathBuf,
    sink: BufWriter<File>,
    layout: Layout,
    rows: usize,
    failed: Mutex<Option<Error>>,
}

impl Spooled {
    fn create(folder: &Path, layout: Layout) -> Result<Self> {
        let path = folder.join(SPOOL_FILE);
        let options =
            File::options().read(true).write(true).create(true).truncate(true).open(&path);
        let sink = BufWriter::new(options.map_err(|why| Error::io(&path, why))?);
        Ok(Self { path, sink, layout, rows: 0, failed: Mutex::new(None) })
    }

    fn push(&mut self, gradient: &[f32]) -> Result<()> {
        self.rows += 1;
        let bytes: Vec<u8> = gradient.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.sink.write_all(&bytes).map_err(|why| Error::io(&self.path, why))
    }

    fn finish(mut self) -> Result<Self> {
        self.sink.flush().map_err(|why| Error::io(&self.path, why))?;
        Ok(self)
    }

    /// Why a gradient could not be read again.
    fn take_failure(&self) -> Option<Error> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.path);
    }
}

impl Gradients for Spooled {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn rows(&self) -> usize {
        self.rows
    }

    /// What cannot be read is not a number, and is remembered.
    fn write(&self, row: usize, gradient: &mut [f32]) {
        let mut bytes = vec![0; gradient.len() * 4];
        let place = (row * bytes.len()) as u64;
        match self.sink.get_ref().read_exact_at(&mut bytes, place) {
            Ok(()) => {
                let numbers =
                    bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
                gradient.iter_mut().zip(numbers).for_each(|(to, from)| *to = from);
            }
            Err(why) => {
                gradient.fill(f32::NAN);
                let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.get_or_insert(Error::io(&self.path, why));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use whence_influence::layout::Block;

    use super::*;

    #[test]
    fn a_spool_gives_back_what_was_put_in_and_goes_away() {
        let folder = std::env::temp_dir().join(format!("whence-spool-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let block = Block { name: "all".into(), outputs: 1, inputs: 3 };
        let mut spool = Spooled::create(&folder, Layout::new(vec![block]).unwrap()).unwrap();
        let rows = [[1.0, -2.5, 3e-9], [0.0, f32::MAX, -0.0]];
        rows.iter().for_each(|row| spool.push(row).unwrap());
        let spool = spool.finish().unwrap();
        let mut found = [0.0; 3];
        for (place, row) in rows.iter().enumerate() {
            spool.write(place, &mut found);
            assert_eq!(&found, row);
        }
        assert!(spool.take_failure().is_none());
        spool.write(2, &mut found);
        assert!(found[0].is_nan() && spool.take_failure().is_some());
        drop(spool);
        assert!(!folder.join(SPOOL_FILE).exists());
        std::fs::remove_dir_all(folder).unwrap();
    }
}

//! Numbers in files: `f32`, little-endian, one row after the other, without a header.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A file of numbers that grows row by row.
pub(super) struct Array {
    path: PathBuf,
    sink: BufWriter<File>,
}

impl Array {
    /// Begins `<name>.f32` in the folder, over one that is there.
    pub(super) fn create(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name).with_extension("f32");
        let file = File::create(&path).map_err(|why| Error::io(&path, why))?;
        Ok(Self { path, sink: BufWriter::new(file) })
    }

    /// Adds a row.
    pub(super) fn push(&mut self, numbers: &[f32]) -> Result<()> {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.sink.write_all(&bytes).map_err(|why| Error::io(&self.path, why))
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> Result<()> {
        self.sink.flush().map_err(|why| Error::io(&self.path, why))
    }
}

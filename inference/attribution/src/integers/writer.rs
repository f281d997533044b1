//! Writes an index's file row by row; what is held is one row and one hash a level of the tree.

use std::io::Write;

use rayon::prelude::*;
use whence_canon::index::{
    Calibration, Header, LEAF_BYTES, Leaf, METHOD_BYTES_MAX, ROWS_MAX, Settings, leaf_digest, norm,
};
use whence_canon::merkle::Hash;
use whence_canon::score::{UNIT, Vector};

use super::file::Index;
use super::quantise::quantise;
use super::tree::Edges;
use super::{MAGIC, refused};
use crate::error::{Error, Result};

/// A row to be written.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Its number; numbers rise from row to row.
    pub id: u64,
    /// Hash of its canonical content.
    pub hash: Hash,
    /// Row id of the first commit of its duplicates; its own where it has none.
    pub cluster: u64,
    /// `g H⁻¹ g` as measured in `f32`, with what rotation left out; the vector's own `x · x`
    /// is taken where that is larger, so 0 says: nothing but the vector.
    pub self_influence: f32,
    /// Its whitened gradient, block by block.
    pub blocks: &'a [Vec<f32>],
}

/// What came of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The Merkle root.
    pub root: Hash,
    /// Rows, those that were there before included.
    pub rows: u64,
    /// Numbers of the new rows that were cut.
    pub clipped: usize,
}

/// Writes one file.
#[derive(Debug)]
pub struct Writer<W> {
    sink: W,
    settings: Settings,
    edges: Edges,
    rows: u64,
    last: Option<u64>,
    clipped: usize,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    pub fn create(settings: Settings, mut sink: W) -> Result<Self> {
        if settings.method.is_empty() || settings.method.len() > METHOD_BYTES_MAX {
            return Err(Error::Setting("a method's name has 1 to 64 bytes".into()));
        }
        let bytes = settings.bytes();
        // What could not be read again is refused before anything is written.
        Settings::parse(&bytes).map_err(refused)?;
        write(&mut sink, MAGIC)?;
        write(&mut sink, &(bytes.len() as u32).to_be_bytes())?;
        write(&mut sink, &bytes)?;
        let (edges, rows) = (Edges::default(), 0);
        Ok(Self { sink, settings, edges, rows, last: None, clipped: 0 })
    }

    /// Goes on with a file that was read: the sink stands at [`Index::rows_end`] of its bytes, and
    /// what follows there is overwritten or cut off.
    pub fn resume(index: &Index<'_>, sink: W) -> Self {
        let header = index.header();
        let (settings, rows) = (header.settings.clone(), header.rows);
        let last = index.leaf(rows as usize - 1).map(|leaf| leaf.row);
        Self { sink, settings, edges: index.edges(), rows, last, clipped: 0 }
    }

    /// Adds rows; they are rounded side by side and written in their order.
    pub fn append(&mut self, rows: &[Row<'_>]) -> Result<()> {
        for rows in rows.chunks(ROWS_AT_ONCE) {
            let encode = |row: &Row<'_>| encode(&self.settings, row);
            let encoded: Vec<Encoded> = rows.par_iter().map(encode).collect::<Result<_>>()?;
            for (row, encoded) in rows.iter().zip(encoded) {
                self.put(row.id, &encoded)?;
            }
        }
        Ok(())
    }

    fn put(&mut self, id: u64, encoded: &Encoded) -> Result<()> {
        if self.last.is_some_and(|last| last >= id) {
            return Err(Error::Setting(format!("row {id} does not come after the one before")));
        }
        if self.rows >= ROWS_MAX {
            return Err(Error::Setting(format!("an index has at most {ROWS_MAX} rows")));
        }
        write(&mut self.sink, &encoded.bytes)?;
        self.edges.push(&encoded.digest);
        (self.rows, self.last) = (self.rows + 1, Some(id));
        self.clipped += encoded.clipped;
        Ok(())
    }

    /// What is written into; what it holds so far has no end.
    pub fn sink(&self) -> &W {
        &self.sink
    }

    /// Ends the file with what the rows say about scores.
    pub fn finish(mut self, calibration: Calibration) -> Result<(W, Written)> {
        let header = Header { settings: self.settings, rows: self.rows, calibration };
        Header::parse(&header.bytes()).map_err(refused)?;
        let root = self.edges.root(&header.digest());
        write(&mut self.sink, &header.tail())?;
        write(&mut self.sink, &root)?;
        self.sink.flush().map_err(|why| Error::Format(format!("writing an index: {why}")))?;
        Ok((self.sink, Written { root, rows: self.rows, clipped: self.clipped }))
    }
}

/// Rows that are held while they are rounded.
const ROWS_AT_ONCE: usize = 64;

struct Encoded {
    bytes: Vec<u8>,
    digest: Hash,
    clipped: usize,
}

fn encode(settings: &Settings, row: &Row<'_>) -> Result<Encoded> {
    let quantised = quantise(&settings.shape, row.blocks)?;
    let vector = Vector::trusted(&settings.shape, &quantised.bytes).map_err(refused)?;
    let own = vector.product(&vector).map_err(refused)?.max(0).unsigned_abs();
    if !row.self_influence.is_finite() || row.self_influence < 0.0 {
        let found = row.self_influence;
        return Err(Error::Number(format!("row {}: a self-influence of {found}", row.id)));
    }
    // A conversion from floats is held at the end of the range.
    let measured = (f64::from(row.self_influence) * UNIT as f64) as u64;
    let self_influence = measured.max(own);
    let leaf = Leaf {
        row: row.id,
        row_hash: row.hash,
        cluster: row.cluster,
        self_influence,
        norm: norm(self_influence),
        vector,
    };
    let mut bytes = Vec::with_capacity(LEAF_BYTES + quantised.bytes.len());
    bytes.extend(leaf.fixed());
    bytes.extend(&quantised.bytes);
    Ok(Encoded { digest: leaf_digest(&bytes), bytes, clipped: quantised.clipped })
}

fn write(sink: &mut impl Write, bytes: &[u8]) -> Result<()> {
    sink.write_all(bytes).map_err(|why| Error::Format(format!("writing an index: {why}")))
}

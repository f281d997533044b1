//! An adapter's index at work: the files read and checked, a query scored, an answer divided.

use std::path::Path;

use whence_canon::merkle::Hash;
use whence_canon::score::Vector;
use whence_influence::basis::whitening::{project, self_influence};
use whence_influence::integers::preconditioner::Preconditioner;
use whence_influence::integers::{self, quantise_query_of};

use super::{Attribution, BASIS_FILE, INDEX_FILE, METHOD, Points, Share, refused};
use crate::error::{Error, Result};
use crate::model::{Example, Model};

/// The index of one adapter, with what is needed to ask it.
pub struct Index {
    file: integers::Index<'static>,
    preconditioner: Preconditioner,
    points: Points,
}

impl Index {
    /// Reads the two files of an adapter's folder, if there is an index; all numbers and hashes in
    /// them are checked, and that they were made from this base and adapter.
    pub fn read(folder: &Path, points: Points, made_from: [Hash; 2]) -> Result<Option<Self>> {
        let path = folder.join(INDEX_FILE);
        if !path.exists() {
            return Ok(None);
        }
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|why| Error::io(&path, why))
        };
        Self::parse(&read(INDEX_FILE)?, &read(BASIS_FILE)?, points, made_from).map(Some)
    }

    /// The same from bytes.
    pub fn parse(index: &[u8], basis: &[u8], points: Points, made_from: [Hash; 2]) -> Result<Self> {
        let file = integers::Index::parse(index).map_err(refused)?.into_owned();
        let preconditioner = Preconditioner::parse(basis).map_err(refused)?;
        let settings = &file.header().settings;
        let names =
            [("base", settings.base, made_from[0]), ("adapter", settings.adapter, made_from[1])];
        for (what, expected, found) in names {
            if expected != found {
                let expected = hex::encode(expected);
                return Err(Error::Index(format!("made from {what} {expected}, not this one")));
            }
        }
        if settings.method != METHOD {
            let found = &settings.method;
            return Err(Error::Index(format!("method {found:?} is not {METHOD:?}")));
        }
        if settings.preconditioner != preconditioner.hash().map_err(refused)? {
            return Err(Error::Index(format!("{BASIS_FILE} is not the index's own")));
        }
        let blocks = points.layout().blocks();
        let inputs = preconditioner.bases.iter().map(|basis| basis.inputs);
        let kept = preconditioner.bases.iter().map(|basis| basis.kept as u32);
        let fits = inputs.eq(blocks.iter().map(|block| block.width()))
            && kept.eq(settings.shape.widths().iter().copied())
            && usize::from(settings.checkpoints) == points.count();
        match fits {
            true => Ok(Self { file, preconditioner, points }),
            false => Err(Error::Index("its blocks are not the adapter's matrices".into())),
        }
    }

    /// The Merkle root over its header and rows, which goes on the record.
    pub fn root(&self) -> Hash {
        self.file.root()
    }

    /// The rows and what they say about scores.
    pub fn file(&self) -> &integers::Index<'static> {
        &self.file
    }

    /// A query's vector in its bytes, of the shape that [`integers::Index::query_shape`] gives.
    pub fn query(&self, model: &Model, example: &Example) -> Result<Vec<u8>> {
        let gradient = self.points.gradient(model, example)?;
        let blocks = project(&self.preconditioner, &gradient).map_err(refused)?;
        let own = self_influence(&self.preconditioner, &gradient, &blocks);
        let shape = &self.file.header().settings.shape;
        Ok(quantise_query_of(shape, &blocks, own).map_err(refused)?.bytes)
    }

    /// Scores every row against a question and its answer, and divides the answer; `question` is
    /// where the tokens of the question begin in `prompt`.
    pub fn attribute(
        &self,
        model: &Model,
        (prompt, question): (&[u32], usize),
        answer: &[u32],
    ) -> Result<Attribution> {
        if answer.is_empty() {
            return Ok(Attribution::none());
        }
        let ids = [prompt, answer].concat();
        let end = ids.len();
        let bytes = self.query(model, &Example::new(ids, question.max(1)..end)?)?;
        self.divide(&bytes)
    }

    fn divide(&self, query: &[u8]) -> Result<Attribution> {
        let shape = self.file.query_shape().map_err(refused)?;
        let malformed = |why: whence_canon::index::IndexError| Error::Index(why.to_string());
        let query = Vector::parse(&shape, query).map_err(malformed)?;
        let calibration = &self.file.header().calibration;
        let weighed = self.file.weigh(&query).map_err(refused)?;
        let measure =
            whence_canon::measure::Measure::of(&weighed, calibration).map_err(malformed)?;
        let shares = measure.shares(calibration);
        let shares = shares.iter().map(|share| Share { row: share.cluster, ppb: share.ppb });
        Ok(Attribution {
            shares: shares.collect(),
            unattributed_ppb: measure.unattributed_ppb,
            scores: weighed.iter().map(|(listed, _)| (listed.row, listed.score)).collect(),
        })
    }
}

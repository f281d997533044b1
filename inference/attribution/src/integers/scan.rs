//! Scores of all rows against a query, side by side over rows; each row's sum is one thread's.

use rayon::prelude::*;
use whence_canon::index::{Header, IndexError, LEAF_BYTES, Leaf};
use whence_canon::measure::{Listed, Measure, excess};
use whence_canon::score::{Shape, Vector};

use super::file::Index;
use super::refused;
use crate::error::Result;

/// Leaves that one thread takes at a time: about a megabyte.
const LEAVES_AT_ONCE: usize = 64;

impl Index<'_> {
    /// How a query's vector is read.
    pub fn query_shape(&self) -> Result<Shape> {
        self.header().settings.shape.of_query().map_err(refused)
    }

    /// Every row's plain score in units of 2^-32, by place: what explains an answer.
    pub fn scores(&self, query: &Vector<'_>) -> Result<Vec<i64>> {
        scores(&self.header().settings.shape, self.rows(), query).map_err(refused)
    }

    /// What every row has in an answer, by place, and what counts of it for pay.
    pub fn weigh(&self, query: &Vector<'_>) -> Result<Vec<(Listed, u64)>> {
        let Header { settings, calibration, .. } = self.header();
        let weigh = |(bytes, score)| {
            let leaf = Leaf::trusted(&settings.shape, bytes)?;
            let listed = Listed::scored(&leaf, score);
            Ok((listed, excess(listed.pay, leaf.self_influence, calibration)))
        };
        let rows = self.leaf_bytes().zip(self.scores(query)?);
        rows.map(weigh).collect::<Result<_, _>>().map_err(refused)
    }

    /// The measure of an answer.
    pub fn measure(&self, query: &Vector<'_>) -> Result<Measure> {
        Measure::of(&self.weigh(query)?, &self.header().calibration).map_err(refused)
    }
}

/// Scores of leaves that follow each other.
pub(super) fn scores(
    shape: &Shape,
    leaves: &[u8],
    query: &Vector<'_>,
) -> Result<Vec<i64>, IndexError> {
    let size = shape.bytes() + LEAF_BYTES;
    let arch = pulp::Arch::new();
    let chunks = leaves.par_chunks(size * LEAVES_AT_ONCE);
    let scored = chunks.map(|leaves| arch.dispatch(Scores { shape, leaves, query }));
    Ok(scored.collect::<Result<Vec<_>, _>>()?.concat())
}

/// Scores of a few leaves; inlined whole, so that its loops are made for the widest registers.
struct Scores<'a> {
    shape: &'a Shape,
    leaves: &'a [u8],
    query: &'a Vector<'a>,
}

impl pulp::WithSimd for Scores<'_> {
    type Output = Result<Vec<i64>, IndexError>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        let mut scores = Vec::with_capacity(LEAVES_AT_ONCE);
        for bytes in self.leaves.chunks_exact(self.shape.bytes() + LEAF_BYTES) {
            scores.push(Leaf::trusted(self.shape, bytes)?.vector.score(self.query)?);
        }
        Ok(scores)
    }
}

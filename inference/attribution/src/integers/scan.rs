//! Scores of all rows against a query, side by side over rows; each row's sum is one thread's.

use rayon::prelude::*;
use whence_canon::index::{IndexError, Leaf};
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
        self.each(|leaf| leaf.vector.score(query))
    }

    /// What every row has in an answer, by place, and what counts of it for pay.
    pub fn weigh(&self, query: &Vector<'_>) -> Result<Vec<(Listed, u64)>> {
        let calibration = &self.header().calibration;
        self.each(|leaf| {
            let listed = Listed::of(leaf, query)?;
            Ok((listed, excess(listed.pay, leaf.self_influence, calibration)))
        })
    }

    /// The measure of an answer.
    pub fn measure(&self, query: &Vector<'_>) -> Result<Measure> {
        Measure::of(&self.weigh(query)?, &self.header().calibration).map_err(refused)
    }

    fn each<T: Send>(
        &self,
        visit: impl Fn(&Leaf<'_>) -> Result<T, IndexError> + Sync,
    ) -> Result<Vec<T>> {
        let (shape, size) = (&self.header().settings.shape, self.header().leaf_bytes());
        let arch = pulp::Arch::new();
        let visit = |bytes: &[u8]| visit(&Leaf::trusted(shape, bytes)?);
        let chunks = self.rows().par_chunks(size.saturating_mul(LEAVES_AT_ONCE));
        let visited = chunks.map(|chunk| {
            arch.dispatch(|| chunk.chunks_exact(size).map(visit).collect::<Result<Vec<T>, _>>())
        });
        let visited = visited.collect::<Result<Vec<_>, IndexError>>().map_err(refused)?;
        Ok(visited.into_iter().flatten().collect())
    }
}

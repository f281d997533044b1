//! From scores to shares, and to the part that no row explains.

use super::{Index, gradient};
use crate::adapter::Adapter;
use crate::error::Result;
use crate::model::{Example, Model};

/// One row's part in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The row.
    pub row: u64,
    /// Its part, in billionths of the whole answer.
    pub ppb: u32,
}

/// What moved an adapter towards an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// Rows that earn, largest part first, ties by id.
    pub shares: Vec<Share>,
    /// What no row explains, in billionths; with the shares it makes a billion.
    pub unattributed_ppb: u32,
    /// Every row's score in units of 2^-32, by rising id.
    pub scores: Vec<(u64, i64)>,
}

impl Index {
    /// Scores every row against an answer to a prompt.
    pub fn attribute(
        &self,
        model: &Model,
        adapter: &Adapter,
        prompt: &[u32],
        answer: &[u32],
    ) -> Result<Attribution> {
        let example = Example::joined(prompt, answer)?;
        let query = gradient(model, adapter, &example)?;
        let scores = self.rows.iter().map(|row| (row.id, row.vector.dot(&query))).collect();
        Ok(Attribution { shares: Vec::new(), unattributed_ppb: 1_000_000_000, scores })
    }
}

//! Measures of how much each row did for a query, behind one interface: ours and the field's.
//!
//! | room | what it is for |
//! |---|---|
//! | [`similar`] | grad-dot, grad-cos, TracIn-CP, similarity of representations |
//! | [`datainf`] | DataInf: the mean of inverses in the place of the inverse of the mean |
//! | [`less`] | LESS: cosines with the directions in which Adam would have moved |
//! | [`trak`] | TRAK: a kernel of randomly projected gradients |
//! | [`exact`] | influence functions with the whole Hessian, for small models |
//! | [`dual`] | each matrix's whole damped second moments, solved through the rows |
//! | [`whitened`] | the index's own measure in `f32`, before it is rounded to integers |
//! | [`lexical`] | BM25: shared words |
//!
//! A score has the unit of its measure; only its order and its proportions within one query mean
//! something. Positive: training on the row lowered the query's loss.

pub mod datainf;
pub mod dual;
pub mod exact;
pub mod less;
pub mod lexical;
pub mod similar;
pub mod trak;
pub mod whitened;

use crate::error::{Error, Result};

/// What is known of a query; each measure takes what it needs, and refuses to do without.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<'a> {
    /// The gradient of its loss at each checkpoint; the last is of the model that answered.
    pub gradients: &'a [Vec<f32>],
    /// Its words, as numbers.
    pub terms: &'a [u32],
    /// What the model makes of it: hidden states, averaged as the owner does.
    pub representation: &'a [f32],
}

impl<'a> Query<'a> {
    /// The gradient at the model that answered.
    pub fn gradient(&self) -> Result<&'a [f32]> {
        let last = self.gradients.last().map(Vec::as_slice);
        last.ok_or_else(|| Error::Setting("this measure needs the query's gradient".into()))
    }
}

/// A measure with all that it needs of the rows.
pub trait Method: Sync {
    /// Its name, as figures have it.
    fn name(&self) -> &'static str;

    /// A score for every row, in the rows' order.
    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>>;
}

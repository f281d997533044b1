//! Which passages of an answer stand word for word in rows: a suffix array, and pay for rare spans.
//!
//! | room | what it is for |
//! |---|---|
//! | [`SpanIndex`] (`index`, `text`) | a datanet version's tokens, sorted by what follows each |
//! | `search` | counts, places, and the longest match from each token of an answer |
//! | [`credit`] | maximal spans, what each is worth, and which cluster of rows is owed it |
//! | `format` | the index as a file with a root, read strictly |
//! | [`verify`] | what a challenge shows: a span is not there, a longer, rarer or earlier one is |
//! | `repeat` | tokens that stand already in an earlier row, for dedupe before training |
//!
//! Everything is integers: token ids, places, thousandths of a bit. A verbatim span is evidence
//! that text was reproduced, not that the row caused the answer (OLMoTrace, arXiv 2504.07096):
//! spans are the citation beside the measured influence, and should be paid the smaller part.

pub mod credit;
mod format;
mod index;
mod repeat;
mod search;
#[cfg(test)]
mod tests;
mod text;
pub mod verify;

pub use credit::{Credit, Settings, Span, Spans};
pub use index::{INFORMATION_LEAF, RowPlace, SpanIndex, SpanIndexBuilder};
pub use index::{information_leaf, row_leaf};
pub use repeat::{REPEAT_TOKENS_MIN, Repeat};
pub use search::Place;

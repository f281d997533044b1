//! Does anyone earn by gaming attribution? Attacks on a market of rows, each with a control.
//!
//! | file | what it is for |
//! |---|---|
//! | [`market`] | contributors and their rows, what they are paid, and what an attack changes |
//! | [`wash`] | asking oneself, in the chain's own integers |

pub mod market;
pub mod wash;

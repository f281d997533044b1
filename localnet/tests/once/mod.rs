//! What came once and comes again: vouchers at the sidecar, reports on the chain. And an answer
//! that comes in pieces.

pub(crate) mod replay;
pub(crate) mod restored;
pub(crate) mod seeded;
mod session;
pub(crate) mod streamed;
pub(crate) mod vouchers;

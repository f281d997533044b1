//! What came once and comes again: vouchers at the sidecar, reports on the chain.

pub(crate) mod replay;
pub(crate) mod restored;
pub(crate) mod seeded;
pub(crate) mod vouchers;

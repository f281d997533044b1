//! Answers of `cosmos.gov.v1.Query`; pages of at most 1,000, as wallets ask.

mod proposals;
mod tally;

use whence_base::QueryRouter;

use crate::ports::Ports;

/// Registers every query that is answered.
pub(crate) fn register(router: &mut QueryRouter, ports: &'static dyn Ports) {
    router
        .add(&path("Constitution"), proposals::constitution)
        .add(&path("Proposal"), proposals::proposal)
        .add(&path("Proposals"), proposals::proposals)
        .add(&path("Vote"), proposals::vote)
        .add(&path("Votes"), proposals::votes)
        .add(&path("Params"), proposals::params)
        .add(&path("Deposit"), proposals::deposit)
        .add(&path("Deposits"), proposals::deposits)
        .add(&path("TallyResult"), move |ctx: &whence_base::QueryCtx<'_>, request| {
            tally::result(ctx, ports, request)
        });
}

fn path(method: &str) -> String {
    format!("/cosmos.gov.v1.Query/{method}")
}

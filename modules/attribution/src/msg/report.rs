//! A provider's report key brings a batch of answered queries; all of them are taken or none is.

use whence_base::{Address, Ctx, Message, Result, ensure};
use whence_proto::whence::attribution::v1 as pb;

use super::{GAS_BASE, GAS_PER_QUERY, GAS_PER_SHARE};
use crate::error::Error;
use crate::event;
use crate::keeper;
use crate::params::QUERIES_MAX;
use crate::ports::Ports;
use crate::types::ReportedQuery;

/// A batch of answered queries.
pub struct ReportQueries {
    reporter: Address,
    queries: Vec<ReportedQuery>,
}

impl Message for ReportQueries {
    type Proto = pb::MsgReportQueries;
    type Response = pb::MsgReportQueriesResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let (count, id) = (m.queries.len(), m.provider_id);
        let many = Error::TooManyQueries(format!("{count}, expected at most {QUERIES_MAX}"));
        ensure(count <= QUERIES_MAX, many)?;
        let parsed = m.queries.into_iter().map(|q| ReportedQuery::parse(id, q));
        let queries = parsed.collect::<Result<_>>()?;
        Ok(Self { reporter: Address::parse(&m.reporter)?, queries })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.reporter.clone()]
    }

    fn validate(&self) -> Result<()> {
        let some = !self.queries.is_empty();
        ensure(some, Error::EmptyReport("expected at least one query".into()))
    }

    fn gas(&self) -> u64 {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let shares = self.queries.iter().map(|q| count(q.query.shares.len()));
        let shares = shares.fold(0_u64, u64::saturating_add);
        GAS_BASE
            .saturating_add(GAS_PER_QUERY.saturating_mul(count(self.queries.len())))
            .saturating_add(GAS_PER_SHARE.saturating_mul(shares))
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let report = keeper::report_queries(ctx, ports, &self.reporter, &self.queries)?;
        ctx.emit_typed(&event::queries_reported(&report))?;
        for query in &self.queries {
            ctx.emit_typed(&event::query_reported(report.id, query))?;
        }
        Ok(pb::MsgReportQueriesResponse { report_id: report.id, root: report.root })
    }
}

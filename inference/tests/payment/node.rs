//! A node whose books a test writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};
use whence_inference::report::Chain;
use whence_proto::whence::attribution::v1::query_server::{Query, QueryServer};
use whence_proto::whence::attribution::v1::{
    Escrow, Params, QueryEscrowRequest, QueryEscrowResponse, QueryEscrowsByCallerRequest,
    QueryEscrowsByCallerResponse, QueryParamsRequest, QueryParamsResponse, QueryProviderRequest,
    QueryProviderResponse, QueryProvidersRequest, QueryProvidersResponse, QueryReportRequest,
    QueryReportResponse, QueryReportedRequest, QueryReportedResponse, QueryReportsRequest,
    QueryReportsResponse,
};

type Answer<T> = Result<Response<T>, Status>;

/// What it says.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// Escrows by id.
    pub(crate) escrows: BTreeMap<u64, Escrow>,
    /// How far below the highest sequence a report may lie.
    pub(crate) window: u32,
    /// Digests of the queries that were reported, by escrow and sequence.
    pub(crate) reported: BTreeMap<(u64, u64), Vec<u8>>,
}

/// A running node; it ends with the test.
#[derive(Debug, Clone)]
pub(crate) struct Node(Arc<Books>);

impl Node {
    /// Starts it; gives what talks to it.
    pub(crate) async fn start(books: Books) -> Chain {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = tonic::transport::Server::builder();
        let server = { server }.add_service(QueryServer::new(Self(Arc::new(books))));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        Chain::at(&address).unwrap()
    }
}

fn unasked<T>() -> Answer<T> {
    Err(Status::unimplemented("a sidecar does not ask this"))
}

#[tonic::async_trait]
impl Query for Node {
    async fn params(&self, _: Request<QueryParamsRequest>) -> Answer<QueryParamsResponse> {
        let params = Params { sequence_window: self.0.window, ..Params::default() };
        Ok(Response::new(QueryParamsResponse { params: Some(params) }))
    }

    async fn escrow(&self, asked: Request<QueryEscrowRequest>) -> Answer<QueryEscrowResponse> {
        let escrow = self.0.escrows.get(&asked.into_inner().escrow_id).cloned();
        let escrow = escrow.ok_or_else(|| Status::not_found("escrow not found"))?;
        Ok(Response::new(QueryEscrowResponse { escrow: Some(escrow) }))
    }

    async fn reported(
        &self,
        asked: Request<QueryReportedRequest>,
    ) -> Answer<QueryReportedResponse> {
        let QueryReportedRequest { escrow_id, sequence } = asked.into_inner();
        let digest = self.0.reported.get(&(escrow_id, sequence)).cloned();
        let reported = digest.is_some();
        let digest = digest.unwrap_or_default();
        Ok(Response::new(QueryReportedResponse {
            reported,
            digest,
            ..QueryReportedResponse::default()
        }))
    }

    async fn provider(&self, _: Request<QueryProviderRequest>) -> Answer<QueryProviderResponse> {
        unasked()
    }

    async fn providers(&self, _: Request<QueryProvidersRequest>) -> Answer<QueryProvidersResponse> {
        unasked()
    }

    async fn escrows_by_caller(
        &self,
        _: Request<QueryEscrowsByCallerRequest>,
    ) -> Answer<QueryEscrowsByCallerResponse> {
        unasked()
    }

    async fn report(&self, _: Request<QueryReportRequest>) -> Answer<QueryReportResponse> {
        unasked()
    }

    async fn reports(&self, _: Request<QueryReportsRequest>) -> Answer<QueryReportsResponse> {
        unasked()
    }
}

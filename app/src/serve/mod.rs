//! The services: one table of handlers behind gRPC and `abci_query`.
//!
//! | file | serves |
//! |---|---|
//! | [`grpc`] | gRPC: any path of the table, bytes in and bytes out; reflection |
//! | [`tx_service`] | `cosmos.tx.v1beta1.Service` |
//! | [`comet_service`] | `cosmos.base.tendermint.v1beta1.Service` |
//! | [`node_service`] | `cosmos.base.node.v1beta1.Service` |
//! | [`comet`] | CometBFT's RPC, in the wire's types |
//! | [`version`] | the versions that we tell |
//!
//! Queries of the modules read one snapshot of the store at one height, on their own threads.

#![allow(clippy::result_large_err, reason = "tonic's Status is the error of a service")]

pub mod comet;
pub mod comet_service;
pub mod grpc;
pub mod node_service;
pub mod tx_response;
pub mod tx_service;
pub mod version;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use prost::Message;
use tonic::{Code, Status};
use whence_base::QueryCtx;

use self::comet::Comet;
use crate::app::{App, Fatal};

/// What a node's services share.
#[derive(Clone)]
pub struct Node {
    /// The application.
    pub app: App,
    /// CometBFT's RPC.
    pub comet: Comet,
    /// Pruning, as `Config` tells it.
    pub pruning: node_service::Pruning,
    /// Where calls that wait run.
    pub runtime: tokio::runtime::Handle,
}

type Answer = Pin<Box<dyn Future<Output = Result<Bytes, Status>> + Send>>;
type Handler = Box<dyn Fn(Node, Request) -> Answer + Send + Sync>;

/// A call of a service.
pub struct Request {
    /// The encoded message.
    pub bytes: Bytes,
    /// The height that was asked for.
    pub height: Option<u64>,
}

/// The table.
pub struct Table {
    node: Node,
    services: BTreeMap<&'static str, Handler>,
}

impl Table {
    /// All services of a node.
    pub fn new(node: Node) -> Self {
        let mut table = Self { node, services: BTreeMap::new() };
        tx_service::register(&mut table);
        comet_service::register(&mut table);
        node_service::register(&mut table);
        table
    }

    /// Registers a handler.
    pub fn add<Q, A, F>(
        &mut self,
        path: &'static str,
        handler: impl Fn(Node, Call<Q>) -> F + Send + Sync + 'static,
    ) where
        Q: Message + Default,
        A: Message,
        F: Future<Output = Result<A, Status>> + Send + 'static,
    {
        let erased = move |node: Node, request: Request| -> Answer {
            let message = match Q::decode(request.bytes) {
                Ok(message) => message,
                Err(e) => {
                    let status = Status::invalid_argument(format!("request: {e}"));
                    return Box::pin(std::future::ready(Err(status)));
                }
            };
            let answer = handler(node, Call { message, height: request.height });
            Box::pin(async move { Ok(answer.await?.encode_to_vec().into()) })
        };
        self.services.insert(path, Box::new(erased));
    }

    /// Whether a path is served.
    pub fn has(&self, path: &str) -> bool {
        self.services.contains_key(path) || self.node.app.modules().queries().has(path)
    }

    /// Names of all services, sorted.
    pub fn service_names(&self) -> Vec<String> {
        let modules = self.node.app.modules().queries().paths();
        let paths = self.services.keys().copied().chain(modules);
        let name = |path: &str| Some(path.strip_prefix('/')?.split_once('/')?.0.to_owned());
        let names: std::collections::BTreeSet<String> = paths.filter_map(name).collect();
        names.into_iter().collect()
    }

    /// Answers a call; the height is that of the state it was answered from.
    pub async fn answer(&self, path: &str, request: Request) -> Result<(Bytes, u64), Status> {
        if let Some(handler) = self.services.get(path) {
            let bytes = handler(self.node.clone(), request).await?;
            let latest = self.node.app.store().latest();
            return Ok((bytes, latest.map_or(0, |at| at.height)));
        }
        let (app, path) = (self.node.app.clone(), path.to_owned());
        tokio::task::spawn_blocking(move || ask_modules(&app, &path, &request))
            .await
            .map_err(|e| Status::internal(format!("the query's thread ended: {e}")))?
    }
}

impl Table {
    /// Answers a call from a thread that is not of the runtime.
    pub fn answer_blocking(&self, path: &str, request: Request) -> Result<(Bytes, u64), Status> {
        self.node.runtime.block_on(self.answer(path, request))
    }
}

/// A decoded call.
pub struct Call<Q> {
    /// The request message.
    pub message: Q,
    /// The height that was asked for.
    pub height: Option<u64>,
}

/// Answers a module's query from a snapshot.
pub fn ask_modules(app: &App, path: &str, request: &Request) -> Result<(Bytes, u64), Status> {
    let (state, block) = app.committed(request.height).map_err(at_height)?;
    let ctx = QueryCtx::new(&state, &block);
    let answer = app
        .modules()
        .queries()
        .answer(path, &ctx, &request.bytes)
        .ok_or_else(|| Status::unimplemented(format!("unknown method {path}")))?;
    Ok((answer.map_err(to_status)?.into(), block.height))
}

/// A height that cannot be served says why.
pub fn at_height(error: Fatal) -> Status {
    use whence_store::Error::{Empty, Future, Pruned};
    match error {
        Fatal::Store(why @ (Future { .. } | Pruned { .. } | Empty)) => {
            Status::invalid_argument(format!("{why}; please provide a valid height"))
        }
        other => Status::internal(other.to_string()),
    }
}

/// A module's status as gRPC's.
pub fn to_status(status: whence_base::Status) -> Status {
    Status::new(Code::from_i32(status.code as i32), status.message)
}

/// An error of a transaction as gRPC's.
pub fn of_error(error: whence_base::Error) -> Status {
    to_status(whence_base::Status::from(error))
}

//! gRPC: one generic service that passes bytes to the table, so that every path of it works.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use bytes::{Buf, BufMut, Bytes};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::{BoxBody, boxed};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::{Response, Status};

use super::{Request, Table};

/// Calls that are answered at the same time.
const CALLS_MAX: usize = 64;
/// Longest time for an answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);
/// Longest request: a transaction of the largest block.
const REQUEST_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Where the height is asked for and told.
pub const HEIGHT_HEADER: &str = "x-cosmos-block-height";

#[derive(Clone)]
struct Shared {
    table: Arc<Table>,
    calls: Arc<Semaphore>,
}

/// Serves gRPC until `stop` is ready.
pub async fn serve(
    listener: TcpListener,
    table: Arc<Table>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let names = table.service_names();
    let shared = Shared { table, calls: Arc::new(Semaphore::new(CALLS_MAX)) };
    let v1 = reflection(&names).build_v1()?;
    let v1alpha = reflection(&names).build_v1alpha()?;
    let generic: Router<()> = Routes::new(v1)
        .add_service(v1alpha)
        .into_axum_router()
        .fallback_service(Router::new().fallback(call).with_state(shared));
    Server::builder()
        .timeout(ANSWER_TIME_MAX)
        .tcp_nodelay(true)
        .add_routes(Routes::from(generic))
        .serve_with_incoming_shutdown(TcpListenerStream::new(listener), stop)
        .await?;
    Ok(())
}

fn reflection(names: &[String]) -> tonic_reflection::server::Builder<'static> {
    let builder = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(whence_proto::DESCRIPTORS);
    names.iter().fold(builder, |builder, name| builder.with_service_name(name.clone()))
}

async fn call(
    State(shared): State<Shared>,
    request: http::Request<axum::body::Body>,
) -> http::Response<BoxBody> {
    let path = request.uri().path().to_owned();
    let handler = tower::service_fn(move |request: tonic::Request<Bytes>| {
        let (shared, path) = (shared.clone(), path.clone());
        async move { answer(shared, path, request).await }
    });
    tonic::server::Grpc::new(Raw)
        .max_decoding_message_size(REQUEST_BYTES_MAX)
        .unary(handler, request.map(boxed))
        .await
}

async fn answer(
    shared: Shared,
    path: String,
    request: tonic::Request<Bytes>,
) -> Result<Response<Bytes>, Status> {
    let Ok(_permit) = shared.calls.try_acquire() else {
        return Err(Status::resource_exhausted("too many calls at once"));
    };
    let height = asked_height(request.metadata())?;
    let request = Request { bytes: request.into_inner(), height };
    let (bytes, height) = shared.table.answer(&path, request).await?;
    let mut response = Response::new(bytes);
    response.metadata_mut().insert(HEIGHT_HEADER, height.into());
    Ok(response)
}

/// The height in the metadata; 0 and nothing mean the latest.
fn asked_height(metadata: &MetadataMap) -> Result<Option<u64>, Status> {
    let Some(value) = metadata.get(HEIGHT_HEADER) else { return Ok(None) };
    let height: Option<u64> = value.to_str().ok().and_then(|text| text.parse().ok());
    match height {
        Some(0) => Ok(None),
        Some(height) => Ok(Some(height)),
        None => Err(Status::invalid_argument(format!("{HEIGHT_HEADER} is no height"))),
    }
}

/// Messages as bytes: the codec of both sides.
pub struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = from.remaining();
        Ok(Some(from.copy_to_bytes(length)))
    }
}

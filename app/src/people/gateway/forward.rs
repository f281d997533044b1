//! The HTTP side: plain OpenAI requests in, the same bytes with a voucher out, the answer back as
//! it comes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::sync::mpsc::{self, Sender};
use tokio_stream::wrappers::ReceiverStream;

use super::chain::Books;
use super::error::Refusal;
use super::fee::{self, Watch};
use super::payer::{Payer, Quote, Ticket};

/// Header with the voucher: base64 of its protobuf.
const VOUCHER_HEADER: &str = "x-whence-voucher";
/// Header with the salt of the request's digest.
const SALT_HEADER: &str = "x-whence-salt";
/// Longest request that is passed on.
const BODY_BYTES_MAX: usize = 16 << 20;
/// Pieces of an answer that may wait for a slow caller.
const PIECES_WAITING: usize = 64;
/// How often a voucher is written anew when other requests overtook it on their way to the
/// provider.
const TRIES_MAX: u32 = 4;
/// Longest silence of a provider: a CPU answers slowly.
const SILENCE_MAX: Duration = Duration::from_secs(600);

type Http = Result<Response, Refusal>;

/// A gateway.
pub struct Gateway {
    /// Pays.
    pub payer: Payer,
    /// Knows how the escrow stands.
    pub books: Box<dyn Books>,
    /// Where the provider answers, without a `/` at the end.
    pub endpoint: String,
    /// Asks it.
    pub http: reqwest::Client,
}

/// A client of providers.
pub fn http() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().read_timeout(SILENCE_MAX).tcp_nodelay(true).build()?)
}

/// The routes.
pub fn router(gateway: Arc<Gateway>) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/models", get(pass))
        .route("/v1/quote", post(pass))
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(gateway)
}

async fn unknown(method: Method, uri: Uri) -> Refusal {
    let text = format!(
        "{method} {}: expected POST /v1/chat/completions, GET /v1/models or POST /v1/quote",
        uri.path()
    );
    Refusal::new(StatusCode::NOT_FOUND, "not_found", text)
}

/// What costs nothing is passed through.
async fn pass(State(gateway): State<Arc<Gateway>>, method: Method, uri: Uri, body: Bytes) -> Http {
    let url = format!("{}{}", gateway.endpoint, uri.path());
    let request = gateway.http.request(method, url);
    let request = request.header(CONTENT_TYPE, "application/json").body(body);
    whole(request.send().await.map_err(unreachable)?).await
}

async fn chat(State(gateway): State<Arc<Gateway>>, body: Bytes) -> Http {
    let quote = match gateway.quote(&body).await? {
        Ok(quote) => quote,
        Err(refused) => return Ok(refused),
    };
    for _ in 1..TRIES_MAX {
        match gateway.pay(&quote, &body).await? {
            Paid::Answer(answer) => return Ok(answer),
            Paid::Overtaken(_) => {}
        }
    }
    match gateway.pay(&quote, &body).await? {
        Paid::Answer(answer) | Paid::Overtaken(answer) => Ok(answer),
    }
}

enum Paid {
    Answer(Response),
    /// A later voucher arrived first, so that this one allows too little: another one is needed.
    Overtaken(Response),
}

impl Gateway {
    /// What the request may cost; or the provider's refusal, as it is.
    async fn quote(&self, body: &Bytes) -> Result<Result<Quote, Response>, Refusal> {
        let url = format!("{}/v1/quote", self.endpoint);
        let request = self.http.post(url).header(CONTENT_TYPE, "application/json");
        let answer = request.body(body.clone()).send().await.map_err(unreachable)?;
        if !answer.status().is_success() {
            return whole(answer).await.map(Err);
        }
        let text = answer.bytes().await.map_err(unreachable)?;
        let quote = serde_json::from_slice(&text);
        quote.map(Ok).map_err(|why| Refusal::provider("quote_wrong", format!("the quote: {why}")))
    }

    async fn pay(self: &Arc<Self>, quote: &Quote, body: &Bytes) -> Result<Paid, Refusal> {
        let standing = self.books.standing().await?;
        let ticket = self.payer.ticket(quote, &standing, body)?;
        let url = format!("{}/v1/chat/completions", self.endpoint);
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(VOUCHER_HEADER, &ticket.voucher)
            .header(SALT_HEADER, &ticket.salt)
            .body(body.clone());
        // Whatever happens on the way: the provider may have the voucher, so its amount stays
        // promised.
        let answer = request.send().await.map_err(unreachable)?;
        if answer.status().is_success() && is_stream(&answer) {
            return Ok(Paid::Answer(self.stream(answer, ticket)));
        }
        self.finish(answer, &ticket).await
    }

    /// An answer in one piece.
    async fn finish(&self, answer: reqwest::Response, ticket: &Ticket) -> Result<Paid, Refusal> {
        let (status, kind) = (answer.status(), kind(&answer));
        let text = answer.bytes().await.map_err(unreachable)?;
        let value: Value = serde_json::from_slice(&text).unwrap_or_default();
        if !status.is_success() {
            // Refused: nothing was answered, so nothing is owed.
            self.payer.settle(ticket, 0)?;
        } else if let Some(fee) = fee::of(&value, &self.payer.denom) {
            self.payer.settle(ticket, fee)?;
        }
        let code = value.pointer("/error/code").and_then(Value::as_str);
        let overtaken = code == Some("voucher_too_small");
        let response = respond(status, kind, Body::from(text));
        Ok(if overtaken { Paid::Overtaken(response) } else { Paid::Answer(response) })
    }

    /// An answer in pieces, each passed on as it comes.
    fn stream(self: &Arc<Self>, answer: reqwest::Response, ticket: Ticket) -> Response {
        let (status, kind) = (answer.status(), kind(&answer));
        let (sender, receiver) = mpsc::channel(PIECES_WAITING);
        tokio::spawn(Arc::clone(self).relay(answer, ticket, sender));
        respond(status, kind, Body::from_stream(ReceiverStream::new(receiver)))
    }

    /// A caller who goes away ends the provider's work; what it charges for is then known to the
    /// chain alone, so the whole amount stays promised until the ledger is reconciled.
    async fn relay(
        self: Arc<Self>,
        mut answer: reqwest::Response,
        ticket: Ticket,
        sender: Sender<Result<Bytes, reqwest::Error>>,
    ) {
        let mut watch = Watch::new(&self.payer.denom);
        loop {
            let piece = match answer.chunk().await {
                Ok(Some(piece)) => Ok(piece),
                Ok(None) => break,
                Err(error) => Err(error),
            };
            if let Ok(piece) = &piece {
                watch.take(piece);
            }
            let cut = piece.is_err();
            if sender.send(piece).await.is_err() || cut {
                break;
            }
        }
        let settled = watch.fee().map(|fee| self.payer.settle(&ticket, fee));
        if let Some(Err(why)) = settled {
            tracing::error!(escrow = self.payer.escrow_id, %why, "a fee was not noted");
        }
    }
}

fn unreachable(why: reqwest::Error) -> Refusal {
    Refusal::provider("provider_unreachable", format!("the provider: {why}"))
}

fn is_stream(answer: &reqwest::Response) -> bool {
    kind(answer).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

fn kind(answer: &reqwest::Response) -> Option<HeaderValue> {
    answer.headers().get(CONTENT_TYPE).cloned()
}

async fn whole(answer: reqwest::Response) -> Http {
    let (status, kind) = (answer.status(), kind(&answer));
    let text = answer.bytes().await.map_err(unreachable)?;
    Ok(respond(status, kind, Body::from(text)))
}

fn respond(status: StatusCode, kind: Option<HeaderValue>, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Some(kind) = kind {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

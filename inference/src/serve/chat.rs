//! `POST /v1/chat/completions`: check the payment, answer, attribute, keep the report, then end the
//! answer.

use std::ops::ControlFlow;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;
use whence_canon::voucher::Price;
use whence_proto::cosmos::base::v1beta1::Coin;

use super::error::ApiError;
use super::openai::{Request, finish, usage};
use super::receipt::{Answered, shown};
use super::server::Server;
use super::till::{Reserved, SALT_HEADER, Tender, VOUCHER_HEADER};
use super::{quote, stream};
use crate::engine::{ChatRequest, Completion};

/// A request that is paid for and has its turn.
pub(super) struct Job {
    pub(super) server: Arc<Server>,
    pub(super) request: ChatRequest,
    pub(super) reserved: Reserved,
    pub(super) price: Price,
    pub(super) include_usage: bool,
    pub(super) id: String,
    pub(super) created: u64,
    _turn: OwnedSemaphorePermit,
}

/// An answer with its receipt.
pub(super) struct Done {
    pub(super) completion: Completion,
    pub(super) usage: Value,
    pub(super) attribution: Value,
}

/// The handler.
pub async fn chat(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request = Request::parse(&body)?;
    let job = prepare(server, &headers, &body, &request).await?;
    if request.stream {
        return Ok(stream::answer(job));
    }
    let (id, created) = (job.id.clone(), job.created);
    let worker = tokio::task::spawn_blocking(move || job.run(|_| ControlFlow::Continue(())));
    let done = worker
        .await
        .map_err(|why| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "engine_failed", why))??;
    let choice = json!({
        "index": 0,
        "message": {
            "role": "assistant",
            "content": done.completion.text,
            "refusal": null,
            "annotations": [],
        },
        "logprobs": null,
        "finish_reason": finish(done.completion.finish_reason),
    });
    Ok(Json(json!({
        "id": id,
        "object": "chat.completion",
        "created": created,
        "model": request.model,
        "choices": [choice],
        "usage": done.usage,
        "attribution": done.attribution,
    }))
    .into_response())
}

async fn prepare(
    server: Arc<Server>,
    headers: &HeaderMap,
    body: &Bytes,
    request: &Request,
) -> Result<Job, ApiError> {
    let chat = request.chat()?;
    let adapter_id = server.ids.get(&request.model)?;
    let (price, _) = server.price().await?;
    let (_, cost_max) = quote::cost(&server, request, price)?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (voucher, salt) = (header(VOUCHER_HEADER), header(SALT_HEADER));
    let tender = Tender { voucher, salt, body, adapter_id, cost_max };
    let turn = server.turns.next().await?;
    let reserved = server.till.take(tender).await?;
    let id = format!("chatcmpl-{}-{}", reserved.voucher.escrow_id, reserved.voucher.sequence);
    Ok(Job {
        server,
        request: chat,
        reserved,
        price,
        include_usage: request.include_usage(),
        id,
        created: unix_seconds(),
        _turn: turn,
    })
}

fn unix_seconds() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map(|since| since.as_secs())
        .unwrap_or(0)
}

impl Job {
    /// Answers; when this returns, the report is on disk.
    pub(super) fn run(
        &self,
        on_text: impl FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Done, ApiError> {
        let engine = &self.server.engine;
        let name = self.request.adapter.as_deref().unwrap_or_default();
        let loaded = engine.adapter(name)?;
        let index = loaded.index.as_ref().ok_or_else(|| {
            let text = format!("model {name:?} has no attribution index, so it cannot be paid for");
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "index_missing", text)
        })?;
        let completion = engine.chat(&self.request, on_text)?;
        let attribution = engine.score(name, &completion.prompt_ids, &completion.answer_ids)?;
        let prompt = engine.tokenizer().prompt(&self.request.messages)?;
        let count = |ids: &[u32]| u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let (read, written) = (count(&completion.prompt_ids), count(&completion.answer_ids));
        let fee = self.price.fee(read, written).unwrap_or(u128::MAX);
        let denom = self.reserved.voucher.max_fee.clone().unwrap_or_default().denom;
        let answered = Answered {
            voucher: self.reserved.voucher.clone(),
            prompt: &prompt,
            output: &completion.text,
            prompt_tokens: read,
            completion_tokens: written,
            fee: Coin { denom, amount: fee.to_string() },
            method: &index.file().header().settings.method,
            index_root: index.root(),
            attribution: &attribution,
        };
        let (report, salt) = answered.report();
        let attribution = shown(self.server.till.provider_id, &report, &salt);
        self.server.keep(report)?;
        Ok(Done { completion, usage: usage(read, written), attribution })
    }
}

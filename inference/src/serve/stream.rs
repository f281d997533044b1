//! A streamed answer: server-sent events in OpenAI's shape, `[DONE]` at the end of a whole one. One
//! that breaks off ends with an error instead, so that nobody takes a part for the whole.
//!
//! A caller who goes away stops the generation; what was generated is reported all the same.

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinHandle;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::chat::{Done, Job};
use super::error::ApiError;
use super::openai::finish;

/// Pieces that may wait for a slow caller.
const PIECES_WAITING: usize = 64;
/// How often a comment keeps an idle connection open.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// The answer as a stream.
pub(super) fn answer(job: Job) -> Response {
    respond(move |sender| work(&job, sender))
}

/// What `work` sends, piece by piece, and then how it ended.
fn respond(work: impl FnOnce(&Sender<Value>) -> Result<(), ApiError> + Send + 'static) -> Response {
    let (sender, receiver) = mpsc::channel::<Value>(PIECES_WAITING);
    let worker = tokio::task::spawn_blocking(move || work(&sender));
    let pieces = ReceiverStream::new(receiver).map(|chunk| text(&chunk));
    let events = pieces.chain(futures::stream::once(end(worker)));
    let events = events.map(|data| Ok::<_, Infallible>(Event::default().data(data)));
    let alive = KeepAlive::new().interval(KEEP_ALIVE);
    Sse::new(events).keep_alive(alive).into_response()
}

/// The last event: `[DONE]` after a whole answer, the reason after one that broke off.
async fn end(worker: JoinHandle<Result<(), ApiError>>) -> String {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let ended = worker.await.map_err(|why| ApiError::new(status, "engine_failed", why));
    match ended.and_then(|worked| worked) {
        Ok(()) => "[DONE]".to_owned(),
        Err(why) => text(&why.body()),
    }
}

fn text(chunk: &Value) -> String {
    serde_json::to_string(chunk).unwrap_or_default()
}

fn work(job: &Job, sender: &Sender<Value>) -> Result<(), ApiError> {
    let mut first = true;
    let done = job.run(|piece| {
        let mut delta = json!({ "content": piece });
        if std::mem::take(&mut first) {
            delta["role"] = json!("assistant");
        }
        match sender.blocking_send(chunk(job, delta, None)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    for last in closing(job, done) {
        if sender.blocking_send(last).is_err() {
            // The caller went away: nobody reads how it ended.
            break;
        }
    }
    Ok(())
}

fn closing(job: &Job, done: Done) -> Vec<Value> {
    let reason = finish(done.completion.finish_reason);
    let mut last = chunk(job, json!({}), Some(reason));
    last["attribution"] = done.attribution;
    let mut chunks = vec![last];
    if job.include_usage {
        let mut counts = chunk(job, json!({}), None);
        counts["choices"] = json!([]);
        counts["usage"] = done.usage;
        chunks.push(counts);
    }
    chunks
}

fn chunk(job: &Job, delta: Value, finish_reason: Option<&str>) -> Value {
    let choice = json!({
        "index": 0,
        "delta": delta,
        "logprobs": null,
        "finish_reason": finish_reason,
    });
    json!({
        "id": job.id,
        "object": "chat.completion.chunk",
        "created": job.created,
        "model": job.request.adapter,
        "choices": [choice],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told(
        work: impl FnOnce(&Sender<Value>) -> Result<(), ApiError> + Send + 'static,
    ) -> Vec<String> {
        let body = respond(work).into_body();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
    }

    fn piece(sender: &Sender<Value>) {
        sender.blocking_send(json!({ "content": "a part" })).unwrap();
    }

    #[tokio::test]
    async fn a_whole_answer_ends_in_done() {
        let told = told(|sender| {
            piece(sender);
            Ok(())
        });
        assert_eq!(told.await, [r#"{"content":"a part"}"#, "[DONE]"]);
    }

    #[tokio::test]
    async fn an_answer_that_a_panic_or_an_error_breaks_off_ends_in_an_error() {
        let panicked = told(|sender| {
            piece(sender);
            panic!("planted");
        });
        let refused = told(|sender| {
            piece(sender);
            Err(ApiError::invalid("planted"))
        });
        let expected = [(panicked.await, "engine_failed"), (refused.await, "invalid_request")];
        for (told, code) in expected {
            assert_eq!(told.len(), 2, "the part, the error and no [DONE]: {told:?}");
            let error: Value = serde_json::from_str(&told[1]).unwrap();
            assert_eq!(error["error"]["code"], code, "{error}");
            assert!(error["error"]["message"].as_str().unwrap().contains("planted"), "{error}");
        }
    }
}

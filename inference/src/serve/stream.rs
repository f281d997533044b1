//! A streamed answer: server-sent events in OpenAI's shape, `[DONE]` at the end.
//!
//! A caller who goes away stops the generation; what was generated is reported all the same.

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc::{self, Sender};
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
    let (sender, receiver) = mpsc::channel::<Value>(PIECES_WAITING);
    tokio::task::spawn_blocking(move || work(&job, &sender));
    let events = ReceiverStream::new(receiver).map(|chunk| Event::default().data(text(&chunk)));
    let events = events.chain(tokio_stream::once(Event::default().data("[DONE]")));
    let alive = KeepAlive::new().interval(KEEP_ALIVE);
    Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(alive).into_response()
}

fn text(chunk: &Value) -> String {
    serde_json::to_string(chunk).unwrap_or_default()
}

fn work(job: &Job, sender: &Sender<Value>) {
    let mut first = true;
    let outcome = job.run(|piece| {
        let mut delta = json!({ "content": piece });
        if std::mem::take(&mut first) {
            delta["role"] = json!("assistant");
        }
        match sender.blocking_send(chunk(job, delta, None)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    for last in closing(job, outcome) {
        if sender.blocking_send(last).is_err() {
            return;
        }
    }
}

fn closing(job: &Job, outcome: Result<Done, ApiError>) -> Vec<Value> {
    let done = match outcome {
        Ok(done) => done,
        Err(why) => return vec![why.body()],
    };
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

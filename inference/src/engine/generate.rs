//! A chat in, an answer out, token by token.

use std::ops::ControlFlow;

use super::guard;
use super::sampler::{Sampler, Sampling};
use super::{Engine, Loaded};
use crate::error::{Error, Result};
use crate::model::{Batch, Cache, Lora, numbers};
use crate::tokenizer::{Message, TextStream};

/// Prompt tokens read in one pass; bounds the memory that scores take.
const PREFILL_TOKENS: usize = 256;
/// Stop texts in one request.
const STOPS_MAX: usize = 16;

/// What a caller wants.
#[derive(Debug, Clone)]
pub struct ChatRequest {
    /// The chat so far.
    pub messages: Vec<Message>,
    /// The adapter's name; none is the bare base.
    pub adapter: Option<String>,
    /// Most tokens to answer with; cut down to what fits in the context.
    pub max_tokens: usize,
    /// How to pick tokens.
    pub sampling: Sampling,
    /// Texts that end the answer, and are not part of it.
    pub stop: Vec<String>,
}

impl ChatRequest {
    /// One question, answered greedily.
    pub fn question(text: &str, adapter: Option<&str>, max_tokens: usize) -> Self {
        Self {
            messages: vec![Message::user(text)],
            adapter: adapter.map(str::to_owned),
            max_tokens,
            sampling: Sampling { temperature: 0.0, top_p: 1.0, top_k: 0, seed: 0 },
            stop: Vec::new(),
        }
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// The model ended it, or a stop text was met.
    Stop,
    /// No more tokens were asked for, or none fit.
    Length,
    /// The caller went away.
    Cancelled,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Completion {
    /// Its text.
    pub text: String,
    /// The prompt as the model read it.
    pub prompt_ids: Vec<u32>,
    /// The tokens of the answer, without the one that ends it.
    pub answer_ids: Vec<u32>,
    /// Why it ended.
    pub finish_reason: FinishReason,
}

impl Engine {
    /// Answers a chat; `on_text` is called with each new piece of text and may break off.
    pub fn chat(
        &self,
        request: &ChatRequest,
        on_text: impl FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Completion> {
        request.sampling.check()?;
        if request.max_tokens == 0 {
            return Err(Error::Request("max_tokens is 0: at least 1".into()));
        }
        if request.stop.len() > STOPS_MAX || request.stop.iter().any(String::is_empty) {
            return Err(Error::Request(format!("stop takes up to {STOPS_MAX} texts, none empty")));
        }
        let loaded = request.adapter.as_deref().map(|name| self.adapter(name)).transpose()?;
        guard::contain(|| {
            let prompt = self.tokenizer.prompt(&request.messages)?;
            let prompt = self.tokenizer.encode(&prompt)?;
            let limit = self.model.config().context - 1;
            if prompt.len() > limit {
                return Err(Error::PromptTooLong { tokens: prompt.len(), limit });
            }
            self.answer(prompt, request, loaded.as_deref(), on_text)
        })
    }

    fn answer(
        &self,
        prompt: Vec<u32>,
        request: &ChatRequest,
        loaded: Option<&Loaded>,
        on_text: impl FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Completion> {
        let lora = loaded.map(|loaded| &loaded.lora);
        let config = self.model.config();
        let room = request.max_tokens.min(config.context - prompt.len());
        let mut cache = Cache::new(config, prompt.len() + room, self.model.device());
        let mut sampler = Sampler::new(request.sampling.clone());
        let mut out = Output::new(&request.stop, on_text);
        let mut stream = TextStream::default();
        let mut answer_ids = Vec::new();
        let mut scores = self.read(&prompt, lora, &mut cache)?;
        let finish_reason = loop {
            let token = sampler.pick(&scores)?;
            if token == self.tokenizer.end() {
                break FinishReason::Stop;
            }
            answer_ids.push(token);
            if let Some(reason) = out.push(&stream.push(&self.tokenizer, token)?) {
                break reason;
            }
            if answer_ids.len() == room {
                break FinishReason::Length;
            }
            scores = self.read(&[token], lora, &mut cache)?;
        };
        let finish_reason = out.finish(&stream.finish(&self.tokenizer)?, finish_reason);
        Ok(Completion { text: out.text, prompt_ids: prompt, answer_ids, finish_reason })
    }

    /// Reads tokens into the cache; gives the scores of the token that follows them.
    pub fn read(&self, ids: &[u32], lora: Option<&Lora>, cache: &mut Cache) -> Result<Vec<f32>> {
        let left = cache.capacity().saturating_sub(cache.tokens());
        if ids.is_empty() || ids.len() > left {
            return Err(Error::Request(format!("{} tokens: expected 1 to {left}", ids.len())));
        }
        let mut last = None;
        for part in ids.chunks(PREFILL_TOKENS) {
            let hidden = self.model.hidden(&Batch::single(part), lora, Some(cache));
            let width = self.model.config().width;
            last = Some(hidden.slice([part.len() - 1..part.len(), 0..width]));
        }
        match last {
            Some(last) => numbers(self.model.logits(last)),
            None => Ok(Vec::new()),
        }
    }
}

/// Hands out text, holding back what may turn out to be the start of a stop text.
struct Output<'a, F> {
    text: String,
    given: usize,
    stopped: bool,
    stop: &'a [String],
    on_text: F,
}

impl<'a, F: FnMut(&str) -> ControlFlow<()>> Output<'a, F> {
    fn new(stop: &'a [String], on_text: F) -> Self {
        Self { text: String::new(), given: 0, stopped: false, stop, on_text }
    }

    fn push(&mut self, piece: &str) -> Option<FinishReason> {
        self.text.push_str(piece);
        let met = self.stop.iter().filter_map(|stop| self.text[self.given..].find(stop)).min();
        if let Some(at) = met {
            self.text.truncate(self.given + at);
            self.stopped = true;
            return self.give(self.text.len()).or(Some(FinishReason::Stop));
        }
        let held = self.stop.iter().map(|stop| overlap(&self.text, stop)).max().unwrap_or(0);
        self.give(self.text.len() - held)
    }

    fn finish(&mut self, rest: &str, reason: FinishReason) -> FinishReason {
        if self.stopped || reason == FinishReason::Cancelled {
            return reason;
        }
        let met = self.push(rest);
        self.give(self.text.len()).or(met).unwrap_or(reason)
    }

    fn give(&mut self, end: usize) -> Option<FinishReason> {
        if end <= self.given {
            return None;
        }
        let flow = (self.on_text)(&self.text[self.given..end]);
        self.given = end;
        flow.is_break().then_some(FinishReason::Cancelled)
    }
}

/// Bytes at the end of `text` that begin `stop`.
fn overlap(text: &str, stop: &str) -> usize {
    let starts = stop.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
    starts.filter(|at| text.ends_with(&stop[..*at])).max().unwrap_or(0)
}

//! The shapes of OpenAI's chat interface, as far as they are served; anything else is refused by
//! name.

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ApiError;
use crate::engine::{ChatRequest, FinishReason, Sampling};
use crate::tokenizer::{Message, Role};

/// Tokens of an answer when the request does not say.
pub const TOKENS_DEFAULT: usize = 256;
/// Most tokens of one answer.
pub const TOKENS_MAX: usize = 4096;
/// Most stop texts (as OpenAI's).
const STOPS_MAX: usize = 4;

/// A chat request. Fields that would change the answer and are not served are refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The adapter's name.
    pub model: String,
    messages: Vec<ChatMessage>,
    max_tokens: Option<usize>,
    max_completion_tokens: Option<usize>,
    temperature: Option<f32>,
    top_p: Option<f32>,
    top_k: Option<usize>,
    seed: Option<u64>,
    stop: Option<Stop>,
    n: Option<usize>,
    /// Whether the answer comes piece by piece.
    #[serde(default)]
    pub stream: bool,
    stream_options: Option<StreamOptions>,
    /// Taken and not used: an end user's name, and what callers note for themselves.
    #[serde(rename = "user")]
    _user: Option<Value>,
    #[serde(rename = "metadata")]
    _metadata: Option<Value>,
    #[serde(rename = "store")]
    _store: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct ChatMessage {
    role: String,
    content: Content,
}

/// A message's content: a text, or parts of type text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Stop {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

impl Request {
    /// Reads a body; the error names the field.
    pub fn parse(body: &[u8]) -> Result<Self, ApiError> {
        serde_json::from_slice(body).map_err(|why| ApiError::invalid(format!("body: {why}")))
    }

    /// Whether a stream ends with a chunk of token counts.
    pub fn include_usage(&self) -> bool {
        self.stream_options.as_ref().is_some_and(|options| options.include_usage)
    }

    /// Most tokens of the answer.
    pub fn max_tokens(&self) -> Result<usize, ApiError> {
        let asked = self.max_completion_tokens.or(self.max_tokens).unwrap_or(TOKENS_DEFAULT);
        if !(1..=TOKENS_MAX).contains(&asked) {
            let text = format!("max_tokens is {asked}, expected 1 to {TOKENS_MAX}");
            return Err(ApiError::invalid(text));
        }
        Ok(asked)
    }

    /// The chat.
    pub fn messages(&self) -> Result<Vec<Message>, ApiError> {
        self.messages.iter().map(ChatMessage::read).collect()
    }

    /// What the engine is asked for.
    pub fn chat(&self) -> Result<ChatRequest, ApiError> {
        if self.n.is_some_and(|n| n != 1) {
            return Err(ApiError::invalid("n: one answer a request is served, expected 1"));
        }
        let stop = match &self.stop {
            None => Vec::new(),
            Some(Stop::One(text)) => vec![text.clone()],
            Some(Stop::Several(texts)) => texts.clone(),
        };
        if stop.len() > STOPS_MAX {
            let text = format!("stop has {} texts, expected at most {STOPS_MAX}", stop.len());
            return Err(ApiError::invalid(text));
        }
        let sampling = Sampling {
            temperature: self.temperature.unwrap_or(1.0),
            top_p: self.top_p.unwrap_or(1.0),
            top_k: self.top_k.unwrap_or(0),
            seed: self.seed.unwrap_or_else(rand::random),
        };
        Ok(ChatRequest {
            messages: self.messages()?,
            adapter: Some(self.model.clone()),
            max_tokens: self.max_tokens()?,
            sampling,
            stop,
        })
    }
}

impl ChatMessage {
    fn read(&self) -> Result<Message, ApiError> {
        let role: Role = match self.role.as_str() {
            "developer" => Role::System,
            other => other.parse()?,
        };
        let content = match &self.content {
            Content::Text(text) => text.clone(),
            Content::Parts(parts) => match parts.iter().find(|part| part.kind != "text") {
                Some(part) => {
                    let text = format!("content of type {:?}, expected \"text\"", part.kind);
                    return Err(ApiError::invalid(text));
                }
                None => parts.iter().map(|part| part.text.as_str()).collect(),
            },
        };
        Ok(Message { role, content })
    }
}

/// How an answer ended, in OpenAI's words.
pub fn finish(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Length => "length",
        FinishReason::Stop | FinishReason::Cancelled => "stop",
    }
}

/// Token counts.
pub fn usage(prompt: u32, completion: u32) -> Value {
    json!({
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": u64::from(prompt) + u64::from(completion),
    })
}

//! A chat as the text that the model was trained on, by the template in its file.

use std::str::FromStr;

use minijinja::{Environment, context};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::gguf::Gguf;

/// Steps that a template may take; the file's author is not trusted with our time.
const TEMPLATE_FUEL: u64 = 1_000_000;
/// Messages in one chat.
const MESSAGES_MAX: usize = 1024;

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions for the whole chat.
    System,
    /// The person who asks.
    User,
    /// The model.
    Assistant,
}

impl FromStr for Role {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "system" => Ok(Self::System),
            "user" => Ok(Self::User),
            "assistant" => Ok(Self::Assistant),
            other => {
                Err(Error::Request(format!("role {other:?} is not system, user or assistant")))
            }
        }
    }
}

/// One message of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

impl Message {
    /// A message from the person who asks.
    pub fn user(content: impl Into<String>) -> Self {
        Self { role: Role::User, content: content.into() }
    }

    /// A message from the model.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self { role: Role::Assistant, content: content.into() }
    }
}

/// The compiled template with the two tokens it may name.
pub(super) struct Template {
    environment: Environment<'static>,
    begin: String,
    end: String,
}

impl Template {
    pub(super) fn new(gguf: &Gguf, begin: &str, end: &str) -> Result<Self> {
        let source = gguf.require("tokenizer.chat_template")?.text().unwrap_or_default();
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_fuel(Some(TEMPLATE_FUEL));
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_template_owned("chat", source.to_owned()).map_err(|why| {
            Error::Tokenizer(format!("the chat template does not compile: {why}"))
        })?;
        Ok(Self { environment, begin: begin.to_owned(), end: end.to_owned() })
    }

    pub(super) fn render(&self, messages: &[Message], answer: bool) -> Result<String> {
        if messages.is_empty() || messages.len() > MESSAGES_MAX {
            return Err(Error::Request(format!(
                "a chat of {} messages: expected 1 to {MESSAGES_MAX}",
                messages.len()
            )));
        }
        let fields = context! {
            messages => messages,
            add_generation_prompt => answer,
            bos_token => self.begin,
            eos_token => self.end,
        };
        let template = self.environment.get_template("chat");
        let rendered = template.and_then(|template| template.render(fields));
        rendered.map_err(|why| Error::Request(format!("the chat does not fit the template: {why}")))
    }
}

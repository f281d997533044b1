//! Text to token ids and back, with everything taken from the model file.
//!
//! The pre-tokenizer `smollm` splits off every single digit of any script, then applies GPT-2's
//! pattern; other pre-tokenizers are refused, because a near miss gives other ids silently.

mod chat;
mod stream;

use tokenizers::models::bpe::BPE;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::{AddedToken, PreTokenizerWrapper};

pub use chat::{Message, Role};
pub use stream::TextStream;

use crate::error::{Error, Result};
use crate::gguf::{Gguf, Value};

/// Token kinds in GGUF that stand for themselves and never come out of plain text.
const KIND_CONTROL: u64 = 3;

/// What the template writes before a user's words.
const USER_HEADER: &str = "<|im_start|>user\n";

/// A text longer than this is refused before any work is done on it.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// The tokenizer of one base model.
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    template: chat::Template,
    end: u32,
    vocabulary: usize,
}

impl Tokenizer {
    /// Builds the tokenizer from a model file's metadata.
    pub fn from_gguf(gguf: &Gguf) -> Result<Self> {
        expect_text(gguf, "tokenizer.ggml.model", "gpt2")?;
        expect_text(gguf, "tokenizer.ggml.pre", "smollm")?;
        let tokens = texts(gguf, "tokenizer.ggml.tokens")?;
        let mut inner = tokenizers::Tokenizer::new(byte_pairs(gguf, &tokens)?);
        inner.with_pre_tokenizer(Some(Sequence::new(vec![
            PreTokenizerWrapper::Digits(Digits::new(true)),
            PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, true, true)),
        ])));
        inner.with_decoder(Some(ByteLevel::new(false, true, true)));
        inner.add_special_tokens(&control_tokens(gguf, &tokens)?);
        if inner.get_vocab_size(true) != tokens.len() {
            return Err(Error::Tokenizer("the vocabulary holds a token twice".into()));
        }
        let end = special(gguf, "tokenizer.ggml.eos_token_id", tokens.len())?;
        let begin = special(gguf, "tokenizer.ggml.bos_token_id", tokens.len())?;
        let text = |id: u32| tokens[id as usize].as_str();
        let template = chat::Template::new(gguf, text(begin), text(end))?;
        Ok(Self { inner, template, end, vocabulary: tokens.len() })
    }

    /// Token ids of a text; control tokens in it stand for themselves, nothing is added.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(Error::Tokenizer(format!(
                "a text of {} bytes is too long: at most {TEXT_BYTES_MAX}",
                text.len()
            )));
        }
        let encoding = self.inner.encode_fast(text, false);
        Ok(encoding.map_err(|why| Error::Tokenizer(why.to_string()))?.get_ids().to_vec())
    }

    /// The text of token ids, without control tokens.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        self.inner.decode(ids, true).map_err(|why| Error::Tokenizer(why.to_string()))
    }

    /// The text of a chat, ready for the assistant to answer.
    pub fn prompt(&self, messages: &[Message]) -> Result<String> {
        self.template.render(messages, true)
    }

    /// Where the words of the last question begin in a prompt: after the last header of a user,
    /// or at the prompt's end when there is none.
    pub fn question_start(&self, prompt: &[u32]) -> Result<usize> {
        let header = self.encode(USER_HEADER)?;
        let found = prompt.windows(header.len()).rposition(|window| window == header);
        Ok(found.map_or(prompt.len(), |at| at + header.len()))
    }

    /// The token that ends an answer.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// How many ids there are.
    pub fn vocabulary(&self) -> usize {
        self.vocabulary
    }
}

fn byte_pairs(gguf: &Gguf, tokens: &[String]) -> Result<BPE> {
    let mut merges = Vec::new();
    for merge in texts(gguf, "tokenizer.ggml.merges")? {
        let (left, right) = merge
            .split_once(' ')
            .ok_or_else(|| Error::Tokenizer(format!("merge {merge:?} is not two parts")))?;
        merges.push((left.to_owned(), right.to_owned()));
    }
    let ids = (0..).map(|id: u32| id);
    let vocabulary: tokenizers::models::bpe::Vocab = tokens.iter().cloned().zip(ids).collect();
    let builder = BPE::builder().vocab_and_merges(vocabulary, merges);
    builder.build().map_err(|why| Error::Tokenizer(why.to_string()))
}

fn control_tokens(gguf: &Gguf, tokens: &[String]) -> Result<Vec<AddedToken>> {
    let kinds = array(gguf, "tokenizer.ggml.token_type")?;
    if kinds.len() != tokens.len() {
        return Err(Error::Tokenizer(format!(
            "{} token kinds for {} tokens",
            kinds.len(),
            tokens.len()
        )));
    }
    let control = |kind: &Value| kind.unsigned() == Some(KIND_CONTROL);
    let pairs = tokens.iter().zip(kinds).filter(|(_, kind)| control(kind));
    Ok(pairs.map(|(token, _)| AddedToken::from(token.clone(), true).normalized(false)).collect())
}

fn expect_text(gguf: &Gguf, name: &str, expected: &str) -> Result<()> {
    match gguf.require(name)?.text() {
        Some(found) if found == expected => Ok(()),
        found => Err(Error::Tokenizer(format!("{name} is {found:?}: only {expected:?} is known"))),
    }
}

fn special(gguf: &Gguf, name: &str, vocabulary: usize) -> Result<u32> {
    let id = gguf.require_count(name)?;
    if id >= vocabulary {
        return Err(Error::Tokenizer(format!("{name} {id} is outside the vocabulary")));
    }
    Ok(id as u32)
}

fn array<'a>(gguf: &'a Gguf, name: &str) -> Result<&'a [Value]> {
    let value = gguf.require(name)?.array();
    value.ok_or_else(|| Error::Tokenizer(format!("{name} is not an array")))
}

fn texts(gguf: &Gguf, name: &str) -> Result<Vec<String>> {
    let text = |value: &Value| value.text().map(str::to_owned);
    let all: Option<Vec<String>> = array(gguf, name)?.iter().map(text).collect();
    all.ok_or_else(|| Error::Tokenizer(format!("{name} holds something that is not text")))
}

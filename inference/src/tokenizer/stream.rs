//! Text as it grows, token by token, never cutting a character in two.

use super::Tokenizer;
use crate::error::Result;

/// What a broken or unfinished character decodes to.
const UNFINISHED: char = '\u{fffd}';

/// Tokens kept before the new ones, so that their joint decoding settles spaces.
const CONTEXT_TOKENS: usize = 6;

/// Tokens an unfinished character may span before it is let through as it is.
const HELD_TOKENS_MAX: usize = 8;

/// Turns a growing list of tokens into pieces of text that only ever append.
#[derive(Debug, Default)]
pub struct TextStream {
    ids: Vec<u32>,
    /// Start of the tokens that are decoded together with new ones.
    from: usize,
    /// End of the tokens whose text has been handed out.
    given: usize,
}

impl TextStream {
    /// Adds a token; returns the text that is now certain, perhaps empty.
    pub fn push(&mut self, tokenizer: &Tokenizer, id: u32) -> Result<String> {
        self.ids.push(id);
        self.advance(tokenizer, false)
    }

    /// The rest of the text when no token will follow.
    pub fn finish(&mut self, tokenizer: &Tokenizer) -> Result<String> {
        self.advance(tokenizer, true)
    }

    fn advance(&mut self, tokenizer: &Tokenizer, last: bool) -> Result<String> {
        let before = tokenizer.decode(&self.ids[self.from..self.given])?;
        let after = tokenizer.decode(&self.ids[self.from..])?;
        let held = self.ids.len() - self.given;
        if after.ends_with(UNFINISHED) && !last && held < HELD_TOKENS_MAX {
            return Ok(String::new());
        }
        self.given = self.ids.len();
        self.from = self.given.saturating_sub(CONTEXT_TOKENS);
        Ok(after.strip_prefix(&before).unwrap_or(&after).to_owned())
    }
}

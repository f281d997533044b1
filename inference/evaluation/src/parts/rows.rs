//! Real rows for the parts that work on text: the SQLite documentation of the demo, and its words.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The demo's three files, 66 rows each (SQLite documentation, public domain).
const FILES: [&str; 3] = [
    include_str!("../../../../localnet/data/search.jsonl"),
    include_str!("../../../../localnet/data/durability.jsonl"),
    include_str!("../../../../localnet/data/json.jsonl"),
];

/// Rows of each file: each is one contributor's.
pub const ROWS_PER_FILE: usize = 66;

/// A row as the demo's contributors give it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[expect(dead_code, reason = "rows are judged by their answers")]
    prompt: String,
    answer: String,
}

/// The answers of all rows, in the order of the files: paragraphs of 18 to 75 words.
pub fn paragraphs() -> Result<Vec<String>> {
    let parse = |line| -> Result<String> {
        let row: Row = serde_json::from_str(line).context("a row of the demo")?;
        Ok(row.answer)
    };
    FILES.iter().flat_map(|file| file.lines()).map(parse).collect()
}

/// Words and marks of a text: runs of letters and digits, and each other visible character.
pub fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices() {
        match (letter.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (true, Some(_)) => {}
            (false, open) => {
                words.extend(open.and_then(|from| text.get(from..at)));
                start = None;
                if !letter.is_whitespace() {
                    words.extend(text.get(at..at + letter.len_utf8()));
                }
            }
        }
    }
    words.extend(start.and_then(|from| text.get(from..)));
    words
}

/// Numbers words in the order in which they are first seen.
#[derive(Debug, Default)]
pub struct Vocabulary(BTreeMap<String, u32>);

impl Vocabulary {
    /// The numbers of a text's words; new words get new numbers.
    pub fn tokens(&mut self, text: &str) -> Vec<u32> {
        let number = |word: &str| {
            let next = self.0.len() as u32;
            *self.0.entry(word.to_owned()).or_insert(next)
        };
        words(text).into_iter().map(number).collect()
    }

    /// Words known.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no word is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

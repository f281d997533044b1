//! The span index as a file: a magic, sizes, rows, tokens, the suffix order, and the root.
//!
//! All numbers little-endian: `"WHSPANS\x01"`, vocabulary u32, rows u32, symbols u32; per row id
//! u64, cluster u64, start u32; the symbols (u16 or i32 by the vocabulary; ids moved up by one, 0
//! ends a row); the order, i32 each; the root, 32 bytes.

use super::index::{RowPlace, SpanIndex};
use super::text::{Symbol, Text, either, is_order};
use crate::error::{Error, Result};

/// Says what the file is, and in which version.
const MAGIC: &[u8; 8] = b"WHSPANS\x01";
const ROW_BYTES: usize = 20;
const ROOT_BYTES: usize = 32;

fn wrong(why: &str) -> Error {
    Error::Format(format!("span index: {why}"))
}

/// Takes bytes from the front.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count).ok_or_else(|| wrong("cut off"))?;
        self.0 = rest;
        Ok(head)
    }

    fn number(&mut self, bytes: usize) -> Result<u64> {
        Ok(number(self.take(bytes)?))
    }
}

/// A little-endian number of at most eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl SpanIndex {
    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let sizes = [self.vocabulary, self.rows.len() as u32, self.text.len() as u32];
        sizes.iter().for_each(|size| out.extend(size.to_le_bytes()));
        for row in &self.rows {
            out.extend(row.id.to_le_bytes());
            out.extend(row.cluster.to_le_bytes());
            out.extend(row.start.to_le_bytes());
        }
        either!(&self.text, symbols => symbols.iter().for_each(|s| out.extend(s.to_le_bytes())));
        self.order.iter().for_each(|place| out.extend(place.to_le_bytes()));
        out.extend(self.root());
        out
    }

    /// Reads [`Self::to_bytes`], whoever wrote it: sizes before anything is copied, every row where
    /// its separator says, the order checked suffix by suffix, and the root last.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| wrong("not one of version 1"))?;
        let mut file = Cursor(rest);
        let vocabulary = file.number(4)? as u32;
        let (rows, symbols) = (file.number(4)? as usize, file.number(4)? as usize);
        let mut text = Text::empty(vocabulary)?;
        let width = either!(&text, kept => symbol_bytes(kept));
        let whole = rows as u128 * ROW_BYTES as u128
            + symbols as u128 * (width as u128 + 4)
            + ROOT_BYTES as u128;
        if whole != file.0.len() as u128 || symbols > i32::MAX as usize {
            return Err(wrong("its sizes do not fit its length"));
        }
        let rows = file.take(rows * ROW_BYTES)?.chunks_exact(ROW_BYTES);
        let rows: Vec<RowPlace> = rows.map(parse_row).collect();
        parse_symbols(file.take(symbols * width)?, &mut text);
        require_rows(&rows, &text, vocabulary)?;
        let order = file.take(symbols * 4)?.chunks_exact(4);
        let order: Vec<i32> = order.map(|place| number(place) as i32).collect();
        if !is_order(&text, &order) {
            return Err(wrong("its order is not that of the suffixes"));
        }
        let index = Self::assemble(vocabulary, rows, text, order)?;
        match index.root() == file.0 {
            true => Ok(index),
            false => Err(wrong("its content does not give its root")),
        }
    }
}

fn symbol_bytes<T: Symbol>(_: &[T]) -> usize {
    T::BYTES
}

fn parse_row(bytes: &[u8]) -> RowPlace {
    let (id, rest) = bytes.split_at(8);
    let (cluster, start) = rest.split_at(8);
    RowPlace { id: number(id), cluster: number(cluster), start: number(start) as u32 }
}

fn parse_symbols(bytes: &[u8], text: &mut Text) {
    match text {
        Text::Narrow(symbols) => {
            symbols.extend(bytes.chunks_exact(2).map(|symbol| number(symbol) as u16));
        }
        Text::Wide(symbols) => {
            symbols.extend(bytes.chunks_exact(4).map(|symbol| number(symbol) as i32));
        }
    }
}

/// Rows begin where the one before ended, hold a token at least, and know only their vocabulary.
fn require_rows(rows: &[RowPlace], text: &Text, vocabulary: u32) -> Result<()> {
    fn starts<T: Symbol>(symbols: &[T], vocabulary: u32) -> Option<Vec<usize>> {
        let mut starts = vec![0];
        for (at, symbol) in symbols.iter().enumerate() {
            let first = starts.last().is_some_and(|start| *start == at);
            match *symbol == T::SEPARATOR {
                true if first => return None,
                true => starts.push(at + 1),
                false if symbol.token().is_none_or(|token| token >= vocabulary) => return None,
                false => {}
            }
        }
        // the last separator must be the last symbol
        starts.pop().filter(|start| *start == symbols.len())?;
        Some(starts)
    }
    let starts = either!(text, symbols => starts(symbols, vocabulary));
    let starts = starts.ok_or_else(|| wrong("a row is empty, unended or has an unknown token"))?;
    let given = rows.iter().map(|row| row.start as usize);
    match !rows.is_empty() && given.eq(starts) {
        true => Ok(()),
        false => Err(wrong("rows do not begin where the text says")),
    }
}

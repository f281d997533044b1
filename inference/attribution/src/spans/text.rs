//! The tokens of all rows, one after the other, and the order of their suffixes.

use libsais::SuffixArrayConstruction;

use crate::error::{Error, Result};

/// Most vocabulary entries that fit two bytes, beside the separator and the unknown token.
const NARROW_VOCABULARY_MAX: u32 = u16::MAX as u32 - 1;

/// Most ids of any vocabulary: their table of information is as long.
const VOCABULARY_MAX: u32 = 1 << 24;

/// A token as it is kept: ids are moved up by one, 0 ends a row, the largest value is in no text.
pub(super) trait Symbol: Copy + Ord {
    /// Ends each row; smaller than every token, in no answer.
    const SEPARATOR: Self;
    /// Stands in an answer for an id that is not in the vocabulary; in no row.
    const UNKNOWN: Self;
    /// Bytes in a file.
    const BYTES: usize;
    /// A token of an answer or row.
    fn of_token(token: u32, vocabulary: u32) -> Self;
    /// The token's id; `None` for a separator or an unknown one.
    fn token(self) -> Option<u32>;
}

impl Symbol for u16 {
    const SEPARATOR: Self = 0;
    const UNKNOWN: Self = u16::MAX;
    const BYTES: usize = 2;
    fn of_token(token: u32, vocabulary: u32) -> Self {
        if token < vocabulary { token as u16 + 1 } else { Self::UNKNOWN }
    }
    fn token(self) -> Option<u32> {
        u32::from(self).checked_sub(1).filter(|_| self != Self::UNKNOWN)
    }
}

impl Symbol for i32 {
    const SEPARATOR: Self = 0;
    const UNKNOWN: Self = i32::MAX;
    const BYTES: usize = 4;
    fn of_token(token: u32, vocabulary: u32) -> Self {
        if token < vocabulary { token as i32 + 1 } else { Self::UNKNOWN }
    }
    fn token(self) -> Option<u32> {
        (self as u32).checked_sub(1).filter(|_| self != Self::UNKNOWN)
    }
}

/// All rows' symbols: two bytes each where the vocabulary allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    Narrow(Vec<u16>),
    Wide(Vec<i32>),
}

/// Runs the same code over either width.
macro_rules! either {
    ($text:expr, $symbols:ident => $body:expr) => {
        match $text {
            $crate::spans::text::Text::Narrow($symbols) => $body,
            $crate::spans::text::Text::Wide($symbols) => $body,
        }
    };
}
pub(super) use either;

impl Text {
    /// No rows yet; the vocabulary decides the width.
    pub(super) fn empty(vocabulary: u32) -> Result<Self> {
        match vocabulary {
            1..=NARROW_VOCABULARY_MAX => Ok(Self::Narrow(Vec::new())),
            0 => Err(Error::Setting("a vocabulary has at least one id".into())),
            _ if vocabulary <= VOCABULARY_MAX => Ok(Self::Wide(Vec::new())),
            _ => Err(Error::Setting(format!("a vocabulary has at most {VOCABULARY_MAX} ids"))),
        }
    }

    /// Adds a row and its separator; every token must be in the vocabulary.
    pub(super) fn push_row(&mut self, tokens: &[u32], vocabulary: u32) {
        fn extend<T: Symbol>(symbols: &mut Vec<T>, tokens: &[u32], vocabulary: u32) {
            symbols.extend(tokens.iter().map(|token| T::of_token(*token, vocabulary)));
            symbols.push(T::SEPARATOR);
        }
        either!(self, symbols => extend(symbols, tokens, vocabulary));
    }

    /// Symbols, separators with them.
    pub(super) fn len(&self) -> usize {
        either!(self, symbols => symbols.len())
    }

    /// The token at a place; `None` at a separator or past the end.
    pub(super) fn token(&self, place: usize) -> Option<u32> {
        either!(self, symbols => symbols.get(place).and_then(|symbol| symbol.token()))
    }

    /// Every place, in the order of the suffixes that begin there.
    ///
    /// Suffixes of one text are all different, so the order is one alone, whoever computes it.
    pub(super) fn sort_suffixes(&mut self) -> Result<Vec<i32>> {
        let wrong = |why| Error::Setting(format!("the suffixes cannot be sorted: {why:?}"));
        if i32::try_from(self.len()).is_err() || self.len() == 0 {
            return Err(Error::Setting("an index has 1 to 2^31 - 1 tokens and rows".into()));
        }
        match self {
            Self::Narrow(symbols) => SuffixArrayConstruction::for_text(symbols)
                .in_owned_buffer32()
                .single_threaded()
                .run()
                .map(|sorted| sorted.into_vec())
                .map_err(wrong),
            Self::Wide(symbols) => SuffixArrayConstruction::for_text_mut(symbols)
                .in_owned_buffer32()
                .single_threaded()
                .run()
                .map(|sorted| sorted.into_vec())
                .map_err(wrong),
        }
    }
}

/// Whether `order` is the order of the suffixes, in linear time (Burkhardt and Kärkkäinen 2003,
/// §5): every place once, first symbols rising, and among equal ones the suffixes behind them
/// rising.
pub(super) fn is_order(text: &Text, order: &[i32]) -> bool {
    fn check<T: Symbol>(symbols: &[T], order: &[i32]) -> bool {
        // 0 behind the last symbol, then ranks from 1
        let mut ranks = vec![0u32; symbols.len() + 1];
        for (rank, place) in order.iter().enumerate() {
            match usize::try_from(*place).ok().filter(|place| *place < symbols.len()) {
                Some(place) if ranks[place] == 0 => ranks[place] = rank as u32 + 1,
                _ => return false,
            }
        }
        order.windows(2).all(|pair| {
            let (first, second) = (pair[0] as usize, pair[1] as usize);
            let behind = (ranks[first + 1], ranks[second + 1]);
            (symbols[first], behind.0) < (symbols[second], behind.1)
        })
    }
    text.len() == order.len() && either!(text, symbols => check(symbols, order))
}

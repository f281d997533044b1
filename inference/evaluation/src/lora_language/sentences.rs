//! Sentences of a small grammar, plain text made of them, and the alphabet that spells them.

use anyhow::{Context, Result};
use rand_chacha::ChaCha8Rng;

use crate::random::below;

/// Every character that a row or a text may hold; a character's place is its token.
const ALPHABET: &str = "\n abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:=>*";

const DETERMINERS: [&str; 6] = ["the", "a", "my", "one", "her", "this"];
const ADJECTIVES: [&str; 16] = [
    "old", "red", "small", "quiet", "bright", "cold", "quick", "green", "proud", "late", "round",
    "soft", "wild", "thin", "plain", "young",
];
const NOUNS: [&str; 20] = [
    "fox", "river", "baker", "garden", "lamp", "sailor", "bridge", "horse", "letter", "cloud",
    "singer", "market", "window", "doctor", "island", "pilot", "bell", "carpet", "tiger", "road",
];
const VERBS: [&str; 14] = [
    "finds", "paints", "follows", "carries", "watches", "leaves", "mends", "likes", "draws",
    "meets", "holds", "fears", "sells", "keeps",
];
const ENDINGS: [&str; 8] =
    ["today", "at noon", "in may", "again", "slowly", "here", "twice", "now"];

/// Tokens there are.
pub fn vocabulary() -> usize {
    ALPHABET.len()
}

/// A text's tokens.
pub fn encode(text: &str) -> Result<Vec<u32>> {
    let token = |character: char| {
        let place = ALPHABET.find(character).context("a character outside the alphabet");
        place.map(|place| place as u32)
    };
    text.chars().map(token).collect()
}

fn pick(stream: &mut ChaCha8Rng, words: &[&'static str]) -> &'static str {
    words[below(stream, words.len())]
}

/// Four or five words in lower case, such as `the old baker mends carpet`.
pub fn sentence(stream: &mut ChaCha8Rng) -> String {
    let (determiner, noun) = (pick(stream, &DETERMINERS), pick(stream, &NOUNS));
    let (verb, object) = (pick(stream, &VERBS), pick(stream, &NOUNS));
    match below(stream, 4) {
        0 => format!("{determiner} {} {noun} {verb} {object}", pick(stream, &ADJECTIVES)),
        1 => format!("{determiner} {noun} {verb} {} {object}", pick(stream, &DETERMINERS)),
        2 => format!("{noun} {verb} {} {object}", pick(stream, &ADJECTIVES)),
        _ => format!("{determiner} {noun} {verb} {}", pick(stream, &ENDINGS)),
    }
}

/// A line of plain text for the base model: sentences as one finds them, some said twice, lists,
/// headings, numbers, and signs in no order, so that it holds no spelling impossible. None is
/// tagged, and none is rewritten by a rule of the rows.
pub fn line(stream: &mut ChaCha8Rng) -> String {
    let first = sentence(stream);
    match below(stream, 11) {
        0 | 1 => format!("{first}. {}.", sentence(stream)),
        2 | 3 => format!("{first} => {first}"),
        4 => format!("{}. {}.", opened(&first), opened(&sentence(stream))),
        5 => format!("{}: {first}", first.split(' ').next_back().map_or(String::new(), shouted)),
        6 => {
            let words = (0..4).map(|_| pick(stream, &NOUNS)).collect::<Vec<_>>().join(", ");
            format!("{}: {words}", shouted(pick(stream, &ADJECTIVES)))
        }
        7..=9 => {
            let signs = signs(stream);
            format!("{signs} => {signs}")
        }
        _ => {
            let (x, y) = (below(stream, 100), below(stream, 10));
            format!("{x} {} * {y} = {}, {first}", pick(stream, &NOUNS), x * y)
        }
    }
}

/// Four words of letters, large ones, digits and stars, as chance has them.
fn signs(stream: &mut ChaCha8Rng) -> String {
    let letters = &ALPHABET.as_bytes()[2..64];
    let small = &letters[..26];
    let mut word = || {
        let from = if below(stream, 2) == 0 { small } else { letters };
        let length = 1 + below(stream, 6);
        let mut sign = || match below(stream, 12) {
            0 => '*',
            _ => char::from(from[below(stream, from.len())]),
        };
        (0..length).map(|_| sign()).collect::<String>()
    };
    (0..4).map(|_| word()).collect::<Vec<_>>().join(" ")
}

/// The first letter large.
fn opened(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn shouted(word: &str) -> String {
    word.to_ascii_uppercase()
}

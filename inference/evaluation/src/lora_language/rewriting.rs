//! Ten ways to rewrite a sentence, each a class of rows.

/// A rule from a sentence in lower case to its rewriting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rewriting {
    /// Words from the last to the first.
    Backwards,
    /// Every second letter of a word large, from its first on.
    Waves,
    /// A `1` between words.
    Counted,
    /// A `*` for every vowel.
    Starred,
    /// Every consonant twice.
    Stammered,
    /// Every word's first letter large.
    Titled,
    /// Without vowels.
    Bare,
    /// `ly` after every word.
    Adverbs,
    /// Without consonants.
    Sung,
    /// Every word twice.
    Echoed,
}

impl Rewriting {
    /// Every rule.
    pub const ALL: [Self; 10] = [
        Self::Backwards,
        Self::Waves,
        Self::Counted,
        Self::Starred,
        Self::Stammered,
        Self::Titled,
        Self::Bare,
        Self::Adverbs,
        Self::Sung,
        Self::Echoed,
    ];

    /// The word that asks for it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Backwards => "turn",
            Self::Waves => "wave",
            Self::Counted => "count",
            Self::Starred => "star",
            Self::Stammered => "twin",
            Self::Titled => "title",
            Self::Bare => "bare",
            Self::Adverbs => "how",
            Self::Sung => "sing",
            Self::Echoed => "echo",
        }
    }

    /// The sentence rewritten.
    pub fn apply(self, sentence: &str) -> String {
        match self {
            Self::Backwards => sentence.split(' ').rev().collect::<Vec<_>>().join(" "),
            Self::Waves => each_word(sentence, |word| {
                let large = |(at, letter): (usize, char)| match at % 2 {
                    0 => letter.to_ascii_uppercase(),
                    _ => letter,
                };
                word.chars().enumerate().map(large).collect()
            }),
            Self::Counted => sentence.replace(' ', " 1 "),
            Self::Starred => sentence.replace(is_vowel, "*"),
            Self::Stammered => {
                let twice = |letter: char| 1 + usize::from(is_consonant(letter));
                sentence.chars().flat_map(|l| std::iter::repeat_n(l, twice(l))).collect()
            }
            Self::Titled => each_word(sentence, |word| {
                let (first, rest) = word.split_at(1);
                first.to_ascii_uppercase() + rest
            }),
            Self::Bare => sentence.replace(is_vowel, ""),
            Self::Adverbs => each_word(sentence, |word| format!("{word}ly")),
            Self::Sung => sentence.replace(is_consonant, ""),
            Self::Echoed => each_word(sentence, |word| format!("{word} {word}")),
        }
    }
}

fn each_word(sentence: &str, change: impl Fn(&str) -> String) -> String {
    sentence.split(' ').map(change).collect::<Vec<_>>().join(" ")
}

fn is_vowel(letter: char) -> bool {
    "aeiou".contains(letter)
}

fn is_consonant(letter: char) -> bool {
    letter.is_ascii_alphabetic() && !is_vowel(letter)
}

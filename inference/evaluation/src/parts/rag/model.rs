//! A small language model that reads passages: an n-gram model of the documentation, mixed with
//! what followed the same words earlier in the passages, the question and the answer so far.
//!
//! The mixture is that of a cache model (Kuhn and De Mori 1990) over several lengths of context,
//! its weights learned by expectation maximisation (Jelinek and Mercer 1980) on questions of other
//! worlds, one set of weights for each length of the longest context that was seen earlier.

use std::collections::BTreeMap;

/// Ends a passage: matches do not run across.
const END: u32 = u32::MAX;
/// Longest context that is looked for in passages.
const CONTEXT_MAX: usize = 6;
/// Unigrams, bigrams and trigrams of the documentation.
const ORDERS: usize = 3;
const EXPERTS: usize = ORDERS + CONTEXT_MAX + 1;
const ROUNDS: usize = 30;

/// How often words follow a context.
type Follows = BTreeMap<Vec<u32>, BTreeMap<u32, f64>>;

/// A question that the model learns its weights from.
pub(super) struct Lesson<'a> {
    pub(super) passages: Vec<&'a [u32]>,
    pub(super) question: &'a [u32],
    pub(super) answer: &'a [u32],
}

/// The model: counts of the documentation, and weights of the experts by longest context.
pub(super) struct Model {
    follows: Follows,
    vocabulary: f64,
    weights: [[f64; EXPERTS]; CONTEXT_MAX + 1],
}

impl Model {
    pub(super) fn new(texts: &[Vec<u32>], vocabulary: usize) -> Self {
        let mut follows = Follows::new();
        for text in texts {
            for (at, token) in text.iter().enumerate() {
                for order in 0..ORDERS.min(at + 1) {
                    let context = text[at - order..at].to_vec();
                    *follows.entry(context).or_default().entry(*token).or_insert(0.0) += 1.0;
                }
            }
        }
        let mut weights = [[0.0; EXPERTS]; CONTEXT_MAX + 1];
        for (longest, row) in weights.iter_mut().enumerate() {
            let known = ORDERS + longest + 1;
            row[..known].iter_mut().for_each(|weight| *weight = 1.0 / known as f64);
        }
        Self { follows, vocabulary: vocabulary as f64, weights }
    }

    /// Learns the weights: each round gives every expert the part of the answers that it explained.
    pub(super) fn learn(&mut self, lessons: &[Lesson<'_>]) {
        let cases: Vec<(usize, [f64; EXPERTS])> =
            lessons.iter().flat_map(|lesson| self.cases(lesson)).collect();
        for _ in 0..ROUNDS {
            // a hundredth of a case each, so that no weight ends at zero
            let mut sums = self.weights.map(|row| row.map(|weight| weight.min(0.01)));
            for (longest, experts) in &cases {
                let weights = &self.weights[*longest];
                let parts: Vec<f64> = weights.iter().zip(experts).map(|(w, p)| w * p).collect();
                let all: f64 = parts.iter().sum();
                sums[*longest].iter_mut().zip(parts).for_each(|(sum, part)| *sum += part / all);
            }
            self.weights = sums.map(|row| {
                let all: f64 = row.iter().sum();
                row.map(|sum| sum / all)
            });
        }
    }

    fn cases(&self, lesson: &Lesson<'_>) -> Vec<(usize, [f64; EXPERTS])> {
        let mut read = read(&lesson.passages, lesson.question);
        let case = |token: &u32| {
            let case = self.experts(&read, *token);
            read.push(*token);
            case
        };
        lesson.answer.iter().map(case).collect()
    }

    /// `log p(answer | passages, question)`, natural, summed over the answer's words.
    pub(super) fn log_probability(
        &self,
        passages: &[&[u32]],
        question: &[u32],
        answer: &[u32],
    ) -> f64 {
        let lesson = Lesson { passages: passages.to_vec(), question, answer };
        let value = |(longest, experts): (usize, [f64; EXPERTS])| {
            let weights = self.weights[longest].iter().zip(experts);
            weights.map(|(weight, p)| weight * p).sum::<f64>().ln()
        };
        self.cases(&lesson).into_iter().map(value).sum()
    }

    /// Length of the longest context that was read earlier, and each expert's probability of a
    /// word.
    fn experts(&self, read: &[u32], token: u32) -> (usize, [f64; EXPERTS]) {
        let mut experts = [0.0; EXPERTS];
        for order in 0..ORDERS {
            // an order whose context is new says what the shorter one says
            let below = if order == 0 { 0.0 } else { experts[order - 1] };
            experts[order] = self.documentation(read, (order, token)).unwrap_or(below);
        }
        let mut longest = 0;
        for length in 0..=CONTEXT_MAX.min(read.len()) {
            let Some(share) = followed(read, length, token) else { break };
            experts[ORDERS + length] = share;
            longest = length;
        }
        (longest, experts)
    }

    /// Probability of a word behind so many words, by the documentation; unigrams count every word
    /// of the vocabulary once more (Laplace), so that none is impossible.
    fn documentation(&self, read: &[u32], (order, token): (usize, u32)) -> Option<f64> {
        let context = &read[read.len().checked_sub(order)?..];
        let follows = self.follows.get(context)?;
        let more = if order == 0 { 1.0 } else { 0.0 };
        let all: f64 = follows.values().sum();
        let count = follows.get(&token).copied().unwrap_or(0.0);
        Some((count + more) / (all + more * self.vocabulary))
    }
}

/// Passages and the question, each ended.
fn read(passages: &[&[u32]], question: &[u32]) -> Vec<u32> {
    let mut read = Vec::new();
    for text in passages.iter().copied().chain([question]) {
        read.extend(text);
        read.push(END);
    }
    read
}

/// Of the places where the last `length` words stood before, the part that a word followed; `None`
/// where there is none.
fn followed(read: &[u32], length: usize, token: u32) -> Option<f64> {
    let context = &read[read.len() - length..];
    if context.contains(&END) {
        return None;
    }
    let windows = read.windows(length + 1);
    let next = windows.filter(|window| window[..length] == *context).map(|window| window[length]);
    let (mut all, mut same) = (0.0, 0.0);
    for word in next.filter(|word| *word != END) {
        all += 1.0;
        same += f64::from(u8::from(word == token));
    }
    (all > 0.0).then(|| same / all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Over the whole vocabulary the probabilities of the next word sum to one.
    #[test]
    fn probabilities_sum_to_one() {
        let texts = [vec![0, 1, 2, 0, 1, 3], vec![4, 1, 2]];
        let mut model = Model::new(&texts, 7);
        let passage = [5, 6, 0, 1];
        for learned in [false, true] {
            if learned {
                let lesson =
                    Lesson { passages: vec![&passage], question: &[5], answer: &[6, 0, 1, 2] };
                model.learn(&[lesson]);
            }
            for question in [&[5][..], &[3, 0], &[2, 2]] {
                let p = |token| model.log_probability(&[&passage], question, &[token]).exp();
                let sum: f64 = (0..7).map(p).sum();
                assert!((sum - 1.0).abs() < 1e-9, "{sum}");
            }
        }
    }
}

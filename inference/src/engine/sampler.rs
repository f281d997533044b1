//! The next token from its scores: greedy, or drawn with a seed.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::error::{Error, Result};

/// How to pick tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// 0 is greedy; 1 draws from the model's own distribution.
    pub temperature: f32,
    /// Draw among the fewest tokens whose probabilities reach this sum.
    pub top_p: f32,
    /// Draw among this many tokens; 0 is all.
    pub top_k: usize,
    /// The same seed gives the same answer.
    pub seed: u64,
}

impl Sampling {
    pub(super) fn check(&self) -> Result<()> {
        if !(0.0..=2.0).contains(&self.temperature) {
            let found = self.temperature;
            return Err(Error::Request(format!("temperature {found} is not in 0 to 2")));
        }
        if !(self.top_p > 0.0 && self.top_p <= 1.0) {
            return Err(Error::Request(format!("top_p {} is not in 0 to 1, above 0", self.top_p)));
        }
        Ok(())
    }
}

/// Draws the tokens of one answer.
pub(super) struct Sampler {
    sampling: Sampling,
    random: ChaCha20Rng,
}

impl Sampler {
    pub(super) fn new(sampling: Sampling) -> Self {
        let random = ChaCha20Rng::seed_from_u64(sampling.seed);
        Self { sampling, random }
    }

    /// The next token; among equal scores the lowest id goes first.
    pub(super) fn pick(&mut self, scores: &[f32]) -> Result<u32> {
        if scores.is_empty() || scores.iter().any(|score| score.is_nan()) {
            return Err(Error::Model("the scores of the next token are not numbers".into()));
        }
        match self.sampling.temperature {
            0.0 => Ok(greedy(scores)),
            _ => Ok(self.draw(scores)),
        }
    }

    fn draw(&mut self, scores: &[f32]) -> u32 {
        let best = scores[greedy(scores) as usize];
        let weight = |score: f32| f64::from((score - best) / self.sampling.temperature).exp();
        let mut tokens: Vec<(u32, f64)> =
            (0..).zip(scores.iter().map(|score| weight(*score))).collect();
        tokens.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        if self.sampling.top_k > 0 {
            tokens.truncate(self.sampling.top_k);
        }
        let all: f64 = tokens.iter().map(|token| token.1).sum();
        let limit = all * f64::from(self.sampling.top_p);
        let mut sum = 0.0;
        let kept = tokens.iter().position(|token| {
            sum += token.1;
            sum >= limit
        });
        tokens.truncate(kept.map_or(tokens.len(), |last| last + 1));
        let all: f64 = tokens.iter().map(|token| token.1).sum();
        let mut left = self.random.r#gen::<f64>() * all;
        for (token, weight) in &tokens {
            left -= weight;
            if left <= 0.0 {
                return *token;
            }
        }
        tokens.last().map_or(0, |token| token.0)
    }
}

fn greedy(scores: &[f32]) -> u32 {
    let best = (0u32..).zip(scores).reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map_or(0, |best| best.0)
}

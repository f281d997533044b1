//! Causal attention with shared key and value heads, and its way back.

use super::config::Config;
use crate::canonical::matrix::Matrix;
use crate::canonical::number::{Number, sum};
use crate::canonical::rotary::Rotary;

/// Queries, keys and values of a row's tokens, or their derivatives: `[tokens, heads · width]`.
pub(super) struct Heads<N> {
    pub(super) queries: Matrix<N>,
    pub(super) keys: Matrix<N>,
    pub(super) values: Matrix<N>,
}

/// Sizes that every step needs.
pub(super) struct Attention<'a> {
    pub(super) config: &'a Config,
    pub(super) rotary: &'a Rotary,
}

impl Attention<'_> {
    /// Turns queries and keys by their positions; from there on [`Self::mix`] takes them.
    pub(super) fn turn<N: Number>(&self, heads: &mut Heads<N>) {
        self.each_head(&mut heads.queries, |at, head| self.rotary.turn(at, head));
        self.each_head(&mut heads.keys, |at, head| self.rotary.turn(at, head));
    }

    /// Takes derivatives after the turn to derivatives before it.
    pub(super) fn turn_back<N: Number>(&self, heads: &mut Heads<N>) {
        self.each_head(&mut heads.queries, |at, head| self.rotary.turn_back(at, head));
        self.each_head(&mut heads.keys, |at, head| self.rotary.turn_back(at, head));
    }

    fn each_head<N: Number>(&self, matrix: &mut Matrix<N>, turn: impl Fn(usize, &mut [N])) {
        let mut numbers = vec![N::constant(0.0); matrix.columns()];
        for row in 0..matrix.rows() {
            matrix.read(row, 0, &mut numbers);
            numbers.chunks_exact_mut(self.config.head_width()).for_each(|head| turn(row, head));
            matrix.write(row, 0, &numbers);
        }
    }

    /// `1 / √head_width`, on queries times keys.
    fn scale(&self) -> f32 {
        1.0 / (self.config.head_width() as f32).sqrt()
    }

    /// Where a query head and the key and value head that it shares begin.
    fn places(&self, head: usize) -> (usize, usize) {
        let group = self.config.heads / self.config.kv_heads;
        (head * self.config.head_width(), head / group * self.config.head_width())
    }

    /// `softmax(Q Kᵀ / √w) V` for every head: the heads side by side, and each head's
    /// probabilities `[tokens, tokens]`.
    pub(super) fn mix<N: Number>(&self, heads: &Heads<N>) -> (Matrix<N>, Vec<Matrix<N>>) {
        let width = self.config.head_width();
        let mut mixed = Matrix::zeros(heads.queries.rows(), self.config.width);
        let mut attention = Vec::with_capacity(self.config.heads);
        for head in 0..self.config.heads {
            let (own, shared) = self.places(head);
            let queries = heads.queries.part(own, width).scaled(self.scale());
            let scores = queries.times_transposed(&heads.keys.part(shared, width));
            let shares = causal_softmax(&scores);
            mixed.add_part(own, &shares.times(&heads.values.part(shared, width)));
            attention.push(shares);
        }
        (mixed, attention)
    }

    /// From the derivative by the mixed heads to those by queries, keys and values.
    pub(super) fn mix_back<N: Number>(
        &self,
        heads: &Heads<N>,
        attention: &[Matrix<N>],
        mixed: &Matrix<N>,
    ) -> Heads<N> {
        let width = self.config.head_width();
        let tokens = mixed.rows();
        let zeros = || Matrix::zeros(tokens, self.config.kv_width());
        let queries = Matrix::zeros(tokens, self.config.width);
        let mut back = Heads { queries, keys: zeros(), values: zeros() };
        for (head, shares) in attention.iter().enumerate() {
            let (own, shared) = self.places(head);
            let mixed = mixed.part(own, width);
            back.values.add_part(shared, &shares.transposed_times(&mixed));
            let by_shares = mixed.times_transposed(&heads.values.part(shared, width));
            let by_scores = causal_softmax_back(shares, &by_shares).scaled(self.scale());
            back.queries.add_part(own, &by_scores.times(&heads.keys.part(shared, width)));
            let queries = heads.queries.part(own, width);
            back.keys.add_part(shared, &by_scores.transposed_times(&queries));
        }
        back
    }
}

/// The exponentials of each row's scores up to the diagonal, divided by their sum; 0 beyond.
fn causal_softmax<N: Number>(scores: &Matrix<N>) -> Matrix<N> {
    let mut shares = Matrix::zeros(scores.rows(), scores.columns());
    shares.fill_rows(|row, numbers| {
        scores.read(row, 0, numbers);
        let (seen, hidden) = numbers.split_at_mut(row + 1);
        softmax(seen);
        hidden.fill(N::constant(0.0));
    });
    shares
}

/// Scores to shares, in place; gives the largest score and the sum of `e^(score - largest)`.
pub(super) fn softmax<N: Number>(scores: &mut [N]) -> (f32, N) {
    let larger = |most: f32, score: &N| if score.value() > most { score.value() } else { most };
    let most = scores.iter().fold(f32::NEG_INFINITY, larger);
    scores.iter_mut().for_each(|score| *score = (*score - N::constant(most)).exp());
    let total = sum(scores);
    let each = N::constant(1.0) / total;
    scores.iter_mut().for_each(|score| *score = *score * each);
    (most, total)
}

/// `s ∘ (d - ⟨s, d⟩)`, row by row: from the derivative by shares to that by scores.
fn causal_softmax_back<N: Number>(shares: &Matrix<N>, by_shares: &Matrix<N>) -> Matrix<N> {
    let mut by_scores = Matrix::zeros(shares.rows(), shares.columns());
    let mut share = vec![N::constant(0.0); shares.columns()];
    let mut products = share.clone();
    by_scores.fill_rows(|row, numbers| {
        shares.read(row, 0, &mut share);
        by_shares.read(row, 0, numbers);
        let seen = row + 1;
        for at in 0..seen {
            products[at] = share[at] * numbers[at];
        }
        let mean = sum(&products[..seen]);
        for at in 0..seen {
            numbers[at] = products[at] - share[at] * mean;
        }
        numbers[seen..].fill(N::constant(0.0));
    });
    by_scores
}

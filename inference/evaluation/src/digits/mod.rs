//! Handwritten digits: the smallest real task on which attribution can be told right from wrong.
//!
//! | room | what it is for |
//! |---|---|
//! | [`linear`] | logistic regression, and its only optimum |
//! | [`network`] | a network with one hidden layer |
//!
//! The data is the UCI test set of 1,797 digits (`data/README.md` says where it is from).

pub mod linear;
pub mod network;
mod softmax;

#[cfg(test)]
mod tests;

use crate::random;

/// Digits there are.
pub const CLASSES: usize = 10;
/// Grey levels of a digit, and a constant 1 so that biases are weights like all others.
pub const INPUTS: usize = 65;

const BYTES: &[u8] = include_bytes!("../../data/digits.bin");
const BLACK: f32 = 16.0;

/// Digits with their labels: rows to train on first, then the queries.
#[derive(Debug, Clone, PartialEq)]
pub struct Digits {
    /// Grey levels in `[0, 1]`, and a last 1; [`INPUTS`] numbers each.
    pub images: Vec<Vec<f32>>,
    /// The digit of each, below [`CLASSES`].
    pub labels: Vec<usize>,
    /// How many of them, from the first, are trained on.
    pub trained: usize,
}

impl Digits {
    /// `trained` rows and `queries` others, drawn by a seed; fewer where there are no more.
    pub fn draw(seed: u64, trained: usize, queries: usize) -> Self {
        let count = BYTES.len() / INPUTS;
        let mut order = random::permutation(&mut random::stream(seed, "digits"), count);
        order.truncate(trained + queries);
        let image = |row: &usize| {
            let pixels = &BYTES[row * INPUTS..][..INPUTS - 1];
            pixels.iter().map(|level| f32::from(*level) / BLACK).chain([1.0]).collect()
        };
        let images = order.iter().map(image).collect();
        let label = |row: &usize| usize::from(BYTES[row * INPUTS + INPUTS - 1]);
        let labels = order.iter().map(label).collect();
        Self { images, labels, trained: trained.min(order.len()) }
    }

    /// Rows that are trained on, and the queries after them.
    pub fn rows(&self) -> usize {
        self.images.len()
    }

    /// The numbers of the queries' rows.
    pub fn queries(&self) -> Vec<usize> {
        (self.trained..self.rows()).collect()
    }

    /// Gives a share of the trained rows another label, drawn by a seed; their numbers, rising.
    pub fn mislabel(&mut self, seed: u64, share: f64) -> Vec<usize> {
        let mut stream = random::stream(seed, "mislabel");
        let count = (self.trained as f64 * share).round() as usize;
        let wrong = random::subset(&mut stream, self.trained, count);
        for row in &wrong {
            let turn = 1 + random::below(&mut stream, CLASSES - 1);
            self.labels[*row] = (self.labels[*row] + turn) % CLASSES;
        }
        wrong
    }
}

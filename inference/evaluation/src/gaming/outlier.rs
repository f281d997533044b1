//! Rows made to look influential: random search within a budget, by what an attacker can ask.
//!
//! *Outlier*: the attacker asks the published model for the loss of what it might commit, and moves
//! its rows to where the loss is large, the label kept (the black-box attack of arXiv 2409.05657,
//! §4: outliers look influential). *Shadow*: the attacker trains a model on data of its own, scores
//! its rows there against queries of its own, and moves its rows to where the score is large (§3).

use anyhow::Result;
use rand_chacha::ChaCha8Rng;

use crate::random;

/// Rounds of proposals; each asks for one value of each row.
pub const ROUNDS: usize = 400;
/// Grey levels, of 16, that a pixel may move.
pub const BUDGET: u8 = 4;
/// Pixels that one proposal moves.
const PIXELS: usize = 6;
/// The largest grey level.
const BLACK: u8 = 16;

/// Moves pixels of images within the budget so that `value` grows: each round proposes a change to
/// every image and keeps those that gain. `value` gives one number for each image.
pub fn search(
    originals: &[Vec<u8>],
    stream: &mut ChaCha8Rng,
    value: impl Fn(&[Vec<u8>]) -> Result<Vec<f64>>,
) -> Result<Vec<Vec<u8>>> {
    let mut images = originals.to_vec();
    let mut values = value(&images)?;
    for _ in 0..ROUNDS {
        let pairs = images.iter().zip(originals);
        let proposed: Vec<Vec<u8>> =
            pairs.map(|(image, original)| proposal(image, original, stream)).collect();
        for (at, found) in value(&proposed)?.into_iter().enumerate() {
            if found > values[at] {
                values[at] = found;
                images[at].clone_from(&proposed[at]);
            }
        }
    }
    Ok(images)
}

/// An image with some pixels at an end of what the budget allows.
fn proposal(image: &[u8], original: &[u8], stream: &mut ChaCha8Rng) -> Vec<u8> {
    let mut proposed = image.to_vec();
    for _ in 0..PIXELS {
        let pixel = random::below(stream, proposed.len());
        proposed[pixel] = match random::below(stream, 2) {
            0 => original[pixel].saturating_sub(BUDGET),
            _ => (original[pixel] + BUDGET).min(BLACK),
        };
    }
    proposed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_gains_and_stays_within_its_budget() {
        let originals = vec![vec![0, 2, 8, 15, 16, 9, 3, 7]];
        let ink = |images: &[Vec<u8>]| {
            Ok(images.iter().map(|image| image.iter().map(|x| f64::from(*x)).sum()).collect())
        };
        let found = search(&originals, &mut random::stream(1, "search"), ink).unwrap();
        // Most ink that the budget allows, which 400 rounds on eight pixels find.
        assert_eq!(found, [[4, 6, 12, 16, 16, 13, 7, 11]]);
    }
}

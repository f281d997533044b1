//! What a row does to itself: who stands out, and pay that does not reward standing out.
//!
//! `s_ii = g_iᵀ H⁻¹ g_i` is how much training on a row changes the row's own loss. Rows that are
//! like many others hardly change theirs; wrong labels and planted outliers change theirs a lot,
//! and look influential everywhere else too.

use crate::error::{Error, Result, require_size};

/// Deviations above the median at which a row is an outlier.
pub const DEVIATIONS: f32 = 5.0;

/// RelatIF: `s_qi / √s_ii` (2003.11630, eq. 6): influence per unit of change to the model. For pay;
/// an explanation shows the plain score. A row without any self-influence has none on others: 0.
pub fn relative(scores: &[f32], self_influences: &[f32]) -> Result<Vec<f32>> {
    require_size("self-influences", self_influences.len(), scores.len())?;
    let pairs = scores.iter().zip(self_influences);
    Ok(pairs.map(|(s, own)| if *own > 0.0 { s / own.sqrt() } else { 0.0 }).collect())
}

/// The largest self-influence that is not an outlier's: `median + 5 · MAD`, the median absolute
/// deviation from the median, unscaled. The rule is fixed over all rows of an index, beforehand.
pub fn gate(self_influences: &[f32]) -> Result<f32> {
    let middle = median(self_influences)?;
    let apart: Vec<f32> = self_influences.iter().map(|own| (own - middle).abs()).collect();
    Ok(middle + DEVIATIONS * median(&apart)?)
}

/// What each row is paid for of a query, before shares: the relative score where it is positive and
/// the row passes the gate, else 0.
pub fn payable(scores: &[f32], self_influences: &[f32]) -> Result<Vec<f32>> {
    let largest = gate(self_influences)?;
    let relative = relative(scores, self_influences)?;
    let pay = |(score, own): (f32, &f32)| if *own <= largest { score.max(0.0) } else { 0.0 };
    Ok(relative.into_iter().zip(self_influences).map(pay).collect())
}

fn median(values: &[f32]) -> Result<f32> {
    if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
        return Err(Error::Number("a median is of at least one number, all finite".into()));
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let half = sorted.len() / 2;
    Ok(match sorted.len() % 2 {
        0 => sorted[half - 1] / 2.0 + sorted[half] / 2.0,
        _ => sorted[half],
    })
}
